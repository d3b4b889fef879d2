"""Configurations as the product checks and applies them: applying the same again changes
nothing.
"""

import asyncio
from collections.abc import Mapping
from typing import Any

from coordinator.configuration import Change, Configuration, changes, from_document, with_region
from coordinator.configuration.changing.managed import applied
from coordinator.store import open_store
from coordinator.store.audit import Entry
from coordinator.store.database import sqlite_path
from worker.contract.clock import now
from worker.contract.kind import CheckParams


def parameter_models() -> Mapping[str, type[CheckParams]]:
    """The parameters of every kind of check that workers of this version know."""
    from worker.probes.kinds import KINDS

    return {name: kind.params for name, kind in KINDS.items()}


async def stored_configuration(url: str) -> Configuration | None:
    """The configuration in force; None when none was ever applied."""
    async with open_store(url) as store:
        found = await store.configurations.current()
    return from_document(found[1]) if found else None


async def compare_configuration(
    url: str, configuration: Configuration, *, take_over: bool = False
) -> list[Change]:
    """What applying `configuration` would change. Makes no database where there is none.
    ManagedError as `apply_configuration`.
    """
    missing = url.startswith("sqlite://") and not await asyncio.to_thread(sqlite_path(url).exists)
    stored = None if missing else await stored_configuration(url)
    new = applied(stored.document if stored else None, configuration, take_over=take_over)
    return changes(stored, new)


async def apply_configuration(
    url: str, configuration: Configuration, entry_of_audit: Entry, *, take_over: bool = False
) -> list[Change]:
    """Make `configuration` the one in force, beside what the API manages; what that changed. A
    change is a line of the audit. ManagedError when it has what the API manages, and is not to take
    that over.
    """
    async with open_store(url) as store:
        while True:
            version, document = await store.configurations.current() or (0, None)
            new = applied(document, configuration, take_over=take_over)
            changed = changes(from_document(document) if document else None, new)
            told = dict(new.document)
            if told == document:
                return []
            # somebody else may have changed it meanwhile: then over that
            if await store.configurations.save(told, now(), version, entry_of_audit) is not None:
                return changed


async def add_region(
    url: str, entry: Mapping[str, Any], entry_of_audit: Entry, *, dry_run: bool
) -> list[Change] | None:
    """Put the configuration in force with one region more; what that changed. None when there is
    no configuration yet. ConfigurationError says what is wrong with the region.
    """
    async with open_store(url) as store:
        while (found := await store.configurations.current()) is not None:
            version, document = found
            configuration = with_region(document, entry)
            changed = changes(from_document(document), configuration)
            if dry_run:
                return changed
            # somebody else may have applied another meanwhile: then over that one
            if await store.configurations.save(dict(configuration.document), now(), version):
                await store.audit.add(entry_of_audit)
                return changed
    return None
