"""A running coordinator, on a server with the generated access list, while somebody with one
region's credential does what it can.
"""

import json
import subprocess
import sys
import time
import zlib
from base64 import b64encode
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from redis import Redis

from coordinator.messaging.acl import broker_acl
from tests.coordinator.messaging.test_envelope import HEADERS, envelope
from tests.coordinator.process.conftest import REGIONS
from tests.faults.broker import Broker
from tests.faults.coordination import ROOT, CoordinatorProcess
from tests.faults.coordinator import until
from tests.faults.fleet import Fleet
from tests.faults.reporter import Reporter
from worker.contract import clock

pytestmark = pytest.mark.slow

PASSWORDS = {region: f"pw-{region}" for region in REGIONS}
OTHERS = ("us-east", "ap-south")
MOST_RSS_KB = 400_000


@pytest.fixture
def broker(tmp_path: Path, free_port: Callable[[], int]) -> Iterator[Broker]:
    acl = broker_acl(PASSWORDS, "pw-coordinator")
    limits = ("--maxmemory", "256mb", "--maxmemory-policy", "noeviction")
    found = Broker(free_port(), tmp_path / "guarded", acl=acl, options=limits)
    found.start()
    yield found
    found.kill()


def url(broker: Broker, user: str) -> str:
    return f"redis://{user}:pw-{user}@127.0.0.1:{broker.port}/0"


@pytest.fixture
def fleet(broker: Broker, tmp_path: Path, document: dict[str, Any]) -> Fleet:
    found = Fleet(broker, f"sqlite://{tmp_path}/store.db", tmp_path, REGIONS)
    found.coordinator = CoordinatorProcess(
        url(broker, "coordinator"), found.database, tmp_path / "coordinator"
    )
    found.reporters = {region: Reporter(url(broker, region), region) for region in REGIONS}
    found.apply(document)
    return found


@pytest.fixture
def attacker(broker: Broker) -> Iterator[Redis]:
    with Redis.from_url(url(broker, "eu-west")) as link:
        yield link


def stored(fleet: Fleet, region: str, since: int = 0) -> int:
    return sum(result.region == region for result in fleet.ask(lambda s: s.results.recent(since)))


def others_go_on(fleet: Fleet) -> None:
    """Wait until each of the other regions has results of looks that are due from now on."""
    since = clock.now()

    def on() -> bool:
        found = fleet.ask(lambda store: store.results.recent(since))
        return {r.region for r in found if r.scheduled_at > since} >= set(OTHERS)

    until(on, "results of the others", fleet.coordinator.log)


def refusals(fleet: Fleet) -> dict[str, int]:
    return {one["reason"]: one["count"] for one in fleet.ask(lambda store: store.refusals.all())}


def all_are_told(told: dict[str, int]) -> bool:
    """Each kind of what the attacker sends, as often as it was sent at least."""
    counted = {"impossible_value": 50, "too_many_workers": 2_001}
    named = {"unreadable_message", "foreign_header", "too_deep", "too_large"}
    return named <= set(told) and all(told.get(one, 0) >= n for one, n in counted.items())


def rss_kb(pid: int) -> int:
    text = Path(f"/proc/{pid}/status").read_text()
    return int(text.split("VmHWM:")[1].split()[0])


def report(worker: str, *rows: Any) -> str:
    told = {"v": 1, "worker": worker, "boot": "x", "seq": 1, "sent_at": 1, "rows": rows}
    body = json.dumps([[told], {}, {}]).encode()
    return json.dumps(envelope(body=b64encode(body).decode()))


def test_one_regions_credential_hurts_nobody_else(fleet: Fleet, attacker: Redis) -> None:
    reports = "reports.eu-west"
    with fleet.running():
        others_go_on(fleet)
        pid = fleet.coordinator.pid
        attacker.lpush(reports, *["x"] * 300)
        until(
            lambda: fleet.told().get("broker", {}).get("eu-west", {}).get("trouble") == "junk",
            "the name of the region",
            fleet.told,
        )
        deep = "[" * 1_000 + "]" * 1_000
        bomb = b64encode(zlib.compress(b" " * 50_000_000, 9)).decode()
        gzip = {**HEADERS, "compression": "application/x-gzip"}
        body = b64encode(f"[[{deep}], {{}}, {{}}]".encode()).decode()
        for message in (deep, envelope(body=body), envelope(body=bomb, headers=gzip), "{" * 10**8):
            told = message if isinstance(message, str) else json.dumps(message)
            attacker.lpush(reports, *[told] * (1 if len(told) > 10**6 else 20))
        others_go_on(fleet)
        attacker.lpush(reports, *[f"junk {n}" for n in range(200_000)])
        attacker.lpush(reports, *[report(f"forged-{n}") for n in range(3_000)])
        attacker.lpush(reports, *[report("eu-west-1", *[[]] * 2_000)] * 200)
        for number in range(500):
            attacker.lpush(f"echo.eu-west.junk{number}", "x" * 100_000)
        others_go_on(fleet)
        reporter = fleet.reporters["eu-west"]
        slot = clock.now() // 2_000 + 1_000
        planted = [reporter.row("api", slot + n, (slot + n) * 2_000) for n in range(50)]
        reporter.report(*planted)
        others_go_on(fleet)
        assert not [r for r in fleet.stored() if r.scheduled_at >= slot * 2_000]

        until(lambda: all_are_told(refusals(fleet)), "refusals", lambda: refusals(fleet))
        assert len(fleet.ask(lambda store: store.workers.all())) <= 260
        assert fleet.coordinator.pid == pid
        assert "link_lost" not in fleet.coordinator.log()
        assert rss_kb(pid) < MOST_RSS_KB
        until(lambda: stored(fleet, "eu-west", clock.now() - 5_000), "its own workers' results")


def command(fleet: Fleet, *arguments: str) -> str:
    line = [sys.executable, "-m", "api.cli", *arguments, "--database", fleet.database]
    return subprocess.run(line, cwd=ROOT, check=True, capture_output=True, text=True).stdout


def test_a_region_in_quarantine_is_neither_stored_nor_heard_until_it_is_released(
    fleet: Fleet,
) -> None:
    with fleet.running():
        until(lambda: stored(fleet, "eu-west"), "results", fleet.coordinator.log)
        until(lambda: fleet.verdict().get("severity") == "operational", "a verdict")
        assert "in quarantine" in command(fleet, "region", "quarantine", "eu-west")
        until(lambda: "quarantined=eu-west" in fleet.coordinator.log(), "the quarantine")
        time.sleep(1)  # a batch may be on its way
        since = clock.now()
        fleet.answer(
            lambda check, _at: (
                check != "api",
                "ok" if check != "api" else "refused",
                "none" if check != "api" else "target",
            )
        )
        others_go_on(fleet)
        assert stored(fleet, "eu-west", since) == 0
        assert refusals(fleet)["quarantined"] > 0
        until(lambda: fleet.verdict().get("severity") == "outage", "the others' verdict")
        assert "eu-west" not in fleet.verdict()["regions"]
        waiting = len(fleet.reporters["eu-west"].waiting)
        assert waiting > 0
        assert "in again" in command(fleet, "region", "release", "eu-west")
        until(lambda: stored(fleet, "eu-west", since) > 0, "results", fleet.coordinator.log)
