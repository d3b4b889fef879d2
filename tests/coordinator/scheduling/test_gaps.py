"""What was not looked at is written down: between two lives, and while we live."""

import pytest

from coordinator.domain.model.topology import Check, Region, Topology
from coordinator.domain.schedule.ledger import PATIENCE_MS, Gap, GapReason, Ledger
from coordinator.domain.schedule.presence import Presence
from coordinator.domain.schedule.schedule import Due, Schedule, Span
from coordinator.domain.schedule.succession import Progress, Succession
from coordinator.messaging.publisher import Publisher
from coordinator.runtime.metrics import Counters
from coordinator.scheduling.gaps import Gaps, Left, inherit, resume, settle
from coordinator.scheduling.tick import Tick
from coordinator.store import Store
from worker.contract import clock
from worker.contract.instant import parse_rfc3339
from worker.contract.outcome import Blame, Reason
from worker.contract.result import Result, result_id

CHECK = Check("api", "claude", "c", "http", 5_000, 1_000, ("eu-west",), {"url": "https://x"})
TOPOLOGY = Topology(regions=(Region("eu-west", "eu-west", "IE", "EU", 0.0, 0.0),), checks=(CHECK,))
LATER_MS = 600_000


def tick(ledger: Ledger, topology: Topology = TOPOLOGY) -> Tick:
    publisher = Publisher("redis://127.0.0.1:1/0")
    found = Tick(publisher, ledger, Presence(), lambda: None, Counters())
    found.configure(topology)
    return found


def told(reached: int) -> Progress:
    return Progress(reached, reached)


def result(at: int, attempt: int = 0) -> Result:
    where = ("api", "claude", "c", "http", "eu-west", "eu-west-1")
    return Result(f"{at}/{attempt}", *where, at, at, at, attempt, True, Reason.OK, Blame.NONE)


async def test_looks_that_nobody_ordered_between_two_lives_are_declared(store: Store) -> None:
    ledger, now = Ledger(), clock.now()
    await resume(store, tick(ledger), ledger, TOPOLOGY, told(now - 60_000), {}, now)
    await Gaps(store, ledger, Counters()).save(now + LATER_MS)
    kept, lost = await store.gaps.since(now - LATER_MS)
    assert (kept["reason"], lost["reason"]) == (GapReason.PAUSED, GapReason.NO_RESULT)
    assert kept["last_slot"] - kept["first_slot"] in (10, 11, 12)
    assert lost["last_slot"] == kept["first_slot"] - 1  # what it still waited for at its end


async def test_without_an_earlier_life_nothing_is_declared(store: Store) -> None:
    ledger, now = Ledger(), clock.now()
    found = tick(ledger)
    await resume(store, found, ledger, TOPOLOGY, None, {}, now)
    assert found.ticked_until is None
    assert len(ledger) == 0
    await resume(store, found, ledger, TOPOLOGY, told(now + LATER_MS), {}, now)
    assert found.ticked_until is None  # the clock was set back: by it, all is still to be ordered


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
    last = CHECK.slot(clock.now())
    now = Span(CHECK, "eu-west", last, last).instant(last) + 2_500  # no look's time is just over
    slot = CHECK.slot(now) - 3
    await store.gaps.add([declared(slot)])
    await store.results.add([stored(slot)._replace(received_at=now)])
    ledger = Ledger()
    await resume(store, tick(ledger), ledger, TOPOLOGY, told(now - 1_000), {}, now)
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
    await inherit(store, ledger, Left(found), TOPOLOGY, now)
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
    await inherit(store, ledger, Left(Succession((), tuple(looks), ())), TOPOLOGY, now)
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
        await resume(store, going, ledger, TOPOLOGY, told(now - missed_ms), marks, now)
        going.step(now)
        gaps = ledger.sweep(now + LATER_MS)
        slots = [slot for gap in gaps for slot in range(gap.first_slot, gap.last_slot + 1)]
        assert len(slots) == len(set(slots))
        paused = [gap for gap in gaps if gap.reason is GapReason.PAUSED]
        assert sum(gap.last_slot - gap.first_slot + 1 for gap in paused) <= missed_ms // 5_000


SLOW = Check("slow", "claude", "c", "http", 60_000, 5_000, ("eu-west",), {"url": "https://x"})
BOTH = Topology(regions=TOPOLOGY.regions, checks=(CHECK, SLOW))
MOMENTS = (0, 8_000, 25_000, 40_000, 63_000, 90_000)


@pytest.mark.parametrize("marked", [True, False])
@pytest.mark.parametrize("last_heard_ms", MOMENTS)
@pytest.mark.parametrize("down_ms", [500, 4_000, 45_000])
async def test_whatever_a_leader_had_not_written_down_at_its_end_the_next_one_accounts_for(
    store: Store, marked: bool, last_heard_ms: int, down_ms: int
) -> None:
    """It ordered all that was due, and told that, and ended: what it waited for is forgotten with
    it, and the gaps that it had not saved. Nothing comes back of the looks after a moment.
    """
    now = clock.now()
    ended, since = now - down_ms, now - 300_000
    schedule = Schedule(BOTH)
    due = schedule.due(since, ended)
    heard = [look for look in due if look.scheduled_at < ended - last_heard_ms]
    earlier = Ledger()
    earlier.issue(due)
    settle(earlier, await store.results.add([seen(look) for look in heard]), BOTH)
    gaps = Gaps(store, earlier, Counters())
    await gaps.save(ended - 3_000)
    assert gaps.accounted is not None
    earlier.sweep(ended)  # it says what is missing, and ends before that is saved
    marks = {"eu-west": ended} if marked else {}
    ledger = Ledger()
    going = tick(ledger, BOTH)
    await resume(store, going, ledger, BOTH, Progress(ended, gaps.accounted), marks, now)
    until = going.ticked_until or 0
    going.step(until + 100)
    await Gaps(store, ledger, Counters()).save(now + LATER_MS)
    known = {(look.check.id, look.slot) for look in heard}
    lost: list[tuple[str, int]] = []
    for row in await store.gaps.since(0):
        lost += [(row["check"], slot) for slot in range(row["first_slot"], row["last_slot"] + 1)]
    assert len(lost) == len(set(lost)), "nothing is declared twice"
    expected = {(look.check.id, look.slot) for look in schedule.due(since, until)}
    assert known | set(lost) >= expected
    assert not known & set(lost)


def seen(look: Due) -> Result:
    at, check = look.scheduled_at, look.check
    where = (check.id, check.service, check.component, check.kind, look.region, "eu-west-1")
    identifier = result_id(check.id, look.region, "eu-west-1", look.slot, 0)
    return Result(identifier, *where, at, at, at, 0, True, Reason.OK, Blame.NONE)


async def test_a_pause_that_was_not_written_down_yet_is_declared_by_the_next_life(
    store: Store,
) -> None:
    now = clock.now()
    stopped = now - 500_000
    first = Ledger()
    going = tick(first)
    await resume(store, going, first, TOPOLOGY, told(stopped), {}, now - 5_000)
    gaps = Gaps(store, first, Counters(), stopped)
    await gaps.save(now - 4_000)
    assert going.ticked_until is not None
    due = Schedule(TOPOLOGY).due(stopped, going.ticked_until)
    assert due[-1].slot not in [n for a, b in await missing(store) for n in range(a, b + 1)]
    assert gaps.accounted is not None
    then = Progress(going.ticked_until, gaps.accounted)
    ledger = Ledger()
    await resume(store, tick(ledger), ledger, TOPOLOGY, then, {}, now)
    await Gaps(store, ledger, Counters()).save(now + LATER_MS)
    declared_slots = [n for a, b in await missing(store) for n in range(a, b + 1)]
    assert len(declared_slots) == len(set(declared_slots))
    assert {look.slot for look in due} <= set(declared_slots)


@pytest.mark.parametrize("marked", [True, False])
async def test_nothing_is_declared_of_the_time_before_there_was_anything_to_look_at(
    store: Store, marked: bool
) -> None:
    """The first leader of all lived for 12 s; `slow` came with a configuration 4 s before its end,
    and nothing is heard of that.
    """
    now = clock.now()
    ended = now - 20_000
    first, changed = ended - 12_000, ended - 4_000
    made = Schedule(TOPOLOGY).due(first, ended)
    await store.results.add([seen(look) for look in made])
    then = Progress(ended, ended - 2_000, changed)
    marks = {"eu-west": ended} if marked else {}
    ledger = Ledger()
    going = tick(ledger, BOTH)
    await resume(store, going, ledger, BOTH, then, marks, now)
    going.step(now)
    await Gaps(store, ledger, Counters()).save(now + LATER_MS)
    lost = [(row["check"], parse_rfc3339(row["first_at"])) for row in await store.gaps.since(0)]
    assert min(at for check, at in lost if check == "api") >= ended
    assert all(at >= changed for check, at in lost if check == "slow")
    assert going.begun == changed
