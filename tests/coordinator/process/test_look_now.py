"""Looks that are asked for over HTTP are ordered at once by a running coordinator, and what they
saw is told.
"""

import asyncio
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any, Final

import httpx
import pytest

from coordinator.access.scopes import Scope
from coordinator.store import open_store
from tests.api.http.access.asking import asking, bearer, token_of
from tests.coordinator.process.conftest import REGIONS, api_is_down
from tests.faults.broker import Broker
from tests.faults.fleet import Fleet
from tests.faults.reporter import Reporter
from worker.contract.message import Order

pytestmark = pytest.mark.slow

HOUR_MS: Final = 3_600_000
NOBODY_THERE: Final = REGIONS[-1]


class Numbering(Reporter):
    """A reporter that tells which attempt a look was."""

    def _look(self, order: Order) -> None:
        self.orders.append(order)
        checks = [json.loads(text)["id"] for text in order.checks]
        for index, slot, attempt, scheduled_at in order.looks:
            check, _, _, *rest = self.row(checks[index], slot, scheduled_at)
            self.report((check, slot, attempt, *rest))


@pytest.fixture
def fleet(valkey: Broker, tmp_path: Path, document: dict[str, Any]) -> Fleet:
    """Of checks that are due once an hour, with nobody in one region."""
    for service in document["services"]:
        for component in service["components"]:
            component["checks"][0]["interval_ms"] = HOUR_MS
    fleet = Fleet(valkey, f"sqlite://{tmp_path}/store.db", tmp_path, REGIONS)
    fleet.reporters = {
        region: Numbering(valkey.url, region) for region in REGIONS if region != NOBODY_THERE
    }
    fleet.apply(document)
    return fleet


async def told(
    api: httpx.AsyncClient, address: str, wanted: Callable[[dict[str, Any]], bool]
) -> dict[str, Any]:
    """The job once it is as wanted."""
    async with asyncio.timeout(120):
        while not wanted(job := (await api.get(address)).json()):  # noqa: ASYNC110
            await asyncio.sleep(0.2)  # another process writes it
    return job


async def looked(fleet: Fleet) -> tuple[dict[str, Any], dict[str, Any]]:
    """What is told of looks when the workers have answered, and when all is over."""
    async with open_store(fleet.database, migrate=False) as store:
        token, _ = await token_of(store, Scope.READ, Scope.OPERATE)
    async with asking(fleet.database) as (api, _):
        api.headers.update(bearer(token))
        made = await api.post("/v1/looks", json={"service": "claude"})
        assert made.status_code == 202, made.text
        address = f"/v1/looks/{made.json()['id']}"
        some = await told(api, address, lambda job: states(job).count("seen") == 4)
        return some, await told(api, address, lambda job: job["over"])


def states(job: dict[str, Any]) -> list[str]:
    return [look["state"] for look in job["looks"]]


def test_looks_are_ordered_at_once_and_their_results_told(fleet: Fleet) -> None:
    fleet.answer(api_is_down)
    with fleet.running():
        some, over = asyncio.run(looked(fleet))
    seen = [look for look in some["looks"] if look["state"] == "seen"]
    assert {look["region"] for look in seen} == set(fleet.reporters)
    assert {look["check"]: look["result"]["reason"] for look in seen} == {
        "api": "refused",
        "web": "ok",
    }
    assert {look["result"]["scheduled_at"] for look in seen} == {some["ordered_at"]}
    assert {result.id for result in fleet.stored()} >= {look["result"]["id"] for look in seen}
    (unheard, _) = (look for look in over["looks"] if look["region"] == NOBODY_THERE)
    assert (unheard["state"], unheard["result"]) == ("expired", None)
    assert "no result came back" in unheard["why"]
