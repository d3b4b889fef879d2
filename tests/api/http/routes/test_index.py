"""GET /v1 names what there is."""

import re

import httpx

from api.http.access.table import table
from api.http.app import create_app
from api.http.settings import TOKENS, ApiSettings
from coordinator.store import Store
from tests.api.http.access.asking import asking

LINES = [line for line in table(create_app(ApiSettings("sqlite://unused.db"))) if line.in_schema]

ELSEWHERE = ("followEvents", "beginSignIn", "endSignIn")
"""One never ends, and the others are there where a provider is."""


async def test_every_address_is_linked_once(api: httpx.AsyncClient) -> None:
    told = (await api.get("/v1")).json()
    links = {link["name"]: link for link in told["links"]}
    assert len(links) == len(told["links"])
    assert links.keys() == {line.operation for line in LINES}
    history = links["getServiceHistory"]
    assert history["href"].startswith("/v1/services/{id}/history{?since,until,")
    assert history["method"] == "GET"
    assert links["getConfigEntry"]["href"].startswith("/v1/config/{+place}")
    assert not any(link["deprecated"] for link in links.values())


async def test_what_needs_nothing_to_be_filled_in_answers(
    api: httpx.AsyncClient, configured: Store
) -> None:
    told = (await api.get("/v1")).json()
    for address in (told["docs"], told["openapi"], told["page"]):
        assert (await api.get(address)).status_code == 200
    for link in told["links"]:
        bare = re.sub(r"{\?.*}", "", link["href"])
        if link["method"] == "GET" and "{" not in bare and link["name"] not in ELSEWHERE:
            assert (await api.get(bare)).status_code != 404, link


async def test_it_is_open_and_says_what_a_token_needs(api_database: str, configured: Store) -> None:
    async with asking(api_database, access=TOKENS, root_path="/outscope") as (api, _):
        answer = await api.get("/v1")
    links = {link["name"]: link for link in answer.json()["links"]}
    assert links["listServices"]["href"] == "/outscope/v1/services"
    assert links["listServices"]["scope"] == "read"
    assert links["announceMaintenance"]["scope"] == "write"
    assert links["index"]["scope"] is None
