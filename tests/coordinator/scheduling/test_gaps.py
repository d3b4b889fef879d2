"""What was not looked at is written down: between two lives, and while we live."""

from coordinator.domain.model.topology import Check, Region, Topology
from coordinator.domain.schedule.ledger import PATIENCE_MS, Gap, GapReason, Ledger
from coordinator.domain.schedule.presence import Presence
from coordinator.domain.schedule.schedule import Due, Span
from coordinator.domain.schedule.succession import Succession
from coordinator.messaging.publisher import Publisher
from coordinator.runtime.metrics import Counters
from coordinator.scheduling.gaps import Gaps, inherit, resume, settle
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
    await resume(store, tick(ledger), ledger, TOPOLOGY, now - 60_000, {}, now)
    await Gaps(store, ledger, counters).save(now + LATER_MS)
    (kept,) = await store.gaps.since(now - LATER_MS)
    assert (counters.gaps, kept["reason"]) == (1, GapReason.PAUSED)
    assert kept["last_slot"] - kept["first_slot"] in (10, 11, 12)


async def test_without_an_earlier_life_nothing_is_declared(store: Store) -> None:
    ledger, now = Ledger(), clock.now()
    for reached in (None, now + LATER_MS):
        found = tick(ledger)
        await resume(store, found, ledger, TOPOLOGY, reached, {}, now)
        assert found.ticked_until is None
    assert len(ledger) == 0


def test_only_a_regular_look_settles_what_is_outstanding() -> None:
    ledger, at = Ledger(), clock.now()
    ledger.issue([Due(CHECK, "eu-west", CHECK.slot(at), at)])
    settle(ledger, [result(at, attempt=1)], TOPOLOGY)
    assert len(ledger) == 1
    settle(ledger, [result(at)], TOPOLOGY)
    assert len(ledger) == 0


def stored(slot: int) -> Result:
    at = Span(CHECK, "eu-west", slot, slot).instant(slot)
    return result(at)


def declared(slot: int) -> Gap:
    at = stored(slot).scheduled_at
    return Gap("api", "claude", "eu-west", slot, slot, at, at, GapReason.NO_RESULT)


async def missing(store: Store) -> list[tuple[int, int]]:
    return sorted((row["first_slot"], row["last_slot"]) for row in await store.gaps.since(0))


async def test_a_result_that_arrives_after_its_gap_takes_its_slot_out_of_it(store: Store) -> None:
    ledger, base = Ledger(), CHECK.slot(clock.now())
    gaps = Gaps(store, ledger, Counters())
    looks = [Due(CHECK, "eu-west", base + n, stored(base + n).scheduled_at) for n in range(5)]
    ledger.issue(looks)
    await gaps.save(clock.now() + LATER_MS)
    assert await missing(store) == [(base, base + 4)]
    for late, left in (
        (2, [(base, base + 1), (base + 3, base + 4)]),
        (0, [(base + 1, base + 1), (base + 3, base + 4)]),
        (0, [(base + 1, base + 1), (base + 3, base + 4)]),
    ):
        settle(ledger, await store.results.add([stored(base + late)]), TOPOLOGY)
        await gaps.save(clock.now() + LATER_MS)
        assert await missing(store) == left
    rest = await store.results.add([stored(base + n) for n in (1, 3, 4)])
    settle(ledger, rest, TOPOLOGY)
    await gaps.save(clock.now() + LATER_MS)
    assert await missing(store) == []


async def test_a_result_that_was_stored_just_before_a_crash_leaves_its_gap_in_the_next_life(
    store: Store,
) -> None:
    now = clock.now()
    slot = CHECK.slot(now) - 3
    await store.gaps.add([declared(slot)])
    await store.results.add([stored(slot)._replace(received_at=now)])
    ledger = Ledger()
    await resume(store, tick(ledger), ledger, TOPOLOGY, now - 1_000, {}, now)
    await Gaps(store, ledger, Counters()).save(now)
    assert await missing(store) == []


async def test_what_an_earlier_life_ordered_is_waited_for_unless_it_is_stored_or_declared(
    store: Store,
) -> None:
    now, base = clock.now(), CHECK.slot(clock.now())
    times = {slot: stored(slot).scheduled_at for slot in range(base - 3, base)}
    looks = [Due(CHECK, "eu-west", slot, at) for slot, at in times.items()]
    await store.results.add([stored(base - 3)])
    await store.gaps.add([declared(base - 2)])
    ledger = Ledger()
    found = Succession(tuple(looks), (), ())
    await inherit(store, ledger, found, TOPOLOGY, now)
    assert ledger.sweep(now + PATIENCE_MS - 1) == []
    (gap,) = ledger.sweep(now + PATIENCE_MS)
    assert (gap.first_slot, gap.last_slot, gap.reason) == (base - 1, base - 1, GapReason.NO_RESULT)


async def test_a_look_that_is_declared_missing_and_ordered_late_is_taken_out_when_it_arrives(
    store: Store,
) -> None:
    now, base = clock.now(), CHECK.slot(clock.now())
    looks = [
        Due(CHECK, "eu-west", slot, stored(slot).scheduled_at) for slot in (base - 2, base - 1)
    ]
    await store.gaps.add([declared(base - 2), declared(base - 1)])
    ledger = Ledger()
    ledger.issue(looks)  # as a tick does that makes up for them
    await inherit(store, ledger, Succession((), tuple(looks), ()), TOPOLOGY, now)
    settle(ledger, await store.results.add([stored(base - 1)]), TOPOLOGY)
    await Gaps(store, ledger, Counters()).save(now + LATER_MS)
    assert await missing(store) == [(base - 2, base - 2)]


async def test_by_marks_looks_that_nobody_ordered_are_ordered_late_and_none_twice(
    store: Store,
) -> None:
    now = clock.now()
    for missed_ms in (1_000, 7_000, 14_000):
        ledger = Ledger()
        going = tick(ledger)
        marks = {"eu-west": now - missed_ms}
        await resume(store, going, ledger, TOPOLOGY, now - missed_ms, marks, now)
        going.step(now)
        gaps = ledger.sweep(now + LATER_MS)
        slots = [slot for gap in gaps for slot in range(gap.first_slot, gap.last_slot + 1)]
        assert len(slots) == len(set(slots))
        paused = [gap for gap in gaps if gap.reason is GapReason.PAUSED]
        assert sum(gap.last_slot - gap.first_slot + 1 for gap in paused) <= missed_ms // 5_000
