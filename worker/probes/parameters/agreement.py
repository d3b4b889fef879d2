"""Parameters that contradict each other, each contradiction with the sentence that tells it."""

from collections.abc import Callable, Iterable
from typing import TypeVar

P = TypeVar("P")
Contradiction = tuple[Callable[[P], object], str]
"""When it holds, and how it is told; `{0.name}` in the sentence is the parameter of that name."""


def agreed(params: P, contradictions: Iterable[Contradiction[P]]) -> P:
    """The parameters as they are; ValueError with the sentence of the first contradiction."""
    for holds, sentence in contradictions:
        if holds(params):
            raise ValueError(sentence.format(params))
    return params
