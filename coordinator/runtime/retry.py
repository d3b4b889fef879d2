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

log = logging.getLogger(f"outscope.{__name__}")

LONGEST_PAUSE_S: Final = 5.0

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
    is lost.
    """
    pause_s = 0.25
    while True:
        try:
            return await write()
        except UNREACHABLE as error:
            if unstorable(error):
                raise
            log.warning("cannot_write what=%s error=%r retry_s=%.2f", what, error, pause_s)
            await asyncio.sleep(pause_s)
            pause_s = min(LONGEST_PAUSE_S, pause_s * 2)


def unstorable(error: BaseException) -> bool:
    """Whether the value is at fault and not the database."""
    if isinstance(error, OperationalError) and isinstance(error.__cause__, BaseException):
        return isinstance(error.__cause__, UNSTORABLE)  # Tortoise wraps what the driver says
    return isinstance(error, UNSTORABLE)
