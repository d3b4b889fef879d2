"""When an answer is at its end, although the connection may stay open: nothing may follow `[DONE]`,
or an error. Where a dialect has no such last event, all is known once the model said why it stopped
and how many tokens that took.
"""

import re
from typing import Final

from worker.probes.kinds.llm.dialects.dialect import Dialect, MalformedError, Telling
from worker.probes.kinds.llm.dialects.events import Event, events

PATIENCE_S: Final = 1.0
"""So long what decides nothing is waited for: the count of tokens, and the empty line that ends the
last event.
"""
_AT_ONCE: Final = 0.0
_UP_TO_AN_EMPTY_LINE: Final = re.compile(rb".*(?>\r\n|\n|\r){2}", re.S)
_LINE_ENDS: Final = (b"\n", b"\r")
_ENDS: Final = Telling(end=True)


class Ending:
    """Asked with each piece of the body of one answer, as it comes."""

    __slots__ = ("_dialect", "_finished", "_rest")

    def __init__(self, dialect: Dialect) -> None:
        self._dialect = dialect
        self._finished = False
        self._rest = b""

    def __call__(self, piece: bytes) -> float | None:
        """Seconds in which more of the answer is waited for, none when it ends in this piece; None
        as long as it goes on.
        """
        self._rest += piece
        found = _UP_TO_AN_EMPTY_LINE.match(self._rest)
        if found is not None:
            self._rest = self._rest[found.end() :]
            if any(map(self._is_last, events(found[0], ()))):
                return _AT_ONCE
        return PATIENCE_S if self._finished or self._ends_without_a_line() else None

    def _is_last(self, event: Event) -> bool:
        told = self._told(event)
        self._finished = self._finished or self._finishes(told)
        return _ends(told) or (self._finished and told.output_tokens is not None)

    def _finishes(self, told: Telling) -> bool:
        return self._dialect.finish_ends and told.finish is not None

    def _ends_without_a_line(self) -> bool:
        """Whether what came says the end, and only the empty line behind it is missing."""
        if not self._rest.endswith(_LINE_ENDS):
            return False
        all_told = map(self._told, events(self._rest, (), ended=True))
        return any(_ends(told) or self._finishes(told) for told in all_told)

    def _told(self, event: Event) -> Telling:
        try:
            return self._dialect.read(event.name, event.data)
        except MalformedError:
            return _ENDS if event.whole else Telling()


def _ends(told: Telling) -> bool:
    return told.end or told.error is not None
