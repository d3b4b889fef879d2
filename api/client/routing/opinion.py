"""What the advice means for a choice: who is avoided, for how long that holds, and what is left.
Pure.

No opinion is the usual case: all that is stale, unknown, degraded or not named changes nothing. The
last choice is never taken away, and what the gateway sees for itself is stronger.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Final, TypeVar

VERSION: Final = 1
STALE_TTLS: Final = 6
"""After so many times the advice's `ttl_s` without news nothing is held of anybody."""
MOST_TTL_S: Final = 60.0
LEAST_TTL_S: Final = 1.0
USUAL_TTL_S: Final = 10.0
T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Opinion:
    """Whom to avoid, by the ids of targets, each with since when; good until a moment (seconds,
    monotonic).
    """

    avoided_since: Mapping[str, float] = field(default_factory=dict)
    known: frozenset[str] = frozenset()
    """Every target that the advice names."""
    good_until_s: float = float("-inf")
    ttl_s: float = USUAL_TTL_S

    def avoids(self, target: str, now_s: float) -> bool:
        """Whether it is down."""
        return self.since(target, now_s) is not None

    def since(self, target: str, now_s: float) -> float | None:
        """Since when it is avoided; None when it is not. Of `service/component/model` the longest
        part that is known counts.
        """
        if now_s > self.good_until_s:
            return None
        while target and target not in self.known:
            target = target.rpartition("/")[0]
        return self.avoided_since.get(target)


NONE: Final = Opinion()


def opinion_of(advice: Any, now_s: float, before: Opinion = NONE) -> Opinion:
    """The opinion that a document of `/v1/advice` means; none when it is not understood."""
    try:
        version, ttl_s = advice["v"], _ttl_s(advice["ttl_s"])
        uses = {str(one["id"]): one["use"] for one in advice["targets"]}
    except (KeyError, TypeError):
        return NONE
    if version != VERSION:
        return NONE
    since = before.avoided_since
    avoided = {one: since.get(one, now_s) for one, use in uses.items() if use == "avoid"}
    return Opinion(avoided, frozenset(uses), now_s + STALE_TTLS * ttl_s, ttl_s)


def still(opinion: Opinion, now_s: float) -> Opinion:
    """The same, after it was heard that nothing changed (304)."""
    return replace(opinion, good_until_s=now_s + STALE_TTLS * opinion.ttl_s)


def kept(choices: Sequence[T], avoided: Callable[[T], bool]) -> list[T]:
    """The choices that are not avoided; all of them when none would be left."""
    return [one for one in choices if not avoided(one)] or list(choices)


def _ttl_s(told: Any) -> float:
    known = isinstance(told, int | float) and not isinstance(told, bool)
    return min(MOST_TTL_S, max(LEAST_TTL_S, float(told))) if known else USUAL_TTL_S
