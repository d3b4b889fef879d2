"""Leaving a target alone that said 429: until the moment that it named, or longer each time when it
named none.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from math import isfinite
from typing import Any, Final

from worker.contract.outcome import Outcome, Reason, failure
from worker.contract.target import Target

LONGEST_S: Final = 3600.0
"""What a target asks for is honoured up to here: one wrong header must not end a check for ever."""
FIRST_S: Final = 30.0
UNNAMED_MOST_S: Final = 600.0


@dataclass(slots=True)
class _Wish:
    until_s: float
    wait_s: float


class Backoff:
    """Which hosts want to be left alone, for how long. Times are of the monotonic clock."""

    def __init__(self) -> None:
        self._wishes: dict[str, _Wish] = {}

    def obstacle(self, host: str, now_s: float) -> Outcome | None:
        """The outcome of a look that must not be made, because its target wants to be left alone
        now.
        """
        wish = self._wishes.get(host)
        if wish is None or now_s >= wish.until_s:
            return None
        left_s = wish.until_s - now_s
        why = f"{host} said that we ask too often, and is left alone for {left_s:.0f} s more"
        return failure(
            Reason.RATE_LIMITED,
            f"not asked: {why}",
            extra={"asked": False, "retry_after_s": round(left_s, 1)},
        )

    def heard(self, host: str, outcome: Outcome, now_s: float) -> None:
        """A look came back. Answers to looks that were under way already change no wish."""
        wish = self._wishes.get(host)
        waiting = wish is not None and now_s < wish.until_s
        if outcome.reason is not Reason.RATE_LIMITED:
            if wish is not None and not waiting:
                del self._wishes[host]
            return
        named_s = _seconds(outcome.extra.get("retry_after_s"))
        if named_s is not None:
            wait_s = min(named_s, LONGEST_S)
        elif wish is None or waiting:
            wait_s = FIRST_S if wish is None else wish.wait_s
        else:
            wait_s = min(max(FIRST_S, 2 * wish.wait_s), UNNAMED_MOST_S)
        until_s = now_s + wait_s if wish is None else max(wish.until_s, now_s + wait_s)
        self._wishes[host] = _Wish(until_s, wait_s)

    def obstacle_to(self, targets: Iterable[Target], now_s: float) -> Outcome | None:
        """The outcome of a look that must not be made, because one of those whom it would ask by
        web requests wants to be left alone now.
        """
        if not self._wishes:
            return None
        for host in _web_hosts(targets):
            outcome = self.obstacle(host, now_s)
            if outcome is not None:
                return outcome
        return None

    def learns_of(self, outcome: Outcome) -> bool:
        """Whether such an outcome can change anything here: most say nothing, and nobody need be
        asked whose answer they are.
        """
        return bool(self._wishes) or outcome.reason is Reason.RATE_LIMITED

    def heard_from(self, targets: Iterable[Target], outcome: Outcome, now_s: float) -> None:
        """A look came back that asked these; who was asked otherwise than by web requests says
        nothing of those.
        """
        for host in _web_hosts(targets):
            self.heard(host, outcome, now_s)


def _web_hosts(targets: Iterable[Target]) -> set[str]:
    return {target.host for target in targets if target.is_web and target.host is not None}


def _seconds(value: Any) -> float | None:
    """The wait that a target named; None when it named none that means anything."""
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    return float(value) if value >= 0 and isfinite(value) else None
