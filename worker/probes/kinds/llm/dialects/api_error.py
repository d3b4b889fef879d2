"""Errors as the APIs tell them, as HTTP answers or inside a stream, and what they say of whom.
Pure.
"""

import json
import re
from dataclasses import dataclass
from typing import Any, Final

from worker.contract.outcome import Blame, Fault, Reason
from worker.probes.http.answers.refusals import refusal_by_status

SHOWN: Final = 160
"""Characters of a vendor's message that a sentence may show."""
_DELAY: Final = re.compile(r"([0-9]{1,6}(?:\.[0-9]{1,9})?)s")
_READ: Final = 4000
_NAME: Final = 60
_KEY_LIKE: Final = re.compile(r"\b(?:sk|pk|rk|gsk|xai|key|AIza|Bearer)[-_ ]?[\w*.-]{8,}", re.ASCII)

_STATUS: Final = {
    # Anthropic
    "invalid_request_error": 400,
    "authentication_error": 401,
    "billing_error": 402,
    "permission_error": 403,
    "not_found_error": 404,
    "request_too_large": 413,
    "rate_limit_error": 429,
    "api_error": 500,
    "timeout_error": 504,
    "overloaded_error": 529,
    # OpenAI
    "invalid_api_key": 401,
    "model_not_found": 404,
    "rate_limit_exceeded": 429,
    "insufficient_quota": 429,
    "server_error": 500,
    # Google
    "INVALID_ARGUMENT": 400,
    "FAILED_PRECONDITION": 400,
    "UNAUTHENTICATED": 401,
    "PERMISSION_DENIED": 403,
    "NOT_FOUND": 404,
    "RESOURCE_EXHAUSTED": 429,
    "INTERNAL": 500,
    "UNAVAILABLE": 503,
    "DEADLINE_EXCEEDED": 504,
}
"""The status that goes with an error's name, for errors that come inside a stream."""
_UNPAID: Final = (
    "insufficient_quota",
    "billing",
    "credit balance",
    "spending limit",
    "payment required",
)
"""Words of errors about money. With 429 only names count: Google writes of billing with every
limit.
"""
_BAD_KEY: Final = (
    "api_key_invalid",
    "invalid_api_key",
    "api key not valid",
    "authentication_error",
    "unauthenticated",
)
_ELSEWHERE: Final = (
    "location is not supported",
    "unsupported_country",
    "country, region, or territory",
)


@dataclass(frozen=True, slots=True)
class ApiError:
    """An error in the API's own words."""

    names: tuple[str, ...]
    """What it is called: types, codes and reasons, the plainest first."""
    message: str = ""
    status: int | None = None
    retry_after_s: float | None = None
    """How long we should stay away, when the error itself says so."""

    @property
    def name(self) -> str:
        """What it is mostly called."""
        return self.names[0][:_NAME] if self.names else "error"

    def speaks_of(self, *words: str) -> bool:
        """Whether its names or its message hold one of these words, which are lower case."""
        said = " ".join((*self.names, self.message)).lower()
        return any(word in said for word in words)


def error_in(document: Any) -> ApiError | None:
    """The error that a JSON document tells, in any of the vendors' forms; None when it tells
    none.
    """
    if isinstance(document, list):  # Google answers streams that it does not begin with an array
        document = document[0] if document else None
    if not isinstance(document, dict):
        return None
    told = document.get("error")
    if told is None and (document.get("type") == "error" or document.get("object") == "error"):
        told = {key: value for key, value in document.items() if (key, value) != ("type", "error")}
    if isinstance(told, str):
        return ApiError(("error",), told)
    return _told(told) if isinstance(told, dict) else None


def error_of(body: bytes) -> ApiError | None:
    """The error that an HTTP answer's body tells; None when it tells none."""
    try:
        return error_in(json.loads(body))
    except (ValueError, RecursionError):
        return None


def _told(told: dict[str, Any]) -> ApiError:
    details = told.get("details")
    reasons = (
        [part.get("reason") for part in details if isinstance(part, dict)]
        if isinstance(details, list)
        else []
    )
    named = (told.get("type"), told.get("status"), told.get("code"), *reasons)
    names = tuple(dict.fromkeys(name for name in named if isinstance(name, str) and name))
    code = told.get("code")
    if not (isinstance(code, int) and 400 <= code <= 599):
        code = next((_STATUS[name] for name in names if name in _STATUS), None)
    message = told.get("message")
    return ApiError(
        names, message if isinstance(message, str) else "", code, _retry_after_s(details)
    )


def _retry_after_s(details: Any) -> float | None:
    """Google's RetryInfo: `retryDelay` as seconds with an s behind them."""
    delays = (
        [part.get("retryDelay") for part in details if isinstance(part, dict)]
        if isinstance(details, list)
        else []
    )
    found = next(
        (
            match
            for delay in delays
            if isinstance(delay, str) and (match := _DELAY.fullmatch(delay))
        ),
        None,
    )
    return None if found is None else float(found[1])


def fault_of(status: int, error: ApiError | None, model: str | None, secret: str | None) -> Fault:
    """What an answer with this status and error says: about us, or about the target.

    A 404 for a model is put down to the check, which names it. No message is shown that may hold
    part of a key.
    """
    if error is None:
        return _unspoken(status)
    named = f"{error.name} ({status})"
    if status in (503, 529) or error.speaks_of("overloaded"):
        return (
            Reason.STATUS,
            Blame.TARGET,
            f"the API is overloaded: {named}{_message(error, secret)}",
        )
    if _is_about_money(status, error):
        told = f"the account of our key has nothing left to pay with: {named}; top it up"
        return Reason.UNAUTHORIZED, Blame.PROBER, told  # also with 429: no waiting helps
    if status == 401 or (status < 500 and error.speaks_of(*_BAD_KEY)):
        return (
            Reason.UNAUTHORIZED,
            Blame.PROBER,
            f"the API refuses our key: {named}; check `key` on this worker",
        )
    if status < 500 and error.speaks_of(*_ELSEWHERE):
        return (
            Reason.BLOCKED,
            Blame.PROBER,
            f"the API does not serve this worker's country: {named}",
        )
    if status == 403:
        return (
            Reason.UNAUTHORIZED,
            Blame.PROBER,
            f"our key may not do this: {named}; check its rights to `model`",
        )
    if status == 404:
        told = f"the API knows no model {model!r}, or not for our key: {named}; check `model`"
        return Reason.STATUS, Blame.PROBER, told
    if status == 429:
        return (
            Reason.RATE_LIMITED,
            Blame.PROBER,
            f"our key asks more often than it may: {named}; look less often",
        )
    if status in (400, 413, 415, 422):
        return (
            Reason.INTERNAL,
            Blame.PROBER,
            f"the API does not take our request: {named}{_message(error, secret)}",
        )
    return Reason.STATUS, Blame.TARGET, f"the API failed: {named}{_message(error, secret)}"


def _is_about_money(status: int, error: ApiError) -> bool:
    if status == 429:
        return any(word in name.lower() for name in error.names for word in _UNPAID)
    return status == 402 or (status < 500 and error.speaks_of(*_UNPAID))


def _unspoken(status: int) -> Fault:
    """What a status says when the API itself did not speak: a gateway or a wall did."""
    ours = {
        401: (Reason.UNAUTHORIZED, "something before the API wants other credentials"),
        403: (Reason.BLOCKED, "something before the API does not let this worker in"),
        407: (Reason.UNAUTHORIZED, "a proxy wants credentials"),
        429: (Reason.RATE_LIMITED, "something before the API limits how often this worker may ask"),
    }
    if status in ours:
        reason, meaning = ours[status]
        return reason, Blame.PROBER, f"status {status}: {meaning}"
    if status in (503, 529):
        return Reason.STATUS, Blame.TARGET, f"status {status}: the API is overloaded or away"
    if (refused := refusal_by_status(status, credentials=True)) is not None:
        return refused
    return Reason.STATUS, Blame.TARGET, f"status {status}, and not a word from the API itself"


def _message(error: ApiError, secret: str | None) -> str:
    """What the vendor says, short, and without anything that looks like a key."""
    message = " ".join(error.message[:_READ].split())
    if secret:
        message = message.replace(secret, "…")
    message = _KEY_LIKE.sub("…", message)
    if not message:
        return ""
    return f": {message if len(message) <= SHOWN else message[: SHOWN - 1] + '…'}"
