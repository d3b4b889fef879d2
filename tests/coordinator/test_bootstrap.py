"""A configuration in force is taken over, once, by whoever works by it."""

import asyncio
from typing import Any

import pytest

from coordinator.bootstrap import ConfigurationWatch, first_in_force, in_force
from coordinator.configuration import Configuration
from coordinator.store import Store

NOW = 1_772_000_000_000


class Worker:
    """Takes over configurations; each of `failures` is raised once instead."""

    def __init__(self, *failures: Exception) -> None:
        self.taken: list[int] = []
        self._failures = list(failures)

    async def take_over(self, configuration: Configuration) -> None:
        if self._failures:
            raise self._failures.pop()
        self.taken.append(len(configuration.topology.services))


async def watch(store: Store, document: dict[str, Any], worker: Worker) -> ConfigurationWatch:
    await store.configurations.save(document, NOW)
    applied = await in_force(store)
    assert applied is not None
    return ConfigurationWatch(store, applied, worker.take_over)


async def test_each_configuration_is_taken_over_once(
    store: Store, document: dict[str, Any]
) -> None:
    worker = Worker()
    found = await watch(store, document, worker)
    await found.look()
    assert worker.taken == []
    fewer = {**document, "services": document["services"][:1]}
    version = await store.configurations.save(fewer, NOW + 1)
    await found.look()
    await found.look()
    assert worker.taken == [1]
    assert found.version == version


async def test_what_could_not_be_taken_over_is_taken_over_at_the_next_look(
    store: Store, document: dict[str, Any]
) -> None:
    worker = Worker(ConnectionResetError("away"))
    found = await watch(store, document, worker)
    await store.configurations.save({**document, "services": document["services"][:1]}, NOW + 1)
    with pytest.raises(ConnectionResetError):
        await found.look()
    await found.look()
    assert worker.taken == [1]


async def test_told_to_stop_nobody_waits_for_the_first_configuration(store: Store) -> None:
    stop = asyncio.Event()
    asyncio.get_running_loop().call_later(0.2, stop.set)
    assert await first_in_force(store, stop) is None
