"""Findings by check, of a store with something in it."""

from collections.abc import AsyncIterator, Callable
from typing import Any

import pytest

from coordinator.doctor import Finding
from coordinator.store import Store
from worker.contract.result import Result

NOW = 1_772_000_000_000


async def found(findings: AsyncIterator[Finding]) -> dict[str, Finding]:
    """The findings by check; those of one check must be one."""
    told = [finding async for finding in findings]
    by_check = {finding.check: finding for finding in told}
    assert len(by_check) == len(told), told
    return by_check


@pytest.fixture
async def filled(
    store: Store, document: dict[str, Any], make_result: Callable[..., Result]
) -> Store:
    """A store, on each database, with a configuration and results of two of its checks."""
    await store.configurations.save(document, NOW)
    await store.results.add(
        [make_result(n, check=check) for n, check in enumerate(("api", "web", "api"))]
    )
    return store
