"""How results come to the coordinator when the way there is what is wrong."""

from collections.abc import Callable, Iterable, Sequence
from typing import Final, TypeAlias

from coordinator.evaluation.simulator.world.dice import Dice, part
from coordinator.evaluation.simulator.world.lane import again
from worker.contract.instant import Instant
from worker.contract.result import Result

Arrival: TypeAlias = Callable[[Result], Sequence[Result]]
"""What becomes of a result on its way: itself, later, several times, or never."""

_BACKLOG_A_MS: Final = 2.0
"""How much faster than it was made a backlog comes in, a thousand times."""


def cut_off(since: Instant, until: Instant) -> Arrival:
    """The coordinator hears nothing in [since, until); then everything comes at once, oldest
    first.
    """

    def arrive(result: Result) -> Sequence[Result]:
        if not since <= result.received_at < until:
            return (result,)
        return (
            result._replace(
                received_at=until + round((result.received_at - since) / 1000 * _BACKLOG_A_MS)
            ),
        )

    return arrive


def repeated(times: int, within_ms: int, dice: Dice) -> Arrival:
    """Each result comes so many times, each up to `within_ms` late, so that their order is lost."""

    def arrive(result: Result) -> Sequence[Result]:
        throw = dice.throw(result.id)
        return tuple(again(result, round(part(throw, n) * within_ms)) for n in range(times))

    return arrive


def arrived(results: Iterable[Result], arrivals: Sequence[Arrival]) -> list[Result]:
    """The results as they come in after all of it."""
    for arrival in arrivals:
        results = [one for result in results for one in arrival(result)]
    return list(results)
