"""Two coordinators under load, of which the leader ends again and again: no look is ordered twice,
none is lost, and at most one of each check in each region is late for each end.
"""

import itertools
import signal
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

import pytest

from tests.coordinator.process.conftest import REGIONS, progress
from tests.faults.accounts import Accounts, accounts
from tests.faults.broker import Broker
from tests.faults.coordination import CoordinatorProcess
from tests.faults.coordinator import until
from tests.faults.fleet import Fleet
from worker.contract.clock import now
from worker.contract.message import probes_queue

pytestmark = pytest.mark.slow

INTERVAL_MS = 6_000
CHECKS = 30
TAKEOVER_MS = 5_000
BUSY_S = 120
"""So long the tests' machine may take for what takes a second."""


def loaded(document: dict[str, Any]) -> dict[str, Any]:
    """The configuration with many checks."""
    component = document["services"][0]["components"][0]
    check = component["checks"][0]
    component["checks"] = [
        {**check, "id": f"api-{n}", "interval_ms": INTERVAL_MS} for n in range(CHECKS)
    ]
    for service in document["services"]:
        for other in service["components"]:
            for one in other["checks"]:
                one["interval_ms"] = INTERVAL_MS
    return document


class Pair:
    """Two coordinators on one database."""

    def __init__(self, fleet: Fleet) -> None:
        self.fleet = fleet
        second = CoordinatorProcess(fleet.broker.url, fleet.database, fleet.folder / "second")
        self.both = [fleet.coordinator, second]
        self.ends_at: list[int] = []

    def holder(self) -> str:
        found = self.fleet.ask(lambda store: store.leases.holder("coordinator"))
        return found[0] if found else ""

    def leader(self) -> CoordinatorProcess | None:
        """Who leads, of those two."""
        holder = self.holder()
        return next((one for one in self.both if f"/{one.pid}/" in holder), None)

    def epochs(self) -> dict[int, int]:
        """When each epoch's first order was sent."""
        first: dict[int, int] = {}
        for reporter in self.fleet.reporters.values():
            for order in list(reporter.orders):
                first[order.epoch] = min(first.get(order.epoch, order.issued_at), order.issued_at)
        return first

    def logs(self) -> str:
        return "\n".join(one.log()[-3000:] for one in self.both)

    def replace_leader(self, end: Callable[[CoordinatorProcess], None]) -> CoordinatorProcess:
        """End the leader, and wait for the orders of the other one; who led before."""
        before, epochs = self.leader(), len(self.epochs())
        assert before is not None
        self.ends_at.append(now())
        end(before)
        until(
            lambda: len(self.epochs()) > epochs, "orders of the other", self.logs, within_s=BUSY_S
        )
        return before

    def start_again(self, one: CoordinatorProcess) -> None:
        """Have it stand by."""
        said = one.log().count("standing by")
        one.start(ready=False)
        until(
            lambda: one.log().count("standing by") > said, "the standby", one.log, within_s=BUSY_S
        )


@pytest.fixture
def fleet(valkey: Broker, tmp_path: Path, document: dict[str, Any], postgres_url: str) -> Fleet:
    """On PostgreSQL, with many checks."""
    fleet = Fleet(valkey, postgres_url, tmp_path, REGIONS)
    fleet.apply(loaded(document))
    return fleet


@contextmanager
def working(fleet: Fleet) -> Iterator[Pair]:
    """Two coordinators and their workers."""
    pair = Pair(fleet)
    with ExitStack() as stack:
        stack.callback(pair.both[1].kill)
        stack.enter_context(fleet.running(ready=False))
        ready = fleet.coordinator.folder / "ready"
        until(ready.exists, "the coordinator's ready file", fleet.coordinator.log, within_s=BUSY_S)
        pair.start_again(pair.both[1])
        progress(fleet, CHECKS, BUSY_S)
        yield pair


def settled(pair: Pair, since: int, before: int) -> Accounts:
    """The accounts once everything that was due is stored or declared."""

    def found() -> Accounts:
        told = accounts(pair.fleet, since, before)
        first = pair.epochs()
        starts = sorted(first.values())[-len(pair.ends_at) :]
        told.takeovers_ms = [start - end for start, end in zip(starts, pair.ends_at, strict=True)]
        return told

    until(
        lambda: found().is_whole(),
        "that all looks are stored",
        lambda: found().table(),
        within_s=BUSY_S,
    )
    return found()


def check_accounts(told: Accounts, ends: int) -> None:
    """What is promised."""
    print(f"\n{told.table()}\ntakeovers, ms: {told.takeovers_ms}")
    assert told.twice == []
    assert told.never_ordered == set(), "each look was made up for"
    missing = {slot: why for slot, why in told.missing.items() if slot in told.due}
    assert missing == {}, f"stored all the same: {missing.keys() & told.stored.keys()}"
    assert told.most_late() <= ends


def test_a_standby_is_told_of_and_has_the_results_at_hand(fleet: Fleet) -> None:
    with working(fleet) as pair:
        (first, second) = pair.both

        def standbys() -> dict[str, dict[str, Any]]:
            return fleet.ask(lambda store: store.standings.all("standby"))

        until(
            lambda: any(one["warm_results"] for one in standbys().values()),
            "results at hand",
            second.log,
            within_s=BUSY_S,
        )
        (told,) = standbys().values()
        assert told["process"].startswith(f"process {second.pid} on ")
        assert told["leader"].startswith(f"process {first.pid} on ")
        assert fleet.told()["leads_since"]
        pair.replace_leader(lambda one: one.signal(signal.SIGKILL))
        until(lambda: "at_hand=" in second.log(), "the judge", second.log, within_s=BUSY_S)
        assert "at_hand=0" not in second.log()
        assert standbys() == {}
        assert f"/{second.pid}/" in fleet.told()["holder"]


@pytest.mark.parametrize("ends", [4, pytest.param(20, marks=pytest.mark.benchmark)])
def test_the_leader_ends_again_and_again_and_no_look_is_lost_or_doubled(
    fleet: Fleet, ends: int
) -> None:
    kinds = itertools.cycle([signal.SIGKILL, signal.SIGSTOP, signal.SIGKILL, signal.SIGTERM])
    with working(fleet) as pair:
        since = now()
        for number in itertools.islice(kinds, ends):
            before = pair.replace_leader(lambda one, number=number: one.signal(number))
            if number == signal.SIGSTOP:
                before.signal(signal.SIGCONT)
                assert before.wait(BUSY_S) == 3
            else:
                before.wait(BUSY_S)
            pair.start_again(before)
            time.sleep(INTERVAL_MS / 1000)
        told = settled(pair, since, now() - 2_000)
    check_accounts(told, ends)
    assert fleet.receipted() <= {result.id for result in fleet.stored()}
    assert fleet.incidents() == []


def test_a_leader_that_ends_while_its_broker_forgets_everything_leaves_no_look_unaccounted(
    fleet: Fleet, valkey: Broker
) -> None:
    def waiting() -> int:
        """Orders that lie at the broker and nowhere else."""
        return sum(valkey.client().llen(probes_queue(region)) for region in REGIONS)

    def end_both(leader: CoordinatorProcess) -> None:
        fleet.hear(False)
        until(
            lambda: waiting() > 2 * len(REGIONS),
            "orders that nobody took",
            leader.log,
            within_s=BUSY_S,
        )
        reached = fleet.told()["ticked_until_ms"]
        until(
            lambda: fleet.told()["ticked_until_ms"] > reached,
            "the next word",
            leader.log,
            within_s=BUSY_S,
        )
        leader.signal(signal.SIGKILL)
        valkey.kill()
        fleet.hear(True)
        valkey.start()

    with working(fleet) as pair:
        since = now()
        for _ in range(2):
            before = pair.replace_leader(end_both)
            before.wait(BUSY_S)
            pair.start_again(before)
            progress(fleet, CHECKS, BUSY_S)
        until_at = now() - 2_000

        def told() -> Accounts:
            return accounts(fleet, since, until_at)

        def is_told() -> bool:
            found = told()
            return not found.lost and not set(found.stored) & set(found.missing)

        until(is_told, "that each look is accounted for", lambda: told().table(), within_s=BUSY_S)
    print(f"\n{told().table()}")
    assert max(told().stored.values()) == 1, "whoever ordered it again, a slot is one look"
    assert fleet.receipted() <= {result.id for result in fleet.stored()}
    assert fleet.incidents() == []
