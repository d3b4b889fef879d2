"""Status pages for everybody: what stands on them, and what does not."""

import base64
from typing import Any
from xml.etree import ElementTree

import httpx
import pytest

from api.http.publishing.rendering import FOR_GOOD, KEPT
from api.http.settings import TOKENS
from coordinator.access.scopes import Scope
from coordinator.store import Store
from tests.api import seeds
from tests.api.http.access.asking import asking, bearer, token_of
from tests.api.http.routes.announced import announced
from tests.api.http.routes.test_config import FILE
from tests.api.http.routes.test_services import disrupted
from worker.contract.clock import now

HOSTILE = "<img src=x onerror=alert(1)>"
PNG = b"\x89PNG\r\n\x1a\n" + bytes(64)


async def published(store: Store, *pages: dict[str, Any], public: tuple[str, ...] = ()) -> None:
    """The configuration with these pages; some services are public."""
    document = seeds.configuration()
    for service in document["services"]:
        if service["id"] in public:
            service["public"] = True
    told = [{"title": page["id"], **page} for page in pages]
    await store.configurations.save({**document, "status_pages": told}, now())


async def text_of(api: httpx.AsyncClient, path: str) -> str:
    answer = await api.get(path)
    assert answer.status_code == 200, answer.text
    return " ".join(answer.text.split())


async def test_it_says_what_is_wrong_how_far_and_where(
    configured: Store, api: httpx.AsyncClient
) -> None:
    await published(configured, {"id": "ai", "services": ["claude", "openai"]})
    await disrupted(configured)
    found = await text_of(api, "/status/ai")
    assert "<span>Claude is disrupted</span></h1>" in found
    assert "API disrupted in 2 of 5 regions, since <time" in found
    assert "Reaches a part of the regions: Virginia and Ireland. Elsewhere it works." in found
    assert "<strong>Virginia</strong> Claude: disrupted" in found
    assert "<strong>Tokyo</strong> No disruption is seen from here" in found
    assert "<strong>Sydney</strong> Cannot tell: its own network is not well" in found
    assert '<li id="claude-0001"><strong>Claude: ' in found
    assert found.count("<rect") == 180
    assert "<script" not in found
    assert "style=" not in found


async def test_where_nobody_is_heard_it_says_so(configured: Store, api: httpx.AsyncClient) -> None:
    await published(configured, {"id": "ai", "services": ["claude"]})
    at = now()
    unknown = seeds.verdict("claude", at, "unknown", "operational", [], [], "Nobody can tell.")
    everywhere = dict.fromkeys(seeds.REGIONS, "silent")
    await seeds.judged(configured, at, unknown, fitness=everywhere)
    found = await text_of(api, "/status/ai")
    assert "<span>Claude is out of our sight</span></h1>" in found
    assert "<strong>Sydney</strong> Not heard at the moment" in found


async def test_it_shows_what_it_names_and_nothing_else(
    configured: Store, api: httpx.AsyncClient
) -> None:
    await published(
        configured, {"id": "one", "services": ["openai"]}, {"id": "public"}, public=("openai",)
    )
    at = await disrupted(configured)
    await announced(configured, "secret", at + 3_600_000, ["claude/api"])
    await announced(configured, "both", at + 7_200_000, ["claude/web", "openai/chatgpt"])
    for page in ("one", "public"):
        found = await text_of(api, f"/status/{page}")
        assert "All services work" in found
        assert "Move both" in found
        assert "OpenAI (ChatGPT)" in found
        for hidden in ("Claude", "claude", "Move secret", "Internet", "It fails in 2"):
            assert hidden not in found, (page, hidden)
        for path in ("incidents.rss", "incidents.atom"):
            assert "laude" not in await text_of(api, f"/status/{page}/{path}")
        assert (await api.get(f"/status/{page}/badges/claude.svg")).status_code == 404
        assert b"OpenAI: well" in (await api.get(f"/status/{page}/badges/openai.svg")).content


async def test_it_takes_no_token_where_all_else_does(api_database: str, configured: Store) -> None:
    await published(configured, {"id": "ai", "services": ["openai"]})
    at = now()
    await seeds.judged(configured, at, seeds.verdict("openai", at))
    async with asking(api_database, access=TOKENS) as (api, _):
        assert (await api.get("/v1/services")).status_code == 401
        answers = [
            await api.get(f"/status/ai{path}")
            for path in ("", "/incidents.rss", "/badges/openai.svg")
        ]
        for answer in answers:
            assert answer.status_code == 200
            assert answer.headers["cache-control"] == KEPT
            assert "cookie" not in answer.headers.get("vary", "").lower()
        token = bearer((await token_of(configured, Scope.READ))[0])
        private = await api.get("/v1/services", headers=token)
        assert "Cookie" in private.headers["vary"]


async def test_it_is_written_once_however_many_ask(
    configured: Store, api: httpx.AsyncClient
) -> None:
    await published(configured, {"id": "ai", "services": ["claude"]})
    first = await api.get("/status/ai")
    held = {"if-none-match": first.headers["etag"]}
    assert [(await api.get("/status/ai", headers=held)).status_code for _ in range(3)] == [304] * 3
    await disrupted(configured)
    after = await api.get("/status/ai", headers=held)
    assert after.status_code == 200
    assert after.headers["etag"] != first.headers["etag"]


async def test_markup_in_names_is_text(configured: Store, api: httpx.AsyncClient) -> None:
    document = seeds.configuration()
    document["services"][0]["name"] = f"Claude {HOSTILE}"
    document["services"][0]["components"][0]["name"] = f"API {HOSTILE}"
    document["regions"][0]["name"] = f"Virginia {HOSTILE}"
    page = {"id": "x", "title": f"Title {HOSTILE}", "services": ["claude"]}
    await configured.configurations.save({**document, "status_pages": [page]}, now())
    at = await disrupted(configured)
    await announced(configured, "x", at + 60_000, ["claude/api"], f"{HOSTILE}\x1b")
    answer = await api.get("/status/x")
    assert answer.text.count("&lt;img src=x onerror=alert(1)&gt;") > 8
    assert "<img" not in answer.text
    assert "\x1b" not in answer.text
    policy = answer.headers["content-security-policy"]
    assert "unsafe" not in policy
    assert "script-src" not in policy
    assert policy.startswith("default-src 'none'; style-src 'self'")
    for kind in ("rss", "atom"):
        feed = ElementTree.fromstring((await api.get(f"/status/x/incidents.{kind}")).content)
        assert all("img" not in one.tag for one in feed.iter())


async def test_feeds_lead_to_the_page_in_our_words(
    configured: Store, api: httpx.AsyncClient
) -> None:
    await published(configured, {"id": "ai", "title": "Our AI", "services": ["claude"]})
    await disrupted(configured)
    rss = ElementTree.fromstring((await api.get("/status/ai/incidents.rss")).content)
    (item,) = rss.iter("item")
    assert item.findtext("link") == "http://localhost/status/ai#claude-0001"
    assert "It fails" not in (item.findtext("description") or "")
    assert "disrupted" in (item.findtext("description") or "")
    assert rss.findtext("channel/title") == "Our AI: incidents"


async def test_style_and_logo_are_kept_for_good(configured: Store, api: httpx.AsyncClient) -> None:
    logo = f"data:image/png;base64,{base64.b64encode(PNG).decode()}"
    page = {"id": "ai", "services": ["claude"], "logo": logo, "colours": {"brand": "#ffcc00"}}
    await published(configured, page)
    found = await text_of(api, "/status/ai")
    style, image = (found.split(before)[1].split('"')[0] for before in ('sheet" href="', 'src="'))
    sheet = await api.get(f"/status/{style}")
    assert sheet.headers["content-type"] == "text/css; charset=utf-8"
    assert "--brand:#ffcc00;--upon-brand:#000000;" in sheet.text
    picture = await api.get(f"/status/{image}")
    assert (picture.content, picture.headers["content-type"]) == (PNG, "image/png")
    assert {one.headers["cache-control"] for one in (sheet, picture)} == {FOR_GOOD}
    assert "sandbox" in picture.headers["content-security-policy"]
    await published(configured, {**page, "colours": {"brand": "#112233"}})
    assert style not in await text_of(api, "/status/ai")


@pytest.mark.parametrize(
    "path", ["/status/none", "/status/ai/none.css", "/status/ai/incidents.json", "/status/AI%00"]
)
async def test_what_is_not_there_is_not_found(
    configured: Store, api: httpx.AsyncClient, path: str
) -> None:
    await published(configured, {"id": "ai", "services": ["claude"]})
    assert (await api.get("/status/ai")).status_code == 200
    assert (await api.get(path)).status_code == 404


async def test_a_page_can_be_made_over_http(api_store: Store, api: httpx.AsyncClient) -> None:
    token = bearer((await token_of(api_store, Scope.WRITE))[0])
    assert (await api.put("/v1/config", content=FILE, headers=token)).status_code == 200
    at = "/v1/config/status_pages/new"
    wrong = await api.put(at, json={"services": ["shoop"]}, headers=token)
    assert wrong.status_code == 422
    assert "did you mean `shop`?" in wrong.text
    made = await api.put(at, json={"services": ["shop"]}, headers=token)
    assert made.status_code == 200, made.text
    assert 'id="service-shop"' in await text_of(api, "/status/new")
    kept = (await api.get(at, headers=token)).json()
    assert kept == {"id": "new", "title": "new", "services": ["shop"]}
    file = await api.put(at, json={"logo": "/etc/passwd"}, headers=token)
    assert (file.status_code, "is no logo" in file.text) == (422, True)
    assert (await api.delete(at, headers=token)).status_code == 200
    assert (await api.get("/status/new")).status_code == 404
