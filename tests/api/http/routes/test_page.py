"""The page's files and the headers of every answer."""

import re
from base64 import b64encode
from gzip import compress
from hashlib import sha256

import httpx
import pytest

from api.http.answers.headers import inlined
from api.http.routes.page import WEB

FILES = sorted(path.relative_to(WEB).as_posix() for path in WEB.rglob("*") if path.suffix)
OURS = [name for name in FILES if not name.startswith("vendor/")]
WORDS = [name for name in FILES if "/words/" in name]
MOST_LINES = 250
FIRST_LOAD_BYTES = 200_000
LANGUAGES = ("en", "az", "ar")


async def test_the_page_is_served_with_a_strong_etag(api: httpx.AsyncClient) -> None:
    first = await api.get("/")
    assert (first.status_code, first.headers["content-type"]) == (200, "text/html; charset=utf-8")
    again = await api.get("/", headers={"If-None-Match": first.headers["etag"]})
    assert (again.status_code, again.content) == (304, b"")
    assert (await api.head("/")).status_code == 200


@pytest.mark.parametrize("path", ["/", "/services/claude", "/docs", "/sign-in"])
async def test_one_script_stands_in_each_page_and_its_policy_allows_that_one(
    api: httpx.AsyncClient, path: str
) -> None:
    answer = await api.get(path)
    script = re.findall(r"<script>(.*?)</script>", answer.text, re.DOTALL)
    [sum_] = [b64encode(sha256(one.encode()).digest()).decode() for one in script]
    policy = answer.headers["content-security-policy"]
    assert f"script-src 'self' 'sha256-{sum_}';" in policy
    assert "core/again.js" not in answer.text


async def test_every_file_of_the_page_is_served(api: httpx.AsyncClient) -> None:
    for name in FILES:
        answer = await api.get(f"/web/{name}")
        assert (answer.status_code, answer.content) == (200, inlined((WEB / name).read_bytes())), (
            name
        )


@pytest.mark.parametrize(
    "name", ["nothing.js", "..%2Fapp.py", "%2e%2e/app.py", "index.html%00", "vendor"]
)
async def test_nothing_else_is_served(api: httpx.AsyncClient, name: str) -> None:
    answer = await api.get(f"/web/{name}")
    assert (answer.status_code, answer.headers["content-type"]) == (404, "application/problem+json")


@pytest.mark.parametrize(
    "path",
    ["/", "/web/core/start.js", "/v1/healthz", "/v1/services/nobody", "/nothing", "/metrics"],
)
async def test_every_answer_carries_the_security_headers(api: httpx.AsyncClient, path: str) -> None:
    headers = (await api.get(path)).headers
    assert headers["content-security-policy"].startswith("default-src 'none'; script-src 'self'")
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["x-frame-options"] == "DENY"


@pytest.mark.parametrize("name", OURS)
def test_the_page_asks_nothing_of_other_hosts_and_writes_no_markup(name: str) -> None:
    text = (WEB / name).read_text()
    addresses = set(re.findall(r"https?://[^\s\"'`/]+", text))
    assert addresses <= {"http://www.w3.org"}
    assert not re.search(
        r"[iI]nnerHTML|outerHTML|dangerously|insertAdjacentHTML|document\.write|eval\(|style=|\son\w+=\"",
        text,
    )


def test_the_page_preloads_every_module_that_it_imports() -> None:
    page = (WEB / "index.html").read_text()
    for name in {*FILES} - {*WORDS}:
        if "/" in name and name.endswith((".js", ".css")):
            assert f'"./web/{name}"' in page
    for name in WORDS:  # the script for the language preloads those of the one that is chosen
        folder, _, language = name.rpartition("/")
        assert f"{folder}.js" in FILES
        assert language.removesuffix(".js") in LANGUAGES
        assert name not in page


def test_the_first_load_is_small() -> None:
    shared = [name for name in {*FILES} - {*WORDS} if "/" in name] + ["index.html"]
    for languages in (["en"], ["az"], ["en", "ar"]):
        words = [name for name in WORDS if name.rpartition("/")[2][:2] in languages]
        sizes = [len(compress((WEB / name).read_bytes())) for name in shared + words]
        assert sum(sizes) < FIRST_LOAD_BYTES


@pytest.mark.parametrize("name", OURS)
def test_files_fit_on_a_few_screens(name: str) -> None:
    assert len((WEB / name).read_text().splitlines()) <= MOST_LINES


@pytest.mark.parametrize("path", ["/services/claude", "/incidents/claude-0001", "/operate/workers"])
async def test_each_view_has_an_address_below_which_its_files_are_found(
    api: httpx.AsyncClient, path: str
) -> None:
    text = (await api.get(path)).text
    assert '"../web/core/start.js"' in text
    assert '"./' not in text
    assert (await api.get("/incidents")).text == (await api.get("/")).text
    assert (await api.get("/nowhere")).status_code == 404


def test_what_is_of_others_says_whose_it_is() -> None:
    notice = (WEB / "vendor" / "NOTICE").read_text()
    assert re.findall(r"^(\S+) [\d.]+ \(([\w.-]+)\)$", notice, re.MULTILINE) == [
        ("preact", "MIT"),
        ("htm", "Apache-2.0"),
        ("world-atlas", "ISC"),
    ]


async def test_the_reference_is_a_page_too(api: httpx.AsyncClient) -> None:
    answer = await api.get("/docs")
    assert (answer.status_code, answer.content) == (200, inlined((WEB / "docs.html").read_bytes()))


@pytest.mark.parametrize(
    ("name", "keep"), [("well.svg", "max-age=86400"), ("core/start.js", "no-cache")]
)
async def test_icons_outlive_a_server_and_scripts_do_not(
    api: httpx.AsyncClient, name: str, keep: str
) -> None:
    assert (await api.get(f"/web/{name}")).headers["cache-control"] == keep
