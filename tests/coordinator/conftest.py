"""Fixtures for tests of the coordinator: a store, results, a topology."""

from collections.abc import AsyncIterator, Callable
from typing import Any

import pytest

from coordinator.store import Store, open_store
from worker.contract.outcome import Blame, Reason
from worker.contract.result import Result, result_id

NOW = 1_772_000_000_000


@pytest.fixture
async def store(store_url: str) -> AsyncIterator[Store]:
    """An empty store, on each database."""
    async with open_store(store_url) as opened:
        yield opened


@pytest.fixture
def make_result() -> Callable[..., Result]:
    """Makes the result of the n-th slot of `claude-api` from `eu-west`; any field may be given."""

    def make(n: int = 0, **fields: Any) -> Result:
        result = Result(
            id=result_id("claude-api", fields.get("region", "eu-west"), "eu-west-1", n, 0),
            check="claude-api",
            service="claude",
            component="api",
            kind="http",
            region="eu-west",
            worker="eu-west-1",
            scheduled_at=NOW + n * 1000,
            started_at=NOW + n * 1000 + 3,
            received_at=NOW + n * 1000 + 50,
            attempt=0,
            ok=True,
            reason=Reason.OK,
            blame=Blame.NONE,
        )
        return result._replace(**fields)

    return make


@pytest.fixture
def document() -> dict[str, Any]:
    """A canonical configuration: one service of two components and two references, from three
    regions, each second.
    """
    regions = [
        {
            "id": region,
            "name": region,
            "country": country,
            "continent": continent,
            "latitude": 1.0,
            "longitude": 2.0,
        }
        for region, country, continent in (
            ("eu-west", "IE", "EU"),
            ("us-east", "US", "NA"),
            ("ap-south", "IN", "AS"),
        )
    ]

    def component(name: str) -> dict[str, Any]:
        check = {
            "id": name,
            "kind": "http",
            "interval_ms": 2000,
            "timeout_ms": 1000,
            "params": {"url": "http://x"},
        }
        return {"id": name, "name": name, "checks": [check]}

    return {
        "regions": regions,
        "services": [
            {
                "id": "claude",
                "name": "Claude",
                "role": "service",
                "components": [component("api"), component("web")],
            },
            {"id": "net-a", "name": "A", "role": "reference", "components": [component("ref-a")]},
            {"id": "net-b", "name": "B", "role": "reference", "components": [component("ref-b")]},
        ],
    }
