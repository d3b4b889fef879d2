"""One log format for every process, of which the name is that of the module:
`2026-03-01T14:32:07.120Z INFO outscope.worker.reporting.outbox outbox_found reports=3`.

With OUTSCOPE_LOG_FORMAT=json the same line is an object, whose `event` is module and event. What
goes wrong again and again is a few lines a minute, and a count.
"""

import json
import logging
import os
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

FORMAT: Final = "OUTSCOPE_LOG_FORMAT"
FORMATS: Final = ("text", "json")

MINUTE_S: Final = 60.0
A_MINUTE: Final = 3
"""So many warnings of a kind are written in a minute."""
_MOST_KINDS: Final = 1_000
_NUMBERS: Final = re.compile(r"\d+")
_EVENT: Final = re.compile(r"([a-z][a-z0-9_]*)(?= |$)")
_FIELD: Final = re.compile(r"(?:^| )([a-z][a-z0-9_]*)=(\S+)")
_OURS: Final = "outscope."


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


class JsonFormatter(Formatter):
    """Each line an object: `time`, `level`, `event` (such as `coordinator.process.coordinating`),
    `message`, and each `key=value` of the message as a text.
    """

    def format(self, record: logging.LogRecord) -> str:
        """The object of a record, in one line."""
        message = without_logins(record.getMessage())
        found = _EVENT.match(message)
        module = record.name.removeprefix(_OURS)
        told = {
            **dict(_FIELD.findall(message)),
            "time": f"{self.formatTime(record, self.datefmt)}.{int(record.msecs):03d}Z",
            "level": record.levelname,
            "event": f"{module}.{found[1]}" if found else module,
            "message": message,
        }
        if record.exc_info:
            told["traceback"] = without_logins(self.formatException(record.exc_info))
        return json.dumps(told, ensure_ascii=False)


def trace(check: str, scheduled_at: int, attempt: int) -> str:
    """What one look is called in the log of every process, from the order to the verdict. In each
    region it has the same name, for it is the same question.
    """
    return f"{check}.{scheduled_at}.{attempt}"


def configure(level: str = "INFO") -> None:
    """Send all log lines of this process to standard error, in UTC."""
    handler = logging.StreamHandler(sys.stderr)
    kind = JsonFormatter if os.environ.get(FORMAT, "").strip() == "json" else Formatter
    formatter = kind(
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
    one, or a wrong format.
    """
    check_format(environ)
    return valid_level(secret(VARIABLE, environ) or "INFO", told_in(VARIABLE, environ))


def check_format(environ: Mapping[str, str]) -> None:
    """ValueError when the environment tells no format of ours."""
    text = environ.get(FORMAT, "").strip()
    if text not in ("", *FORMATS):
        raise ValueError(f"{FORMAT} is {text[:20]!r}; give {' or '.join(FORMATS)}")


def valid_level(text: str, called: str) -> str:
    """A level as logging knows it; ValueError for any other text."""
    if text.upper() not in LEVELS:
        raise ValueError(f"{called} is {text[:20]!r}; give one of {', '.join(LEVELS)}")
    return text.upper()


def reload_level(reloads: Reloads, level: str, environ: Mapping[str, str]) -> None:
    """Reload the level, which is this one now."""
    take = logging.getLogger().setLevel
    reloads.add(told_in(VARIABLE, environ), level, lambda: read_level(environ), take)
