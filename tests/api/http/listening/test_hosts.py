"""Names under which the API may be asked."""

from http.client import HTTPConnection
from urllib.parse import urlsplit

import httpx
import pytest

from api.http.app import create_app
from api.http.listening.hosts import hosts
from api.http.settings import ApiSettings
from tests.api.server import Server

LOOPBACK = [
    "localhost",
    "localhost:8000",
    "LOCALHOST.",
    "a.localhost",
    "127.0.0.1:8000",
    "127.9.9.9",
]
LOOPBACK += ["[::1]", "[::1]:8000"]
STRANGE = [
    "evil.example",
    "localhost.evil.example",
    "127.0.0.1.evil.example",
    "192.0.2.1",
    "",
    "[::1",
]
STRANGE += ["localhost:80:80", "localhost@evil.example", "127.0.0.1:x", "[2001:db8::1]", "0x7f.1"]


@pytest.mark.parametrize("address", ["127.0.0.1", "::1", "localhost"])
def test_on_loopback_only_names_of_loopback_are_ours(address: str) -> None:
    known = hosts(address, ()).known
    assert [name for name in LOOPBACK if not known(name)] == []
    assert [name for name in STRANGE if known(name)] == []


def test_elsewhere_addresses_are_ours_and_no_names_but_those_configured() -> None:
    known = hosts("0.0.0.0", ["Status.Example.org", "*.lan.example"]).known
    ours = ["192.0.2.1:8000", "[2001:db8::1]", "status.example.org", "a.lan.example", "localhost"]
    assert [name for name in ours if not known(name)] == []
    strange = ["evil.example", "xstatus.example.org", "lan.example", "evil-lan.example"]
    assert [name for name in strange if known(name)] == []


def test_a_configured_name_may_be_written_in_its_own_letters() -> None:
    known = hosts("0.0.0.0", ["Bücher.example.", "*.müller.example"]).known
    assert known("xn--bcher-kva.example")
    assert known("a.xn--mller-kva.example:443")
    assert not known("xn--mller-kva.example")


def test_a_star_stands_for_every_name() -> None:
    assert hosts("127.0.0.1", ["*"]).known("anything.example")


async def test_a_name_that_is_not_ours_is_refused_with_what_to_set(api: httpx.AsyncClient) -> None:
    for path in ("/", "/v1/overview", "/metrics", "/v1/exports/results", "/nowhere"):
        answer = await api.get(path, headers={"host": "evil.example"})
        assert (answer.status_code, answer.json()["code"]) == (421, "unknown_host")
        assert "OUTSCOPE_PUBLIC_HOSTS" in answer.json()["detail"]
        assert answer.headers["x-content-type-options"] == "nosniff"


async def test_two_host_headers_are_refused(api: httpx.AsyncClient) -> None:
    answer = await api.get("/", headers=[("host", "localhost"), ("host", "localhost")])
    assert answer.status_code in (400, 421)


def test_who_names_nobody_is_answered(api_server: Server) -> None:
    link = HTTPConnection("127.0.0.1", urlsplit(api_server.url).port, timeout=10)
    link._http_vsn, link._http_vsn_str = 10, "HTTP/1.0"
    link.putrequest("GET", "/v1/healthz", skip_host=True)
    link.endheaders()
    assert link.getresponse().status == 200
    link.close()


async def test_the_configured_name_is_answered(api_database: str) -> None:
    app = create_app(ApiSettings(api_database, hosts=("status.example.org",)))
    transport = httpx.ASGITransport(app=app)
    async with (
        app.router.lifespan_context(app),
        httpx.AsyncClient(transport=transport, base_url="https://status.example.org") as client,
    ):
        assert (await client.get("/v1/healthz")).status_code == 200
