"""Pictures of incidents over HTTP, and what links to them show."""

import asyncio
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import urlsplit

import httpx
import pytest

from api.http.app import create_app
from api.http.kept import pictures
from api.http.settings import TOKENS, ApiSettings
from coordinator.store import Store
from tests.api import seeds
from worker.contract.clock import now

PICTURE = "/v1/incidents/claude-0001/picture.png"
NAME = '"><script>alert(1)</script>'


class Head(HTMLParser):
    """The properties that the head of a page tells."""

    def __init__(self) -> None:
        super().__init__()
        self.told: dict[str, str] = {}

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        if tag == "meta" and given.get("property"):
            self.told[str(given["property"])] = str(given["content"])


def told(text: str) -> dict[str, str]:
    head = Head()
    head.feed(text)
    return head.told


@pytest.fixture(autouse=True)
async def disrupted(api_store: Store) -> None:
    at = now()
    configuration = seeds.configuration()
    configuration["services"][0]["name"] = NAME
    await api_store.configurations.save(configuration, at)
    await seeds.judged(api_store, at, seeds.verdict("claude", at))
    await api_store.incidents.apply(seeds.incident("claude", at))


async def test_a_picture_is_drawn_once_and_known_again(
    api: httpx.AsyncClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    drawn = []
    draw = pictures.png
    monkeypatch.setattr(pictures, "png", lambda text: (drawn.append(text), draw(text))[1])
    answers = await asyncio.gather(*(api.get(PICTURE) for _ in range(8)))
    assert {answer.headers["content-type"] for answer in answers} == {"image/png"}
    assert len({answer.content for answer in answers}) == len(drawn) == 1
    etag = {"if-none-match": answers[0].headers["etag"]}
    assert (await api.get(PICTURE, headers=etag)).status_code == 304
    monkeypatch.setattr(pictures, "MOST", 1)
    lines = await api.get(PICTURE.replace(".png", ".svg"))
    assert lines.headers["content-type"].startswith("image/svg+xml")
    assert lines.text == drawn[0]


@pytest.mark.parametrize("name", ["nothing-0001", "%00", "a" * 300, "..%2F..%2Fetc"])
async def test_there_is_no_picture_of_what_there_is_not(api: httpx.AsyncClient, name: str) -> None:
    for form in ("png", "svg"):
        answer = await api.get(f"/v1/incidents/{name}/picture.{form}")
        assert answer.status_code == 404
    page = await api.get(f"/incidents/{name}")
    assert told(page.text) == {}


async def test_a_link_shows_title_and_picture(api: httpx.AsyncClient) -> None:
    page = await api.get("/incidents/claude-0001")
    found = told(page.text)
    assert found["og:title"].startswith(f"{NAME}: ")
    assert "<script>alert" not in page.text
    assert found["og:description"].startswith("Since 20")
    address = urlsplit(found["og:image"])
    assert (address.scheme, address.netloc, address.path) == ("http", "localhost", PICTURE)
    assert (await api.get(address.path)).headers["content-type"] == "image/png"


async def test_where_reading_takes_a_token_the_page_tells_nothing(
    api_database: str, tmp_path: Path
) -> None:
    app = create_app(ApiSettings(api_database, access=TOKENS))
    transport = httpx.ASGITransport(app=app)
    async with (
        app.router.lifespan_context(app),
        httpx.AsyncClient(transport=transport, base_url="http://localhost") as client,
    ):
        assert told((await client.get("/incidents/claude-0001")).text) == {}
        assert (await client.get(PICTURE)).status_code == 401
