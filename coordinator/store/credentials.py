"""Other credentials for a database that is open: connections are made anew by them, one by one,
each once nobody uses it.
"""

import asyncio
from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final

import asyncpg

from coordinator.store.database import StoreError, connection_name, tortoise_config
from coordinator.store.postgres import Client
from coordinator.store.store import Store
from coordinator.store.trouble import TROUBLE
from worker.contract.reloading.reloads import ReloadError, Reloads, told_in

VARIABLE: Final = "OUTSCOPE_DATABASE"
TRY_S: Final = 5.0
PATIENCE_S: Final = 30.0
_UNUSABLE: Final[tuple[type[Exception], ...]] = (*TROUBLE, ValueError, TypeError)
_NAMED: Final = ("host", "port", "user", "password", "database")
_OF_THE_POOL: Final = ("max_queries", "max_inactive_connection_lifetime")


def reload_database(
    reloads: Reloads,
    environ: Mapping[str, str],
    url: str,
    read: Callable[[], str],
    stores: Sequence[Store],
) -> None:
    """Reload the URL of the database of these stores, which is this one now. To be called in the
    loop that uses them.
    """
    loop = asyncio.get_running_loop()
    in_use = [url]

    def take(new: str) -> None:
        using = connect_by(stores, in_use[0], new)
        asyncio.run_coroutine_threadsafe(using, loop).result(PATIENCE_S)
        in_use[0] = new

    reloads.add(told_in(VARIABLE, environ), url, read, take)


async def connect_by(stores: Sequence[Store], old: str, new: str) -> None:
    """Connect to the same database by another URL from now on; ReloadError when it is of no use
    while the old one is, or leads elsewhere.
    """
    try:
        told = credentials(old, new)
    except StoreError as error:  # tells no secret
        raise ReloadError(str(error)) from None
    wrong = await _trouble_with(told)
    if wrong and not await _trouble_in(stores[0]):
        raise ReloadError(wrong)
    for store in stores:
        await store.connect_by(told)


def credentials(old: str, new: str) -> dict[str, Any]:
    """What to connect by, of two URLs that lead to the same database; ReloadError when they do
    not.
    """
    if "sqlite" in (connection_name(old), connection_name(new)):
        raise ReloadError("it leads to another database, which takes a restart")
    before, after = (_connected_by(url) for url in (old, new))
    for part in ("host", "port", "database"):
        if before.get(part) != after.get(part):
            raise ReloadError("it leads to another database, which takes a restart")
    return after


def _connected_by(url: str) -> dict[str, Any]:
    told = tortoise_config(url)["connections"]["postgres"]["credentials"]
    client = Client(connection_name="postgres", **told)
    named = {name: getattr(client, name) for name in _NAMED}
    extra = {name: value for name, value in client.extra.items() if name not in _OF_THE_POOL}
    settings = dict(client.server_settings)
    if client.schema:
        settings["search_path"] = client.schema
    if client.application_name:
        settings["application_name"] = client.application_name
    return {**extra, **named, "server_settings": settings}


async def _trouble_with(told: Mapping[str, Any]) -> str:
    try:
        connection = await asyncpg.connect(**{**told, "timeout": TRY_S})
        await connection.close(timeout=TRY_S)
    except _UNUSABLE as error:
        return f"the database cannot be used by it: {error or type(error).__name__}"
    return ""


async def _trouble_in(store: Store) -> str:
    try:
        async with asyncio.timeout(TRY_S):
            await store.ping()
    except TROUBLE as error:
        return type(error).__name__
    return ""
