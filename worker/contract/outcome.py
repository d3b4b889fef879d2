"""What one look at one endpoint came to, and who is to blame when it failed."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from types import MappingProxyType
from typing import Any, TypeAlias


class Reason(StrEnum):
    """Why a look ended as it did."""

    OK = "ok"
    DNS = "dns"
    REFUSED = "refused"
    UNREACHABLE = "unreachable"
    TIMEOUT = "timeout"
    RESET = "reset"
    TLS = "tls"
    STATUS = "status"
    CONTENT = "content"
    SLOW = "slow"
    RATE_LIMITED = "rate_limited"
    UNAUTHORIZED = "unauthorized"
    PROTOCOL = "protocol"
    BLOCKED = "blocked"
    LATE = "late"
    INTERNAL = "internal"


class Blame(StrEnum):
    """Whose fault a failed look is; only `target` and `path` count against a target."""

    NONE = "none"
    TARGET = "target"
    PATH = "path"
    RESOLVER = "resolver"
    PROBER = "prober"


BLAME: Mapping[Reason, Blame] = MappingProxyType(
    {
        Reason.OK: Blame.NONE,
        Reason.DNS: Blame.RESOLVER,
        Reason.REFUSED: Blame.TARGET,
        Reason.UNREACHABLE: Blame.PATH,
        Reason.TIMEOUT: Blame.PATH,
        Reason.RESET: Blame.PATH,
        Reason.TLS: Blame.TARGET,
        Reason.STATUS: Blame.TARGET,
        Reason.CONTENT: Blame.TARGET,
        Reason.SLOW: Blame.TARGET,
        Reason.RATE_LIMITED: Blame.PROBER,
        Reason.UNAUTHORIZED: Blame.PROBER,
        Reason.PROTOCOL: Blame.TARGET,
        Reason.BLOCKED: Blame.PROBER,
        Reason.LATE: Blame.PROBER,
        Reason.INTERNAL: Blame.PROBER,
    }
)
"""The usual blame for a reason; a probe that knows better says so (a name that does not exist is
the target's).
"""

NOT_MADE: frozenset[Reason] = frozenset({Reason.LATE, Reason.INTERNAL})
"""Reasons for which there is a result though nobody looked."""

Fault: TypeAlias = tuple[Reason, Blame, str]
"""What is wrong with what came back: why, whose fault it is, and a sentence for people."""


@dataclass(frozen=True, slots=True)
class Step:
    """One step of a look for people who ask why: what happened, how many milliseconds after the
    start.
    """

    at_ms: float
    what: str


@dataclass(slots=True)  # not frozen, which would make it three times as dear; nobody changes one
class Outcome:
    """What a probe returns: ok or the reason, the blame, a short sentence, and the phases in
    milliseconds.

    Phases do not overlap; `total_ms` is their end. None means that the phase did not happen.
    """

    ok: bool
    reason: Reason
    blame: Blame
    detail: str = ""
    status_code: int | None = None
    dns_ms: float | None = None
    connect_ms: float | None = None
    tls_ms: float | None = None
    ttfb_ms: float | None = None
    total_ms: float | None = None
    ip: str | None = None
    extra: Mapping[str, Any] = field(default_factory=dict)
    trace: tuple[Step, ...] = ()


def success(**measured: Any) -> Outcome:
    """An outcome without fault; `measured` are the fields of Outcome that the probe filled."""
    return Outcome(ok=True, reason=Reason.OK, blame=Blame.NONE, **measured)


def failure(reason: Reason, detail: str, *, blame: Blame | None = None, **measured: Any) -> Outcome:
    """A failed outcome; without `blame`, the usual one for its reason."""
    return Outcome(ok=False, reason=reason, blame=blame or BLAME[reason], detail=detail, **measured)
