"""What goes wrong with a database that is not a mistake of ours: away, locked, full, refusing."""

import sqlite3
from typing import Final

import asyncpg
from tortoise.exceptions import BaseORMException

from coordinator.store.database import StoreError

TROUBLE: Final[tuple[type[Exception], ...]] = (
    StoreError,
    BaseORMException,
    OSError,
    sqlite3.Error,
    asyncpg.PostgresError,
    asyncpg.InterfaceError,
)
"""The exceptions that any query may raise when the database cannot be used at the moment."""
