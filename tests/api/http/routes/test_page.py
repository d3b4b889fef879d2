"""The page's files and the headers of every answer."""

import re

import httpx
import pytest

from api.http.routes.page import WEB

FILES = sorted(path.name for path in WEB.iterdir())


async def test_the_page_is_served_with_a_strong_etag(api: httpx.AsyncClient) -> None:
    first = await api.get("/")
    assert (first.status_code, first.headers["content-type"]) == (200, "text/html; charset=utf-8")
    again = await api.get("/", headers={"If-None-Match": first.headers["etag"]})
    assert (again.status_code, again.content) == (304, b"")
    assert (await api.head("/")).status_code == 200


@pytest.mark.parametrize("name", FILES)
async def test_every_file_of_the_page_is_served(api: httpx.AsyncClient, name: str) -> None:
    answer = await api.get(f"/web/{name}")
    assert (answer.status_code, answer.content) == (200, (WEB / name).read_bytes())


@pytest.mark.parametrize(
    "name", ["nothing.js", "..%2Fapp.py", "%2e%2e/app.py", "index.html%00", "."]
)
async def test_nothing_else_is_served(api: httpx.AsyncClient, name: str) -> None:
    answer = await api.get(f"/web/{name}")
    assert (answer.status_code, answer.headers["content-type"]) == (404, "application/problem+json")


@pytest.mark.parametrize(
    "path", ["/", "/web/page.js", "/v1/healthz", "/v1/services/nobody", "/nothing", "/metrics"]
)
async def test_every_answer_carries_the_security_headers(api: httpx.AsyncClient, path: str) -> None:
    headers = (await api.get(path)).headers
    assert headers["content-security-policy"].startswith("default-src 'none'; script-src 'self'")
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["x-frame-options"] == "DENY"


@pytest.mark.parametrize("name", FILES)
def test_the_page_asks_nothing_of_other_hosts_and_writes_no_markup(name: str) -> None:
    text = (WEB / name).read_text()
    addresses = set(re.findall(r"https?://[^\s\"'`/]+", text))
    assert addresses <= {"http://www.w3.org"}
    assert not re.search(
        r"innerHTML|outerHTML|insertAdjacentHTML|document\.write|eval\(|style=|\son\w+=\"", text
    )


def test_the_page_preloads_every_module_that_it_imports() -> None:
    page = (WEB / "index.html").read_text()
    for name in FILES:
        if name.endswith(".js") and name != "docs.js":
            assert f"/web/{name}" in page


async def test_the_reference_is_a_page_too(api: httpx.AsyncClient) -> None:
    answer = await api.get("/docs")
    assert (answer.status_code, answer.content) == (200, (WEB / "docs.html").read_bytes())


@pytest.mark.parametrize(("name", "keep"), [("well.svg", "max-age=86400"), ("page.js", "no-cache")])
async def test_icons_outlive_a_server_and_scripts_do_not(
    api: httpx.AsyncClient, name: str, keep: str
) -> None:
    assert (await api.get(f"/web/{name}")).headers["cache-control"] == keep
