"""One log format for every process, of which the name is that of the module:
`2026-03-01T14:32:07.120Z INFO outscope.worker.reporting.outbox outbox_found reports=3`.

What goes wrong again and again is a few lines a minute, and a count.
"""

import logging
import re
import sys
import time
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from worker.contract.reloading.reloads import Reloads, secret, told_in
from worker.contract.settings.address import without_logins

VARIABLE: Final = "OUTSCOPE_LOG_LEVEL"
LEVELS: Final = ("DEBUG", "INFO", "WARNING", "ERROR")

MINUTE_S: Final = 60.0
A_MINUTE: Final = 3
"""So many warnings of a kind are written in a minute."""
_MOST_KINDS: Final = 1_000
_NUMBERS: Final = re.compile(r"\d+")


@dataclass(slots=True)
class _Minute:
    """When the first line of a kind was written, and how many there were since."""

    began_at: float
    lines: int = 1


class Formatter(logging.Formatter):
    """Lines, and the tracebacks below them, without users and passwords in addresses."""

    def format(self, record: logging.LogRecord) -> str:
        """The line of a record."""
        return without_logins(super().format(record))


def configure(level: str = "INFO") -> None:
    """Send all log lines of this process to standard error, in UTC."""
    handler = logging.StreamHandler(sys.stderr)
    formatter = Formatter(
        "%(asctime)s.%(msecs)03dZ %(levelname)s %(name)s %(message)s", "%Y-%m-%dT%H:%M:%S"
    )
    formatter.converter = time.gmtime
    handler.setFormatter(formatter)
    handler.addFilter(Repeats())
    logging.basicConfig(level=level, handlers=[handler], force=True)


class Repeats(logging.Filter):
    """Lets a few warnings and errors a minute through that differ in numbers alone, the next one
    with how many were kept back. Which are alike is told by logger, level and text.
    """

    def __init__(self) -> None:
        super().__init__()
        self._kinds: dict[tuple[str, int, str], _Minute] = {}

    def filter(self, record: logging.LogRecord) -> bool:
        """Whether the line is written; a count is added to it."""
        if record.levelno < logging.WARNING:
            return True
        message = record.getMessage()
        kind = (record.name, record.levelno, _NUMBERS.sub("#", message))
        before = self._kinds.get(kind)
        # the record's time, which is that of the line
        if before and 0 <= record.created - before.began_at < MINUTE_S:
            before.lines += 1
            return before.lines <= A_MINUTE
        if len(self._kinds) >= _MOST_KINDS:
            self._kinds.clear()
        self._kinds[kind] = _Minute(record.created)
        if before and before.lines > A_MINUTE:
            since = time.strftime("%H:%M:%SZ", time.gmtime(before.began_at))
            more = before.lines - A_MINUTE
            record.msg, record.args = f"{message} ({more} more of these since {since})", ()
        return True


def read_level(environ: Mapping[str, str]) -> str:
    """The level that the environment tells, or the file that it names; ValueError names a wrong
    one.
    """
    return valid_level(secret(VARIABLE, environ) or "INFO", told_in(VARIABLE, environ))


def valid_level(text: str, called: str) -> str:
    """A level as logging knows it; ValueError for any other text."""
    if text.upper() not in LEVELS:
        raise ValueError(f"{called} is {text[:20]!r}; give one of {', '.join(LEVELS)}")
    return text.upper()


def reload_level(reloads: Reloads, level: str, environ: Mapping[str, str]) -> None:
    """Reload the level, which is this one now."""
    take = logging.getLogger().setLevel
    reloads.add(told_in(VARIABLE, environ), level, lambda: read_level(environ), take)
