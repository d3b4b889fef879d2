"""When an answer is at its end, although the connection may stay open: nothing may follow `[DONE]`,
or an error.
"""

import re
from typing import Final

from worker.probes.kinds.llm.dialects.dialect import Dialect, MalformedError
from worker.probes.kinds.llm.dialects.events import Event, events

_UP_TO_AN_EMPTY_LINE: Final = re.compile(rb".*(?>\r\n|\n|\r){2}", re.S)


class Ending:
    """Asked with each piece of the body of one answer, as it comes."""

    __slots__ = ("_dialect", "_rest")

    def __init__(self, dialect: Dialect) -> None:
        self._dialect = dialect
        self._rest = b""

    def __call__(self, piece: bytes) -> bool:
        """Whether the answer ends in this piece."""
        self._rest += piece
        found = _UP_TO_AN_EMPTY_LINE.match(self._rest)
        if found is None:
            return False
        self._rest = self._rest[found.end() :]
        return any(map(self._is_last, events(found[0], ())))

    def _is_last(self, event: Event) -> bool:
        try:
            told = self._dialect.read(event.name, event.data)
        except MalformedError:
            return True
        return told.end or told.error is not None
