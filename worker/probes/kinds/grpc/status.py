"""What gRPC's status codes say of a target. Source: "Status codes and their use in gRPC"."""

from typing import Final

from worker.contract.outcome import Blame, Fault, Reason

NAMES: Final = (
    "OK",
    "CANCELLED",
    "UNKNOWN",
    "INVALID_ARGUMENT",
    "DEADLINE_EXCEEDED",
    "NOT_FOUND",
    "ALREADY_EXISTS",
    "PERMISSION_DENIED",
    "RESOURCE_EXHAUSTED",
    "FAILED_PRECONDITION",
    "ABORTED",
    "OUT_OF_RANGE",
    "UNIMPLEMENTED",
    "INTERNAL",
    "UNAVAILABLE",
    "DATA_LOSS",
    "UNAUTHENTICATED",
)
_SAID: Final = 100
_MEANINGS: Final[dict[str, Fault]] = {
    "DEADLINE_EXCEEDED": (Reason.TIMEOUT, Blame.TARGET, "the server ran out of time"),
    "NOT_FOUND": (Reason.STATUS, Blame.TARGET, "the server does not know this service"),
    "PERMISSION_DENIED": (Reason.UNAUTHORIZED, Blame.PROBER, "the server does not let us ask"),
    "UNAUTHENTICATED": (Reason.UNAUTHORIZED, Blame.PROBER, "the server does not know who we are"),
    "RESOURCE_EXHAUSTED": (
        Reason.RATE_LIMITED,
        Blame.PROBER,
        "the server says that we ask too much",
    ),
    "UNIMPLEMENTED": (
        Reason.PROTOCOL,
        Blame.TARGET,
        "the server does not have the health protocol",
    ),
    "UNAVAILABLE": (Reason.STATUS, Blame.TARGET, "the server says that it is unavailable"),
}


def name_of(code: int) -> str:
    """A status code's name."""
    return NAMES[code] if 0 <= code < len(NAMES) else str(code)


def meaning(code: int, words: str, *, limited: bool = False) -> Fault:
    """What a status other than OK means, with the server's words for it. `limited`: a proxy says
    beside it that it limits how often we may ask, which gRPC calls UNAVAILABLE.
    """
    name = name_of(code)
    reason, blame, sentence = _MEANINGS.get(
        "RESOURCE_EXHAUSTED" if limited else name,
        (Reason.STATUS, Blame.TARGET, "the server failed"),
    )
    return reason, blame, f"{sentence}: {name}" + (f", {words[:_SAID]}" if words else "")
