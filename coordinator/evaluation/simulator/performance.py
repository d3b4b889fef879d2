"""A performance: a play before something that watches it, and that may ask for looks of its own
meanwhile.
"""

from collections.abc import Iterable, Iterator
from heapq import heappop, heappush
from itertools import chain
from typing import Any, Final, NamedTuple, Protocol

from coordinator.evaluation.simulator.play import Play
from worker.contract.instant import Instant
from worker.contract.result import Result

_STEP_MS: Final = 1_000
_ORDER_MS: Final = 400
"""From the wish for a look until it begins: one message to a worker."""


class Ask(NamedTuple):
    """A wish for one extra look. Without a worker, one of the region takes it by chance."""

    check: str
    region: str
    attempt: int
    worker: str | None = None


class Watcher(Protocol):
    """Who watches: gets results as they come in, is told the time, and may ask."""

    def observe(self, results: Iterable[Result], /) -> None:
        """These results came in since the last step."""

    def advance(self, now: Instant, /) -> Iterable[Any]:
        """It is `now`; what is there to say?"""

    def asks(self) -> Iterable[Ask]:
        """The extra looks wanted now."""


def perform(
    play: Play, watcher: Watcher, step_ms: int = _STEP_MS, order_ms: int = _ORDER_MS
) -> Iterator[Any]:
    """Play it all, and give what the watcher says, step by step.

    An extra look begins `order_ms` after it was asked for, and its result comes in when it is done,
    as any other.
    """
    scheduled = chain.from_iterable(play.stream())
    pending = next(scheduled, None)
    extra: list[tuple[Instant, int, Result]] = []
    asked = 0
    for now in range(play.since + step_ms, play.until + step_ms, step_ms):
        heard: list[Result] = []
        while pending is not None and pending.received_at <= now:
            heard.append(pending)
            pending = next(scheduled, None)
        while extra and extra[0][0] <= now:
            heard.append(heappop(extra)[2])
        watcher.observe(heard)
        yield from watcher.advance(now)
        for ask in watcher.asks():
            asked += 1
            result = _answer(play, ask, now + order_ms)
            if result is not None:
                heappush(extra, (result.received_at, asked, result))


def _answer(play: Play, ask: Ask, at: Instant) -> Result | None:
    worker = ask.worker or play.worker_for(ask.check, ask.region, at)
    return play.look(ask.check, ask.region, worker, at, ask.attempt)
