"""A store with something in it, as a file that another process may have open."""

from collections.abc import AsyncIterator, Callable
from pathlib import Path
from typing import Any

import pytest

from coordinator.store import Store, open_store
from tests.api import seeds
from worker.contract.result import Result

NOW = 1_772_000_000_000


@pytest.fixture
def store_file(tmp_path: Path) -> Path:
    """Where the store is."""
    return tmp_path / "data" / "outscope.db"


@pytest.fixture
async def filled(
    store_file: Path, document: dict[str, Any], make_result: Callable[..., Result]
) -> AsyncIterator[Store]:
    """A store with a configuration, 50 results and an incident, open like a coordinator's."""
    async with open_store(f"sqlite://{store_file}") as store:
        await store.configurations.save(document, NOW)
        await store.results.add([make_result(number) for number in range(50)])
        await store.incidents.apply(seeds.incident("claude", NOW))
        yield store
