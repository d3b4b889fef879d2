"""What can go wrong between a worker and its targets, as plain values."""

from dataclasses import dataclass
from typing import Final

from worker.contract.instant import Instant
from worker.contract.outcome import BLAME, Blame, Reason


@dataclass(frozen=True, slots=True)
class Failure:
    """How a look fails. It takes `pace` of the usual time; a timeout takes all that there is."""

    reason: Reason
    detail: str
    status_code: int | None = None
    pace: float = 1.0
    own_blame: Blame | None = None

    @property
    def blame(self) -> Blame:
        """Whose fault it is; the usual one for the reason unless it is known better."""
        return self.own_blame or BLAME[self.reason]


TIMEOUT: Final = Failure(Reason.TIMEOUT, "no answer before the deadline")
RESET: Final = Failure(Reason.RESET, "the connection was reset", pace=0.6)
REFUSED: Final = Failure(Reason.REFUSED, "the connection was refused", pace=0.3)
UNREACHABLE: Final = Failure(Reason.UNREACHABLE, "no route to the host", pace=0.1)
ERROR: Final = Failure(Reason.STATUS, "status 500", 500)
UNAVAILABLE: Final = Failure(Reason.STATUS, "status 503", 503, 0.7)
OVERLOADED: Final = Failure(Reason.STATUS, "status 529", 529, 0.7)
NO_ANSWER_OF_DNS: Final = Failure(Reason.DNS, "the resolver does not answer")
NO_SUCH_NAME: Final = Failure(
    Reason.DNS, "the name does not exist", pace=0.2, own_blame=Blame.TARGET
)
EXPIRED: Final = Failure(Reason.TLS, "the certificate has expired", pace=0.6)
HANDSHAKE: Final = Failure(Reason.TLS, "no common TLS version", pace=0.5)
BLOCKED: Final = Failure(Reason.BLOCKED, "status 403", 403, 0.5)
TOO_MANY: Final = Failure(Reason.RATE_LIMITED, "status 429", 429, 0.4)
KEY_REFUSED: Final = Failure(Reason.UNAUTHORIZED, "status 401", 401, 0.5)
NOT_MADE: Final = Failure(Reason.LATE, "not made: more than one interval late", pace=0.0)

BROKEN: Final = (ERROR, UNAVAILABLE, TIMEOUT, RESET)
"""How the targets' own faults show."""
CUT: Final = (TIMEOUT, TIMEOUT, UNREACHABLE)
"""How a path shows that carries nothing."""


@dataclass(frozen=True, slots=True)
class Trouble:
    """From `since` until `until`, a share of the looks that match fails, is slow, or is never
    reported.

    What is not named matches all. `failures` are drawn evenly; without any, the looks only take
    `slow` times as long.
    """

    since: Instant
    until: Instant
    failures: tuple[Failure, ...] = ()
    share: float = 1.0
    checks: frozenset[str] | None = None
    regions: frozenset[str] | None = None
    workers: frozenset[str] | None = None
    slow: float = 1.0
    delay_ms: int = 0
    """It takes this much longer on top of that, however near the target is."""
    clock_ms: int = 0
    """How far the worker's clock is ahead."""
    silent: bool = False
    """Nothing is reported."""

    def concerns(self, check: str, region: str, worker: str) -> bool:
        """Whether it can touch such looks at all."""
        return (
            (self.checks is None or check in self.checks)
            and (self.regions is None or region in self.regions)
            and (self.workers is None or worker in self.workers)
        )
