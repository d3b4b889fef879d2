"""What happens to results when something breaks between the broker and the disk: each is there
exactly once.
"""

import os
import subprocess
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from api.cli.bench.load import INTERVAL_MS, document, publish, reports
from coordinator.ingest.decoded import Reading
from coordinator.ingest.writes import keep
from coordinator.store import open_store
from coordinator.store.state.standings import WRITER
from tests.faults.broker import Broker
from tests.faults.commit_cutter import CommitCutter
from tests.faults.coordination import CoordinatorProcess
from tests.faults.coordinator import until
from tests.faults.fleet import Fleet
from tests.faults.postgres import Postgres
from worker.contract.clock import now
from worker.contract.result import Result

pytestmark = pytest.mark.slow

Make = Callable[..., Result]
CHECKS = 100
SLOTS = 60
REGIONS = ("eu-west", "us-east", "ap-south")


def backlog(fleet: Fleet, times: int = 1) -> int:
    """Put reports on the broker's queues, each so many times; the number of results in them."""
    configured = document(CHECKS)
    fleet.apply(configured)
    last = now() // INTERVAL_MS
    sent = 0
    for _ in range(times):
        sent = publish(fleet.broker.url, reports(configured, last, SLOTS), now())
    return sent


def count(fleet: Fleet) -> int:
    """How many results there are; none while the database is away."""
    try:
        return fleet.ask(lambda store: store.results.count_and_first())[0]
    except Exception:
        return -1


def judged(fleet: Fleet, sent: int) -> None:
    """Each result is stored once and was judged once."""
    until(
        lambda: fleet.told().get("results") == sent,
        "that all are judged",
        fleet.coordinator.log,
    )
    assert count(fleet) == sent
    ids = [result.id for result in fleet.stored()]
    assert len(set(ids)) == len(ids) == sent


def test_a_database_that_restarts_in_the_middle_of_a_batch_costs_time_only(
    valkey: Broker, tmp_path: Path, postgres_url: str, postgres_server: Postgres
) -> None:
    fleet = Fleet(valkey, postgres_url, tmp_path, ())
    sent = backlog(fleet)
    with fleet.running(ready=False):
        until(lambda: count(fleet) > 0, "the first results", fleet.coordinator.log)
        postgres_server.stop()
        postgres_server.start()
        until(lambda: count(fleet) >= sent, "all results", fleet.coordinator.log)
        judged(fleet, sent)


async def test_a_commit_that_nobody_heard_of_is_neither_lost_nor_done_twice(
    postgres_url: str, postgres_server: Postgres, make_result: Make
) -> None:
    async with CommitCutter(postgres_server.port) as cutter:
        url = postgres_url.replace(f":{postgres_server.port}/", f":{cutter.port}/")
        async with open_store(url) as store:
            known = make_result(0, received_at=1)
            await store.results.add([known])
            results = [make_result(n, received_at=2) for n in range(50)]
            cutter.arm()
            new = await keep(store, results, Reading(received_at=2))
            assert cutter.cuts == 1
            assert sorted(r.id for r in new) == sorted(r.id for r in results[1:]), (
                "they were never judged before"
            )
            assert len(await store.results.recent(0)) == 50
            due = await store._database.fetch("SELECT DISTINCT at FROM rollup_due")
            assert len(due) == len({r.scheduled_at // 60_000 for r in results})


def test_two_processes_that_get_the_same_messages_store_each_result_once(
    valkey: Broker, tmp_path: Path, postgres_url: str
) -> None:
    fleet = Fleet(valkey, postgres_url, tmp_path, ())
    sent = backlog(fleet, times=2)
    elsewhere = {"OUTSCOPE_WRITERS": "elsewhere"}
    fleet.coordinator = CoordinatorProcess(
        valkey.url, postgres_url, tmp_path / "judge", **elsewhere
    )
    writers = [
        CoordinatorProcess(valkey.url, postgres_url, tmp_path / f"s{n}", "writer", **elsewhere)
        for n in (1, 2)
    ]
    try:
        # first the judge: what was stored before it began is remembered, not counted
        with fleet.running():
            for process in writers:
                process.start(ready=False)
            until(lambda: count(fleet) >= sent, "all results", writers[0].log, within_s=240)
            judged(fleet, sent)
            shares = fleet.ask(lambda store: store.standings.all(WRITER)).values()
            until(
                lambda: sum(_shares(fleet)) == sent,
                f"that each is new to one of them: {list(shares)}",
            )
    finally:
        for process in writers:
            process.kill()


def _shares(fleet: Fleet) -> list[int]:
    return [
        told["results"] for told in fleet.ask(lambda store: store.standings.all(WRITER)).values()
    ]


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A file system of its own with room for little."""
    folder = tmp_path / "disk"
    folder.mkdir()
    mounted = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", "size=3m", "tmpfs", folder], capture_output=True
    )
    if os.getuid() != 0 or mounted.returncode != 0:
        pytest.skip("only root may mount a small disk")
    yield folder
    subprocess.run(["umount", "-l", folder], check=True)


def test_a_full_disk_stops_receipts_and_loses_nothing(
    valkey: Broker, tmp_path: Path, small_disk: Path
) -> None:
    fleet = Fleet(valkey, f"sqlite://{small_disk}/store.db", tmp_path, ())
    sent = backlog(fleet)
    with fleet.running(ready=False):
        until(
            lambda: "cannot_write what=results" in fleet.coordinator.log(),
            "a full disk",
            fleet.coordinator.log,
        )
        time.sleep(1)
        assert count(fleet) < sent
        subprocess.run(["mount", "-o", "remount,size=300m", small_disk], check=True)
        until(lambda: count(fleet) >= sent, "all results", fleet.coordinator.log)
        judged(fleet, sent)


def test_the_inbox_takes_no_more_than_it_can_hold(
    valkey: Broker, tmp_path: Path, small_disk: Path
) -> None:
    """While nothing can be stored, reports stay with the broker and memory does not grow."""
    fleet = Fleet(valkey, f"sqlite://{small_disk}/store.db", tmp_path, ())
    backlog(fleet, times=3)
    with fleet.running(ready=False), valkey.client() as client:
        until(
            lambda: "cannot_write what=results" in fleet.coordinator.log(),
            "a full disk",
            fleet.coordinator.log,
        )
        waiting = _waiting(client)
        before = _rss_mb(fleet.coordinator.pid)
        backlog(fleet, times=3)
        time.sleep(2)
        assert _waiting(client) > waiting
        assert _rss_mb(fleet.coordinator.pid) < before + 20


def _waiting(client: Any) -> int:
    return sum(client.llen(key) for key in client.keys("reports.*"))


def _rss_mb(pid: int) -> float:
    lines = Path(f"/proc/{pid}/status").read_text().splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith("VmRSS")) / 1024
