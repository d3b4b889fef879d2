"""Looks that nothing came back of: none is forgotten, each is written down as a gap, until it
arrives.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Final, NamedTuple, TypeAlias

from coordinator.domain.model.topology import Topology
from coordinator.domain.schedule.ledger import PATIENCE_MS, GapReason, Ledger, patience_ms
from coordinator.domain.schedule.schedule import Due, Span, looks_of
from coordinator.domain.schedule.succession import (
    AHEAD_MS,
    ANSWERED_MS,
    Progress,
    Succession,
    before,
    scheduled,
    since,
    unknown,
)
from coordinator.runtime.metrics import Counters
from coordinator.runtime.retry import persistently
from coordinator.scheduling.tick import Tick
from coordinator.store import Store
from worker.contract.instant import Instant
from worker.contract.result import Result

EARLY_MS: Final = 5_000
"""A clock that is behind receives a result before its look was due."""
MOST_GAPS: Final = 10_000


class Gaps:
    """Writes down what the ledger waits for no longer. `accounted` is as of the ledger, for what is
    written down; at first it is what an earlier life told.
    """

    def __init__(
        self, store: Store, ledger: Ledger, counters: Counters, accounted: Instant | None = None
    ) -> None:
        self._store = store
        self._ledger = ledger
        self._counters = counters
        self.accounted = accounted

    async def save(self, now: Instant) -> None:
        """Write down the gaps that are certain by now, less what arrived after all.

        What arrived is stored before it is settled, and settled before it is taken out here. After
        a crash between, `resume` settles what was received lately once more.
        """
        gaps, accounted = self._ledger.sweep(now), self._ledger.accounted(now)
        if gaps:
            self._counters.gaps += len(gaps)
            await persistently("gaps", lambda: self._store.gaps.add(gaps))
        if late := self._ledger.take_late():
            await persistently("gaps", lambda: self._store.gaps.fill(late))
        self.accounted = accounted


class Left(NamedTuple):
    """What an earlier life left to the next one."""

    found: Succession
    spans: Sequence[Span] = ()
    """What it dealt with, and told no account of."""
    accounted: Instant | None = None
    """Up to where it did."""
    begun: Instant = 0
    """As of its progress."""


async def resume(
    store: Store,
    tick: Tick,
    ledger: Ledger,
    topology: Topology,
    told: Progress | None,
    marks: Mapping[str, Instant],
    now: Instant,
) -> None:
    """Order on from where an earlier life ended; looks that nobody ordered since are declared.

    By its marks that is known exactly. Without them it is what it told last, and what is heard
    later of looks that it ordered after that is settled. Either way what it waited for ended with
    it, and what it had not written down yet: that is seen to from where it had accounted for all.
    """
    found = Succession((), (), ())
    if marks:
        found = tick.succeed(marks, None if told is None else told.reached, now)
    elif told is not None and told.reached <= now + AHEAD_MS:
        tick.resume(told.reached, now)
    if told is not None:
        spans = list(_unaccounted(tick, topology, told, marks, now))
        tick.begun = told.begun
        # the spans have what it ordered, and tell what there was to be ordered
        left = Left(replace(found, ordered=()), spans, told.accounted, told.begun)
        await inherit(store, ledger, left, topology, now)
    elif marks:
        await inherit(store, ledger, Left(found), topology, now)


def _unaccounted(
    tick: Tick, topology: Topology, told: Progress, marks: Mapping[str, Instant], now: Instant
) -> Iterator[Span]:
    reached = min(told.reached, tick.ticked_until or now)
    until = max([reached, *(mark for mark in marks.values() if mark <= now + AHEAD_MS)])
    longest_ms = max(map(patience_ms, topology.checks), default=0)
    for span in tick.unaccounted(min(told.accounted, now), until, longest_ms):
        yield from filter(None, [before(span, max(reached, marks.get(span.region, 0)))])


async def inherit(
    store: Store, ledger: Ledger, left: Left, topology: Topology, now: Instant
) -> None:
    """Wait for what comes of the looks that an earlier life ordered, less what is stored, or
    written down as missing, already: for a while at least, for what it did not take in waits at the
    broker. What is written down as missing, be it ordered now, is so until it arrives. What was
    stored lately is taken out of the gaps: it may not have come to that.
    """
    found, until = left.found, now + PATIENCE_MS
    since_at = min(left.accounted or now, now - ANSWERED_MS) - EARLY_MS
    missed = [Span(look.check, look.region, look.slot, look.slot) for look in found.missed]
    known = await _known(store, [*left.spans, *missed], since_at, topology)
    for span in missed:
        there = known[span.check.id, span.region]
        was = scheduled(span, there, left.begun)
        ledger.give_up(unknown(was, there), GapReason.PAUSED)
        there += [] if was is None else [(was.first_slot, was.last_slot)]
    ledger.issue((look for look in found.ordered if not _is_in(known, look)), until)
    ledger.leave(look for look in found.late if _is_in(known, look))
    for look in (*found.ordered, *found.late):
        known[look.check.id, look.region].append((look.slot, look.slot))
    for span in left.spans:
        over = now - patience_ms(span.check) + 1
        there = known[span.check.id, span.region]
        for part in unknown(scheduled(span, there, left.begun), there):
            ledger.give_up(filter(None, [before(part, over)]), GapReason.NO_RESULT)
            ledger.issue(looks_of(since(part, over)), until)
    settle(ledger, await store.results.recent(since_at), topology)


_Known: TypeAlias = defaultdict[tuple[str, str], list[tuple[int, int]]]
"""First and last slots, by check and region."""


async def _known(
    store: Store, spans: Iterable[Span], since_at: Instant, topology: Topology
) -> _Known:
    """What is stored or written down as missing of these and of the looks before them, and of what
    was due lately.
    """
    first: dict[str, Instant] = {}
    for span in spans:
        at = span.instant(span.first_slot - 1)
        first[span.check.id] = min(at, first.get(span.check.id, at))
    known: _Known = defaultdict(list)
    for gap in await store.gaps.since(min([since_at, *first.values()]), limit=MOST_GAPS):
        known[gap["check"], gap["region"]].append((gap["first_slot"], gap["last_slot"]))
    for check, region, at in await store.results.due_since(first):
        slot = topology.check[check].slot(at)
        known[check, region].append((slot, slot))
    return known


def _is_in(known: _Known, look: Due) -> bool:
    told = known.get((look.check.id, look.region), ())
    return any(first <= look.slot <= last for first, last in told)


def settle(ledger: Ledger, results: Iterable[Result], topology: Topology) -> None:
    """The regular looks among these results are outstanding no more; an extra one stands for none
    of them.
    """
    for result in results:
        check = topology.check.get(result.check)
        if check is not None and not result.attempt:
            ledger.settle(check.id, result.region, check.slot(result.scheduled_at))
