"""Services that are public are shown to all, and nothing else is."""

import copy

import httpx

from api.http.access.door import Requires
from api.http.settings import TOKENS
from coordinator.store import Store
from tests.api import seeds
from tests.api.http.access.asking import asking
from tests.api.http.access.test_matrix import LINES, NOT_STREAMED, code_of, named
from worker.contract.clock import now

SHOWN = (
    "/v1/services/{id}/history",
    "/v1/services/{id}/state",
    "/v1/services/{id}/statuspage/api/v2/summary.json",
    "/v1/services/{id}/statuspage/api/v2/status.json",
    "/v1/services/{id}/statuspage/api/v2/components.json",
    "/v1/services/{id}/statuspage/api/v2/incidents.json",
    "/v1/services/{id}/statuspage/api/v2/scheduled-maintenances.json",
    "/v1/services/{id}/incidents.atom",
    "/v1/services/{id}/incidents.rss",
    "/v1/services/{id}/incidents.ics",
    "/v1/services/{id}/badge.svg",
)


async def make_public(store: Store, service: str) -> str:
    """Say so in the configuration; the id of another service, which is not."""
    document = copy.deepcopy(seeds.configuration())
    for entry in document["services"]:
        if entry["id"] == service:
            entry["public"] = True
    await store.configurations.save(document, now())
    return next(one["id"] for one in document["services"] if one["id"] != service)


async def test_a_public_service_is_shown_to_all_and_nothing_else_is(
    api_database: str, configured: Store
) -> None:
    other = await make_public(configured, "claude")
    assert {line.path for line in LINES if _shows(line.asks)} == set(SHOWN)
    async with asking(api_database, access=TOKENS) as (api, _):
        for line in NOT_STREAMED:  # they ask for claude
            expected = None if line.path in SHOWN else "no_token"
            assert await code_of(api, line, {}) == expected, named(line)
        for path in SHOWN:
            answers = [await api.get(path.replace("{id}", one)) for one in (other, "nothing")]
            assert [answer.status_code for answer in answers] == [401, 401]
            # nobody learns by it which services there are
            assert _without_names(answers[0]) == _without_names(answers[1])


def _shows(asks: object) -> bool:
    return isinstance(asks, Requires) and asks.unless_public


def _without_names(answer: httpx.Response) -> dict[str, str]:
    return {key: value for key, value in answer.json().items() if key != "instance"}
