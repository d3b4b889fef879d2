"""Maintenance is announced, listed and cancelled over HTTP."""

from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import pytest

from coordinator.access.scopes import Scope
from coordinator.store import Store
from tests.api.http.access.asking import bearer, token_of


@pytest.fixture
async def writer(api: httpx.AsyncClient, configured: Store) -> httpx.AsyncClient:
    """A client that may write."""
    token, _ = await token_of(configured, Scope.READ, Scope.WRITE)
    api.headers.update(bearer(token))
    return api


def window(**told: Any) -> dict[str, Any]:
    begins = (datetime.now(UTC) + timedelta(hours=3)).strftime("%Y-%m-%dT%H:%MZ")
    return {"id": "move", "from": begins, "for": "2h", "services": ["claude/api"], **told}


async def test_a_window_is_announced_listed_and_cancelled(
    writer: httpx.AsyncClient, configured: Store
) -> None:
    made = await writer.post("/v1/maintenance", json=window())
    assert (made.status_code, made.json()["id"]) == (201, "move")
    assert made.json()["notes"][0].startswith("move comes from ")
    (listed,) = (await writer.get("/v1/maintenance")).json()["items"]
    assert (listed["window"], listed["services"]) == ("move", ["claude/api"])
    assert (await writer.post("/v1/maintenance", json=window())).status_code == 409
    assert (await writer.delete("/v1/maintenance/move")).status_code == 204
    assert (await writer.get("/v1/maintenance")).json()["items"] == []
    again = await writer.delete("/v1/maintenance/move")
    assert (again.status_code, again.json()["code"]) == (404, "not_announced")
    told = [entry.what for _, entry in await configured.audit.latest(10)]
    assert told[:2] == ["maintenance cancelled", "maintenance announced"]


@pytest.mark.parametrize(
    ("told", "status", "sentence"),
    [
        ({"services": ["nosuch"]}, 409, "is not one of the services"),
        ({"from": "2020-01-01T00:00Z"}, 409, "is over already"),
        ({"for": "40d"}, 422, ""),
        ({"for": None}, 422, "until"),
        ({"repeat": "FREQ=NEVER"}, 422, "repeat"),
        ({"id": "A B"}, 422, "id"),
        ({"more": 1}, 422, "more"),
        ({"from": None, "for": None, "feed": "https://calendar.example/x.ics"}, 422, "from"),
    ],
)
async def test_what_cannot_be_announced_says_why(
    writer: httpx.AsyncClient, told: dict[str, Any], status: int, sentence: str
) -> None:
    given = {key: value for key, value in window(**told).items() if value is not None}
    answer = await writer.post("/v1/maintenance", json=given)
    assert answer.status_code == status, answer.text
    assert sentence in answer.json()["detail"]
    assert (await writer.get("/v1/maintenance")).json()["items"] == []


@pytest.mark.parametrize("body", [b"", b"[]", b"{", b'"x"'])
async def test_what_is_no_window_is_refused(writer: httpx.AsyncClient, body: bytes) -> None:
    assert (await writer.post("/v1/maintenance", content=body)).status_code == 422
