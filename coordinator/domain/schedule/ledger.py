"""The ledger of looks: what was ordered, what came back, and the gaps between."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from enum import StrEnum
from heapq import heappop, heappush

from coordinator.domain.model.topology import Check
from coordinator.domain.schedule.schedule import Due, Span
from worker.contract.instant import Instant

PATIENCE_MS = 15_000
"""A look is not missing before this long after it was due, however short its timeout and interval
are.
"""


def patience_ms(check: Check) -> int:
    """For how long after it was due a look of this check is waited for."""
    return max(PATIENCE_MS, check.timeout_ms + check.interval_ms)


class GapReason(StrEnum):
    """Why a look is missing."""

    NO_WORKER = "no_worker"
    """No worker of the region was heard, so nothing was ordered."""
    NO_RESULT = "no_result"
    """It was ordered, and nothing came back in time; what comes later, from a worker's outbox, is
    taken out of the gap.
    """
    NO_BROKER = "no_broker"
    """The broker could not be reached, or did not take the order."""
    PAUSED = "paused"
    """The coordinator itself stood still."""
    NO_ROOM = "no_room"
    """It was made while nobody was heard, and its worker had no more room to keep what it saw."""


@dataclass(frozen=True, slots=True)
class Gap:
    """Consecutive slots of one check in one region without a result, and why."""

    check: str
    service: str
    region: str
    first_slot: int
    last_slot: int
    first_at: Instant
    last_at: Instant
    reason: GapReason


_Pair = tuple[str, str]
_Key = tuple[str, str, int]


class Ledger:
    """What is outstanding. Its size is bounded by the looks of one timeout and interval."""

    def __init__(self) -> None:
        self._outstanding: dict[_Key, Span] = {}
        self._paused: dict[_Pair, Span] = {}
        self._in_pause: dict[_Pair, set[int]] = {}
        """Slots of a paused span whose results arrived."""
        self._deadlines: list[tuple[Instant, int, Span, GapReason]] = []
        self._entries = 0
        self._held: list[tuple[Instant, Instant]] = []
        """Until when something is waited for beyond its time, and up to where nothing is."""
        self._gaps: dict[_Pair, Gap] = {}
        self._changed: dict[tuple[_Pair, int], Gap] = {}
        self._late: dict[_Pair, set[int]] = {}

    def __len__(self) -> int:
        return len(self._outstanding)

    def issue(self, looks: Iterable[Due], until: Instant = 0) -> None:
        """These looks were ordered: each must come back, or becomes a gap when its time is over,
        not before `until`.
        """
        first = until
        for look in looks:
            span = Span(look.check, look.region, look.slot, look.slot)
            self._outstanding[_key(look)] = span
            over = look.scheduled_at + patience_ms(look.check)
            first = min(first, over)
            self._wait(max(until, over), span, GapReason.NO_RESULT)
        if first < until:
            self._held.append((until, first - 1))

    def settle(self, check: str, region: str, slot: int) -> None:
        """A result of this look arrived. A repeat, or one that was never ordered, does no harm."""
        if self._outstanding.pop((check, region, slot), None) is None:
            self._arrived_late((check, region), slot)
        paused = self._paused.get((check, region)) if self._paused else None
        if paused is not None and paused.first_slot <= slot <= paused.last_slot:
            self._in_pause.setdefault((check, region), set()).add(slot)

    def miss(self, looks: Iterable[Due], reason: GapReason) -> None:
        """These looks were not ordered."""
        for look in looks:
            self._outstanding.pop(_key(look), None)
            self._declare(Span(look.check, look.region, look.slot, look.slot), reason)

    def lose(self, looks: Iterable[Due]) -> None:
        """The order of these looks seems lost; those that are not back by now are missing."""
        missing = [look for look in looks if _key(look) in self._outstanding]
        self.miss(missing, GapReason.NO_BROKER)

    def leave(self, looks: Iterable[Due]) -> None:
        """These were ordered, and are written down as missing already: nobody waits for them, and
        what comes of them after all is taken out of its gap.
        """
        for look in looks:
            self._outstanding.pop(_key(look), None)

    def pause(self, spans: Iterable[Span], now: Instant) -> None:
        """Nothing was ordered in these spans. They become gaps after a while, less what arrives
        until then.

        The end of what was ordered before a crash is known only to some seconds; results on their
        way tell the rest.
        """
        until = first = now + PATIENCE_MS
        for span in spans:
            pair = (span.check.id, span.region)
            self._end_pause(pair)
            self._paused[pair] = span
            first = min(first, span.instant(span.first_slot))
            self._wait(until, span, GapReason.PAUSED)
        self._held.append((until, first))

    def give_up(self, spans: Iterable[Span], reason: GapReason) -> None:
        """Nothing came of these in their time, nor will anybody wait for them."""
        for span in spans:
            self._declare(span, reason)

    def accounted(self, now: Instant) -> Instant:
        """After a sweep at `now`: each look whose time was over by this moment has come back, or is
        a gap that this sweep or an earlier one told. Whoever goes on after us sees to the others.
        """
        return min([now, *(since for until, since in self._held if until > now)])

    def sweep(self, now: Instant) -> list[Gap]:
        """Declare what is overdue; the gaps that are new or grew since the last sweep."""
        while self._deadlines and self._deadlines[0][0] <= now:
            _, _, span, reason = heappop(self._deadlines)
            if reason is GapReason.PAUSED:
                self._end_pause((span.check.id, span.region))
            elif (
                self._outstanding.pop((span.check.id, span.region, span.first_slot), None)
                is not None
            ):
                self._declare(span, reason)
        self._held = [held for held in self._held if held[0] > now]
        changed = list(self._changed.values())
        self._changed.clear()
        return changed

    def take_late(self) -> dict[tuple[str, str], set[int]]:
        """The slots, by check and region, whose results came when nobody waited for them any more:
        what was written down of them as missing is so no longer. They are forgotten here.
        """
        late, self._late = self._late, {}
        return late

    def _arrived_late(self, pair: _Pair, slot: int) -> None:
        self._late.setdefault(pair, set()).add(slot)
        gap = self._gaps.get(pair)
        if gap is not None and gap.first_slot <= slot <= gap.last_slot:
            del self._gaps[pair]  # it is cut, so what is missing next begins a gap of its own

    def _wait(self, deadline: Instant, span: Span, reason: GapReason) -> None:
        self._entries += 1  # keeps the heap from comparing spans
        heappush(self._deadlines, (deadline, self._entries, span, reason))

    def _end_pause(self, pair: _Pair) -> None:
        span, arrived = self._paused.pop(pair, None), self._in_pause.pop(pair, set())
        for missing in _without(span, arrived) if span is not None else ():
            self._declare(missing, GapReason.PAUSED)

    def _declare(self, span: Span, reason: GapReason) -> None:
        pair = (span.check.id, span.region)
        gap = self._gaps.get(pair)
        if gap is not None and gap.reason is reason and span.first_slot == gap.last_slot + 1:
            gap = replace(gap, last_slot=span.last_slot, last_at=span.instant(span.last_slot))
        else:
            gap = _gap(span, reason)
        self._gaps[pair] = gap
        self._changed[pair, gap.first_slot] = gap


def _key(look: Due) -> _Key:
    return look.check.id, look.region, look.slot


def _without(span: Span, arrived: Iterable[int]) -> Iterator[Span]:
    """What is left of a span between the slots that arrived."""
    first = span.first_slot
    for slot in (*sorted(arrived), span.last_slot + 1):
        if first < slot:
            yield replace(span, first_slot=first, last_slot=slot - 1)
        first = slot + 1


def _gap(span: Span, reason: GapReason) -> Gap:
    return Gap(
        check=span.check.id,
        service=span.check.service,
        region=span.region,
        first_slot=span.first_slot,
        last_slot=span.last_slot,
        first_at=span.instant(span.first_slot),
        last_at=span.instant(span.last_slot),
        reason=reason,
    )
