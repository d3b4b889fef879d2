"""A banner for pages of others: true, tiny, and harmless wherever it is embedded."""

import httpx

from api.documents.banner import BannerView, banner_of, fragment, policy
from coordinator.store import Store
from tests.api.http.routes.test_services import conforms, disrupted


async def test_a_banner_warns_of_what_reaches_a_region(
    configured: Store, api: httpx.AsyncClient
) -> None:
    await disrupted(configured)
    whole = (await api.get("/v1/banner?service=claude")).json()
    assert conforms(BannerView, whole)
    assert whole["show"]
    assert whole["text"] == "Claude: API disrupted in 2 of 5 regions"
    detail = (await api.get("/v1/services/claude")).json()
    reached = {region for one in detail["disruptions"] for region in one["regions"]}
    for region in detail["regions"]:
        answer = await api.get(f"/v1/banner?service=claude&region={region}")
        assert answer.json()["show"] == (region in reached), region
    held = {"if-none-match": answer.headers["etag"]}
    again = await api.get(f"/v1/banner?service=claude&region={region}", headers=held)
    assert again.status_code == 304
    assert "max-age" in answer.headers["cache-control"]


async def test_html_is_without_script_and_framed_by_us_alone(
    configured: Store, api: httpx.AsyncClient
) -> None:
    await disrupted(configured)
    page = await api.get("/v1/banner.html?service=claude")
    assert page.headers["content-type"].startswith("text/html")
    told = page.headers["content-security-policy"]
    assert "default-src 'none'; style-src 'sha256-" in told
    assert told.endswith("frame-ancestors 'self'")
    assert page.headers["vary"].startswith("Accept")
    assert "hidden>" not in page.text
    asked = await api.get("/v1/banner?service=claude", headers={"accept": "text/html,*/*;q=0.1"})
    assert asked.text == page.text


async def test_what_there_is_none_of_is_said(configured: Store, api: httpx.AsyncClient) -> None:
    assert (await api.get("/v1/banner?service=nobody")).status_code == 404
    assert (await api.get("/v1/banner?service=claude&region=moon")).status_code == 422
    assert (await api.get("/v1/banner")).status_code == 422


async def test_all_well_is_hidden_and_names_are_escaped(
    configured: Store, api: httpx.AsyncClient
) -> None:
    await disrupted(configured)
    lines = (await api.get("/v1/overview")).json()["services"]
    line = {**lines[0], "name": '<img src=x onerror="x">', "state": "well", "disruptions": []}
    found = banner_of(line, [], "eu-west")  # type: ignore[arg-type]
    html = fragment(found).decode()
    assert " hidden>" in html
    assert "<img" not in html
    assert "&lt;img src=x onerror=&quot;x&quot;&gt;" in html


def test_pages_of_configured_origins_may_frame_it() -> None:
    assert policy(()).endswith("frame-ancestors 'self'")
    assert policy(("https://a.example.com",)).endswith("'self' https://a.example.com")
    assert policy(("*",)).endswith("frame-ancestors *")
