"""Writing to the store until it is written: a database that restarts costs time and nothing
else.
"""

import asyncio
import logging
import sqlite3
from collections.abc import Awaitable, Callable
from typing import Final, TypeVar

import asyncpg
from orjson import JSONEncodeError
from tortoise.exceptions import BaseORMException, IntegrityError, OperationalError

from worker.contract.clock import monotonic_s

log = logging.getLogger(f"outscope.{__name__}")

LONGEST_PAUSE_S: Final = 5.0

TELL_EVERY_S: Final = 5.0
"""How long a database may take before somebody is told."""

UNREACHABLE: Final = (
    BaseORMException,
    asyncpg.PostgresError,
    asyncpg.InterfaceError,
    sqlite3.Error,
    OSError,
)
"""Errors that pass when the database is back."""

UNSTORABLE: Final = (
    OverflowError,
    UnicodeError,
    JSONEncodeError,
    sqlite3.DataError,
    asyncpg.DataError,
    IntegrityError,
)
"""Errors that lie in what is written, and would come again for ever."""

T = TypeVar("T")


async def persistently(what: str, write: Callable[[], Awaitable[T]]) -> T:
    """Do a write that a repeat does not harm until the database takes it; an unstorable value is an
    error.

    Meanwhile nothing is receipted and the broker's queues fill, then the workers' outboxes: nothing
    is lost. A database that neither answers nor fails is told of in the log.
    """
    pause_s = 0.25
    while True:
        try:
            return await _told(what, write)
        except UNREACHABLE as error:
            if unstorable(error):
                raise
            log.warning("cannot_write what=%s error=%r retry_s=%.2f", what, error, pause_s)
            await asyncio.sleep(pause_s)
            pause_s = min(LONGEST_PAUSE_S, pause_s * 2)


async def _told(what: str, write: Callable[[], Awaitable[T]]) -> T:
    """One write; while it takes long, the log says so again and again."""
    began_s = monotonic_s()
    writing = asyncio.ensure_future(write())
    try:
        while not (await asyncio.wait({writing}, timeout=TELL_EVERY_S))[0]:
            log.warning("waits what=%s for_s=%.0f", what, monotonic_s() - began_s)
    except asyncio.CancelledError:
        writing.cancel()
        await asyncio.gather(writing, return_exceptions=True)
        raise
    return writing.result()


def unstorable(error: BaseException) -> bool:
    """Whether the value is at fault and not the database."""
    if isinstance(error, OperationalError) and isinstance(error.__cause__, BaseException):
        return isinstance(error.__cause__, UNSTORABLE)  # Tortoise wraps what the driver says
    return isinstance(error, UNSTORABLE)
