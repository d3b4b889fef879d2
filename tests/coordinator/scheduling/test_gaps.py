"""What was not looked at is written down: between two lives, and while we live."""

from coordinator.domain.model.topology import Check, Region, Topology
from coordinator.domain.schedule.ledger import GapReason, Ledger
from coordinator.domain.schedule.presence import Presence
from coordinator.domain.schedule.schedule import Due
from coordinator.messaging.publisher import Publisher
from coordinator.runtime.metrics import Counters
from coordinator.scheduling.gaps import Gaps, resume, settle
from coordinator.scheduling.tick import Tick
from coordinator.store import Store
from worker.contract import clock
from worker.contract.outcome import Blame, Reason
from worker.contract.result import Result

CHECK = Check("api", "claude", "c", "http", 5_000, 1_000, ("eu-west",), {"url": "https://x"})
TOPOLOGY = Topology(regions=(Region("eu-west", "eu-west", "IE", "EU", 0.0, 0.0),), checks=(CHECK,))
LATER_MS = 600_000


def tick(ledger: Ledger) -> Tick:
    publisher = Publisher("redis://127.0.0.1:1/0")
    found = Tick(publisher, ledger, Presence(), lambda: None, Counters())
    found.configure(TOPOLOGY)
    return found


def result(at: int, attempt: int = 0) -> Result:
    where = ("api", "claude", "c", "http", "eu-west", "eu-west-1")
    return Result(f"{at}/{attempt}", *where, at, at, at, attempt, True, Reason.OK, Blame.NONE)


async def test_looks_that_nobody_ordered_between_two_lives_are_declared(store: Store) -> None:
    ledger, counters, now = Ledger(), Counters(), clock.now()
    await resume(store, tick(ledger), ledger, TOPOLOGY, now - 60_000, now)
    await Gaps(store, ledger, counters).save(now + LATER_MS)
    (kept,) = await store.gaps.since(now - LATER_MS)
    assert (counters.gaps, kept["reason"]) == (1, GapReason.PAUSED)
    assert kept["last_slot"] - kept["first_slot"] in (10, 11, 12)


async def test_without_an_earlier_life_nothing_is_declared(store: Store) -> None:
    ledger, now = Ledger(), clock.now()
    for reached in (None, now + LATER_MS):
        found = tick(ledger)
        await resume(store, found, ledger, TOPOLOGY, reached, now)
        assert found.ticked_until is None
    assert len(ledger) == 0


def test_only_a_regular_look_settles_what_is_outstanding() -> None:
    ledger, at = Ledger(), clock.now()
    ledger.issue([Due(CHECK, "eu-west", CHECK.slot(at), at)])
    settle(ledger, [result(at, attempt=1)], TOPOLOGY)
    assert len(ledger) == 1
    settle(ledger, [result(at)], TOPOLOGY)
    assert len(ledger) == 0
