"""Somebody holds all that a worker of one region holds, and does everything at once that this
opens: on a broker that speaks TLS only, with the generated access list, signed orders, and every
process real. The other regions are watched all the while.
"""

import asyncio
import json
import os
import sys
import time
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest
from redis import Redis

from coordinator.store import MOST_WORKERS, Store, open_store
from tests.e2e.attack import attacker as theirs
from tests.e2e.attack.scene import Scene
from tests.e2e.attack.tls_broker import server
from tests.e2e.attack.witness import Witness
from tests.e2e.target import REGIONS
from tests.faults.postgres import binaries
from worker.contract.clock import now

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(server() is None, reason="no redis-server with TLS (Debian: redis-server)"),
]

REGION, OTHERS = theirs.REGION, theirs.OTHERS
SECONDS = 20.0
SOON_S = 2.0
"""From the end of a look until it is seen in the store, on a machine with nothing else to do."""
SILENT_S = 5.0
"""Looks are due each second."""
NAMED_S = 10.0
MOST_RSS_KB = 400_000
MOST_BROKER_BYTES = 384 << 20
"""Its limit, and what connections and single commands take beside it."""


@pytest.fixture
def scene(
    request: pytest.FixtureRequest, tmp_path: Path, free_port: Callable[[], int]
) -> Iterator[Scene]:
    database = f"sqlite://{tmp_path}/store.db"
    if binaries() is not None:
        database = request.getfixturevalue("postgres_url")
    with ExitStack() as stack:
        yield Scene(stack, tmp_path, database, free_port)


@pytest.fixture
async def witness(scene: Scene) -> AsyncIterator[Witness]:
    stopping = asyncio.Event()
    link = Redis.from_url(scene.broker.url_of("coordinator"))
    async with open_store(scene.database, migrate=False) as store:
        found = Witness(store, link, scene.api)
        task = asyncio.create_task(found.watch(stopping))
        yield found
        stopping.set()
        await task
    link.close()


async def until(
    what: str, true: Callable[[], bool], within_s: float, told: Callable[[], Any]
) -> float:
    """How long it took until something was true."""
    began = time.monotonic()
    while not await asyncio.to_thread(true):
        assert time.monotonic() - began < within_s, f"not in {within_s:g} s: {what}; {told()}"
        await asyncio.sleep(0.1)
    return time.monotonic() - began


Attack = asyncio.subprocess.Process


async def begun(scene: Scene) -> Attack:
    """Somebody who does everything at once, from now on."""
    attack = await asyncio.create_subprocess_exec(
        *("nice", "-n", "5"),  # it stands for another machine, which takes nothing of ours
        *(sys.executable, theirs.__file__),
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
    )
    told = {
        "url": scene.broker.url_of(REGION),
        "state": str(scene.workers[REGION].folder / "state"),
        "host": scene.listener.host,
        "seconds": SECONDS,
    }
    assert attack.stdin is not None
    assert attack.stdout is not None
    attack.stdin.write(json.dumps(told).encode())
    attack.stdin.close()
    assert await attack.stdout.readline() == b"begins\n"
    return attack


async def ended(attack: Attack) -> dict[str, dict[str, int]]:
    """What the attacker says that it did."""
    out, _ = await attack.communicate()
    assert attack.returncode == 0
    did: dict[str, dict[str, int]] = json.loads(out)
    return did


def peak_kb(pid: int) -> int:
    text = Path(f"/proc/{pid}/status").read_text()
    return int(text.split("VmHWM:")[1].split()[0])


async def test_all_that_one_regions_credential_opens_at_once_hurts_nobody_else(
    scene: Scene, witness: Witness
) -> None:
    log = scene.coordinator.log
    busy = max(1.0, os.getloadavg()[0] / (os.cpu_count() or 1))
    await until("all are heard", lambda: witness.heard_s.keys() == set(REGIONS), 40, log)
    await until("it is well", lambda: ("none", ()) in witness.scopes, 40, lambda: witness.scopes)
    witness.begin()
    attack = await begun(scene)
    naming = scene.names()
    waits = [until(f"named by {name}", true, NAMED_S * busy, log) for name, true in naming.items()]
    named = await asyncio.gather(*waits)
    did = await ended(attack)
    over = now()
    rss_kb = peak_kb(scene.coordinator.pid)
    print(f"\nnamed after {dict(zip(naming, (round(s, 1) for s in named), strict=True))} s")
    print(f"results stored after (p99, max) {witness.figures()}; others keep it {busy:.1f} busy")
    print(f"coordinator {rss_kb} kB, broker {witness.broker_bytes} bytes; {did}")
    assert did["granted"] == {}, "something forbidden was done"
    assert did["did"]["junk"] >= 100_000 / busy
    await _it_was_an_attack(witness.store)
    _the_others_are_stored_as_ever(witness, busy)
    assert rss_kb < MOST_RSS_KB
    assert witness.broker_bytes < MOST_BROKER_BYTES
    assert scene.listener.heard == [], "somebody was sent to the attacker"
    await _nothing_is_forged_beyond_its_region(witness, over)
    lost = [line for line in log().splitlines() if "link_lost" in line]
    assert lost == []
    await until(
        "its own workers are heard again",
        lambda: witness.own_s > 0 and time.monotonic() - witness.own_s < 1,
        20,
        scene.workers[REGION].log,
    )


async def _it_was_an_attack(store: Store) -> None:
    """Each kind of message came as far as it can."""
    refusals = {one["reason"] for one in await store.refusals.all()}
    assert refusals >= {
        *("unreadable_message", "foreign_header", "too_deep"),
        *("malformed_report", "impossible_value", "unknown_check", "too_many_workers"),
    }
    assert [one for one in await store.results.recent(0) if one.detail == theirs.MARK]


def _the_others_are_stored_as_ever(witness: Witness, busy: float) -> None:
    for region in OTHERS:
        p99_s, longest_s = witness.percentile(region)
        assert p99_s < SOON_S * busy, f"{region}: {p99_s:.2f} s, at most {longest_s:.2f} s"
        assert witness.silent_s[region] < SILENT_S * busy, (
            f"{region}: {witness.silent_s[region]:.2f} s"
        )


async def _nothing_is_forged_beyond_its_region(witness: Witness, over: int) -> None:
    store = witness.store
    found = [result for result in await store.results.recent(0) if result.detail == theirs.MARK]
    assert {result.region for result in found} == {REGION}
    assert all(result.scheduled_at <= over for result in found), "a result of the future"
    names = {(one["region"], one["worker"]) for one in await store.workers.all()}
    assert {one for one in names if one[0] != REGION} == {(other, f"{other}-1") for other in OTHERS}
    assert len(names) <= MOST_WORKERS + len(OTHERS)
    assert {regions for _, regions in witness.scopes} <= {(), (REGION,)}
    assert {scope for scope, _ in witness.scopes} <= {"none", "regional"}
    assert all(one["regions"] == [REGION] for one in (await store.incidents.page()).items)
