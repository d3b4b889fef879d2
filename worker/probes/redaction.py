"""Secrets that a target says back: they stay out of what a look tells, whatever its kind.

A target may repeat what it was sent, in a body that is shown because it is not as expected, in an
error of its own, or in the address of a redirect. What a look tells is stored, and shown to many.
"""

import base64
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from functools import lru_cache
from typing import Any, Final
from urllib.parse import quote, quote_plus

from worker.contract.outcome import Outcome, Step

IN_PLACE: Final = "***"
_SHORTEST: Final = 4
"""Letters of the shortest secret that is looked for: shorter ones are in any text."""
_BEGINNING: Final = 8
"""Letters of a secret's beginning that count as the secret, where the rest was left out."""
_TELLING: Final = 16
"""And as many do, whatever follows: vendors begin their keys alike with a few."""
_LEFT_OUT: Final = ("", "…")
"""What stands where the rest of a text was left out."""
REMEMBERED: Final = 512
"""Sets of secrets whose spellings need not be found again."""


def redacted(outcome: Outcome, secrets: frozenset[str]) -> Outcome:
    """The outcome without these secrets, as they are and as addresses, Python and Basic
    authentication write them.
    """
    spelled = _spelled(secrets)
    return replace(
        outcome,
        detail=_without(spelled, outcome.detail),
        extra=_all_without(spelled, outcome.extra),
        trace=tuple(Step(step.at_ms, _without(spelled, step.what)) for step in outcome.trace),
    )


@lru_cache(maxsize=REMEMBERED)
def _spelled(secrets: frozenset[str]) -> tuple[str, ...]:
    """What to look for, the longest first: a secret may begin like another one."""
    long = (secret for secret in secrets if len(secret) >= _SHORTEST)
    return tuple(sorted({one for secret in long for one in _spellings(secret)}, key=len)[::-1])


def _spellings(secret: str) -> Iterator[str]:
    yield secret
    yield quote(secret, safe="")
    yield quote_plus(secret)
    yield repr(secret)[1:-1]
    for before in range(3):  # base64 of a text that holds it, wherever it begins there
        coded = base64.b64encode(b"\0" * before + secret.encode()).decode("ascii").rstrip("=")
        inner = coded[(0, 2, 3)[before] : -1]
        if len(inner) >= _BEGINNING:
            yield inner


def _without(spelled: Sequence[str], text: str) -> str:
    for secret in spelled:
        text = text.replace(secret, IN_PLACE)
        at = text.find(secret[:_BEGINNING]) if len(secret) > _BEGINNING else -1
        while at >= 0:
            ends = at + _shared(secret, text[at:])
            if ends - at >= _TELLING or text[ends : ends + 1] in _LEFT_OUT:
                text = text[:at] + IN_PLACE + text[ends:]
            at = text.find(secret[:_BEGINNING], at + 1)
    return text


def _shared(one: str, other: str) -> int:
    """Letters with which both begin."""
    differ = (at for at, (a, b) in enumerate(zip(one, other, strict=False)) if a != b)
    return next(differ, min(len(one), len(other)))


def _all_without(spelled: Sequence[str], value: Any) -> Any:
    if isinstance(value, str):
        return _without(spelled, value)
    if isinstance(value, Mapping):
        return {key: _all_without(spelled, one) for key, one in value.items()}
    if isinstance(value, list | tuple):
        return type(value)(_all_without(spelled, one) for one in value)
    return value
