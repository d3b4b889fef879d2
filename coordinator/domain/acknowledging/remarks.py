"""What cannot be taken as it stands in a vendor's words: one sentence each."""

from collections.abc import Iterator
from typing import Final

from coordinator.domain.acknowledging.clocks import LONGEST_MS, SKEW_MS, Clocks
from coordinator.domain.acknowledging.matching import Meaning
from coordinator.domain.acknowledging.statement import Statement
from coordinator.domain.acknowledging.words import Course
from worker.contract.instant import Instant, rfc3339

_HALF_HOUR_MS: Final = 1_800_000
_ABOUT_MS: Final = 300_000


def remarks(meaning: Meaning) -> tuple[str, ...]:
    """The sentences on one statement."""
    statement, clocks = meaning.statement, meaning.clocks
    return (*_of_edits(statement), *_of_moments(clocks), *_of_components(meaning))


def _of_edits(statement: Statement) -> Iterator[str]:
    if len(statement.wordings) > 1:
        yield f"The vendor has worded it {len(statement.wordings)} times; every wording is kept."
    gone = statement.gone
    if gone is not None:
        after = _at(statement.last_at)
        yield f"The page has it no more since between {after} and {_at(gone.first_at)}."
    if statement.current.course is Course.UNKNOWN:
        status = statement.current.status
        told = f"The vendor's state {status!r} is not known" if status else "It has no state"
        yield f"{told}, so whether it goes on cannot be said."


def _of_moments(clocks: Clocks) -> Iterator[str]:
    if clocks.after is None:
        yield "The page was not read before it had this, so whether it is backdated cannot be said."
    if clocks.published_at is None:
        yield "The vendor tells no moment of publication; ours is when the page was first read so."
    elif clocks.in_future:
        told = f"It is dated {_at(clocks.published_at)}, after it was read at {_at(clocks.by)}"
        yield f"{told}, so when it was published cannot be said{_zone(clocks)}."
    elif clocks.backdated and clocks.after is not None:
        told = f"It is dated {_at(clocks.published_at)}, but the page was read without it"
        yield f"{told} at {_at(clocks.after)}{_zone(clocks)}."
    claimed = clocks.claimed_at
    if claimed is not None and clocks.claimed is None:
        late = claimed > clocks.by + SKEW_MS
        why = "after it was read" if late else f"over {LONGEST_MS // 86_400_000} days before"
        yield f"Its claimed start {_at(claimed)} lies {why}, so that is not believed."


def _of_components(meaning: Meaning) -> Iterator[str]:
    if not meaning.components:
        yield "It names no component that is known here, so how far it reaches cannot be said."


def _zone(clocks: Clocks) -> str:
    """That a moment is off by whole half hours, as by another time zone."""
    if clocks.published_at is None:
        return ""
    off = clocks.published_at - clocks.by
    halves = round(off / _HALF_HOUR_MS)
    near = abs(off - halves * _HALF_HOUR_MS) <= _ABOUT_MS
    return "; its time zone may be wrong" if near and abs(halves) > 1 else ""


def _at(at: Instant) -> str:
    return rfc3339(at)[:19] + "Z"
