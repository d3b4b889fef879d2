"""What a streamed answer amounts to: words and when they came, tokens, and how it ended. Pure."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from worker.probes.kinds.llm.dialects.api_error import ApiError
from worker.probes.kinds.llm.dialects.dialect import Dialect, MalformedError, Telling
from worker.probes.kinds.llm.dialects.events import Event

LEAST_SPAN_MS = 1.0
"""Pieces that came within so little time came at once, and tell no speed."""


@dataclass(slots=True)
class Reading:
    """An answer as far as it came. Moments are milliseconds since the look began."""

    pieces: list[str] = field(default_factory=list)
    first_ms: float | None = None
    last_ms: float | None = None
    longest_stall_ms: float | None = None
    """The longest time between two pieces of text; None before the second one."""
    model: str | None = None
    finish: str | None = None
    input_tokens: int | None = None
    output_tokens: int | None = None
    hidden_tokens: int = 0
    whole: bool = False
    error: ApiError | None = None
    malformed: str | None = None

    @property
    def text(self) -> str:
        """What the model said."""
        return "".join(self.pieces)

    @property
    def tokens_per_s(self) -> float | None:
        """Tokens a second from the first piece to the last; None when all came at once.

        The first piece itself is left out, because nobody knows when its making began. Without a
        count from the API, a piece is taken for a token.
        """
        if (
            self.first_ms is None
            or self.last_ms is None
            or self.last_ms - self.first_ms < LEAST_SPAN_MS
        ):
            return None
        counted = self.output_tokens - self.hidden_tokens if self.output_tokens is not None else 0
        later = max(counted, len(self.pieces)) * (len(self.pieces) - 1) / len(self.pieces)
        return later * 1000 / (self.last_ms - self.first_ms)

    def to_extra(self) -> dict[str, Any]:
        """What was measured, under its stable names."""
        speed = self.tokens_per_s
        values = {
            "model": None if self.model is None else self.model[:100],
            "finish_reason": None if self.finish is None else self.finish[:40],
            "first_token_ms": _rounded(self.first_ms),
            "longest_stall_ms": _rounded(self.longest_stall_ms),
            "tokens_per_s": None if speed is None else round(speed, 2),
            "input_tokens": self.input_tokens,
            "output_tokens": self.output_tokens,
            "pieces": len(self.pieces) or None,
        }
        return {name: value for name, value in values.items() if value is not None}


def read(dialect: Dialect, events: Iterable[Event]) -> Reading:
    """Read the events of an answer, up to its end or to what makes no sense."""
    reading = Reading()
    for event in events:
        try:
            told = dialect.read(event.name, event.data)
        except MalformedError as error:
            reading.malformed = str(error) if event.whole else None  # else it was cut off
            break
        _take(reading, told, event.at_ms)
        if told.end or told.error:
            break
    reading.whole = reading.whole or (dialect.finish_ends and reading.finish is not None)
    return reading


def _take(reading: Reading, told: Telling, at_ms: float) -> None:
    if told.text:
        if reading.last_ms is None:
            reading.first_ms = at_ms
        else:
            reading.longest_stall_ms = max(reading.longest_stall_ms or 0.0, at_ms - reading.last_ms)
        reading.last_ms = at_ms
        reading.pieces.append(told.text)
    reading.model = told.model or reading.model
    reading.finish = told.finish or reading.finish
    reading.input_tokens = reading.input_tokens if told.input_tokens is None else told.input_tokens
    reading.output_tokens = (
        reading.output_tokens if told.output_tokens is None else told.output_tokens
    )
    reading.hidden_tokens = told.hidden_tokens or reading.hidden_tokens
    reading.error = told.error or reading.error
    reading.whole = reading.whole or told.end


def _rounded(value: float | None) -> float | None:
    return None if value is None else round(value, 3)
