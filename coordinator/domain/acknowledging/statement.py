"""What a page said of one incident over time: every wording, and that it was taken away.

A wording has the moments of the first and the last look that read it: their order of arrival does
not matter.
"""

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from itertools import takewhile
from typing import Final

from coordinator.domain.acknowledging.words import Course, Words
from worker.contract.instant import Instant

GONE: Final = ""
"""The digest of no words."""
HOUR_MS: Final = 3_600_000


@dataclass(frozen=True, slots=True)
class Look:
    """What one look read on a page. `whole` when it tells all recent incidents of the page."""

    at: Instant
    words: tuple[Words, ...] = ()
    whole: bool = True


@dataclass(frozen=True, slots=True)
class Edit:
    """One wording, which came between the looks at `after` (None: no look before) and `first_at`.
    Without words: the page had the incident no more.
    """

    digest: str
    first_at: Instant
    last_at: Instant
    words: Words | None = None
    after: Instant | None = None


Edits = Mapping[tuple[str, str], Edit]
"""By the vendor's incident and the digest."""


@dataclass(frozen=True)
class Statement:
    """All that one page said of one incident. `settle_ms` is how long pages may be given from
    caches: a wording that was read once more within it may be an old copy.
    """

    service: str
    page: str
    incident: str
    edits: tuple[Edit, ...]
    settle_ms: int

    @cached_property
    def wordings(self) -> tuple[Edit, ...]:
        """The edits with words, in the order in which they came."""
        return tuple(edit for edit in self.edits if edit.words is not None)

    @cached_property
    def last_at(self) -> Instant:
        """When it was last read."""
        return max(edit.last_at for edit in self.wordings)

    @cached_property
    def current(self) -> Words:
        """The newest wording that is still read: one that came back counts again when the one
        behind it was not read for a while.
        """
        near = [one for one in self.wordings if one.last_at >= self.last_at - self.settle_ms]
        newest = near[-1].words
        assert newest is not None  # noqa: S101 - of wordings
        return newest

    @cached_property
    def gone(self) -> Edit | None:
        """That the page has it no more, if so."""
        found = next((edit for edit in self.edits if edit.words is None), None)
        return found if found is not None and found.first_at > self.last_at else None

    @cached_property
    def spoke(self) -> Edit | None:
        """The first wording that does not only announce it; None while there is none."""
        return next((edit for edit in self.wordings if _speaks(edit)), None)

    @cached_property
    def over_by(self) -> Instant | None:
        """When we first read that it is over or taken away; None while it goes on, or may."""
        if self.gone is not None:
            return self.gone.first_at
        if self.current.course is not Course.OVER:
            return None
        read = [*self.wordings]
        while read[-1].words != self.current:
            read.pop()
        return [*takewhile(_is_over, reversed(read))][-1].first_at


def statements(service: str, page: str, edits: Edits, settle_ms: int) -> Mapping[str, Statement]:
    """What a page said, by the vendor's incident."""
    found: dict[str, list[Edit]] = {}
    for (incident, _), edit in edits.items():
        found.setdefault(incident, []).append(edit)
    made = (
        Statement(service, page, incident, tuple(sorted(some, key=_order)), settle_ms)
        for incident, some in found.items()
    )
    return {one.incident: one for one in made if one.wordings}


def heard(
    edits: Edits, looks: Iterable[Look], moments: Sequence[Instant]
) -> dict[tuple[str, str], Edit]:
    """The edits that some looks add or change. `moments` are those of all whole looks that are
    remembered, these among them, in order.
    """
    changed: dict[tuple[str, str], Edit] = {}
    for look in looks:
        for words in look.words:
            key = (words.incident, words.digest)
            edit = Edit(words.digest, look.at, look.at, words)
            known = changed.get(key) or edits.get(key) or edit
            changed[key] = replace(
                known,
                words=words,
                first_at=min(known.first_at, look.at),
                last_at=max(known.last_at, look.at),
            )
    merged = {**edits, **changed}
    dated = {key: _dated(edit, moments) for key, edit in merged.items()}
    return changed | {key: edit for key, edit in dated.items() if edit != merged[key]}


def taken_away(statement: Statement, moments: Sequence[Instant], hours: float) -> Edit | None:
    """That the page has a statement no more: whole looks for longer than a cached page lives did
    not read it, although it goes on or was over not `hours` ago. None when it is there, or would
    be left out by now.
    """
    index = bisect_right(moments, statement.last_at)
    if index == len(moments) or moments[-1] <= statement.last_at + statement.settle_ms:
        return None
    words = statement.current
    if _over(words) and words.moved_at + hours * HOUR_MS < moments[-1]:
        return None
    return Edit(GONE, moments[index], moments[-1], None, statement.last_at)


def _over(words: Words) -> bool:
    return words.course in (Course.OVER, Course.NOT_BEGUN) or not words.status


def _dated(edit: Edit, moments: Sequence[Instant]) -> Edit:
    """With the last look before it, of those that are remembered and the one that was known."""
    if edit.words is None:
        return edit
    known = () if edit.after is None else (edit.after,)
    before = (*moments[: bisect_left(moments, edit.first_at)][-1:], *known)
    return replace(edit, after=max((at for at in before if at < edit.first_at), default=None))


def _is_over(edit: Edit) -> bool:
    return edit.words is not None and edit.words.course is Course.OVER


def _speaks(edit: Edit) -> bool:
    return edit.words is not None and edit.words.course is not Course.NOT_BEGUN


def _order(edit: Edit) -> tuple[Instant, Instant, int, str]:
    words = edit.words
    if words is None:
        return edit.first_at, 0, 0, edit.digest
    return edit.first_at, words.updated_at or 0, words.updates, edit.digest
