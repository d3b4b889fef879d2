"""When a page was heard: spans of time, each behind a look that read it."""

from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple

from worker.contract.instant import Instant


class Span(NamedTuple):
    """[since, until), milliseconds since 1970."""

    since: Instant
    until: Instant


def joined(spans: Iterable[Span]) -> tuple[Span, ...]:
    """The same time in the fewest spans, in order."""
    return tuple(_joined(sorted(span for span in spans if span.since < span.until)))


def _joined(spans: Iterable[Span]) -> Iterator[Span]:
    last: Span | None = None
    for span in spans:
        if last is not None and span.since <= last.until:
            last = Span(last.since, max(last.until, span.until))
            continue
        if last is not None:
            yield last
        last = span
    if last is not None:
        yield last


def within(spans: Sequence[Span], of: Span) -> tuple[Span, ...]:
    """The parts of spans that lie in another, joined."""
    return joined(Span(max(one.since, of.since), min(one.until, of.until)) for one in spans)


def without(spans: Sequence[Span], others: Sequence[Span]) -> tuple[Span, ...]:
    """Spans without the time of others."""
    left = joined(spans)
    for other in joined(others):
        left = tuple(part for one in left for part in _cut(one, other))
    return left


def _cut(one: Span, other: Span) -> tuple[Span, ...]:
    before = Span(one.since, min(one.until, other.since))
    behind = Span(max(one.since, other.until), one.until)
    return tuple(part for part in (before, behind) if part.since < part.until)


def lasts_ms(spans: Iterable[Span]) -> int:
    """How long spans are together, once joined."""
    return sum(span.until - span.since for span in joined(spans))
