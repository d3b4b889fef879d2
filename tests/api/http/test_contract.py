"""What HTTP promises beside the documents: HEAD, packing, cursors, prefixes, other origins."""

import gzip
import shutil
import subprocess
import time
import urllib.request
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager
from pathlib import Path
from typing import Any

import httpx
import pytest
from backports import zstd

from api.http.app import create_app
from api.http.settings import ApiSettings, ApiSettingsError, read_api_settings
from coordinator.domain.schedule.ledger import Gap, GapReason
from coordinator.store import Store
from tests.api import seeds
from tests.api.server import Server
from worker.contract.clock import now

PATHS = (
    "/v1/overview",
    "/v1/services",
    "/v1/regions",
    "/v1/incidents",
    "/v1/results",
    "/v1/gaps",
    "/v1/healthz",
    "/metrics",
    "/v1/exports/results",
    "/",
    "/docs",
    "/web/core/start.js",
    "/v1/openapi.json",
)


@asynccontextmanager
async def asking(database: str, **settings: Any) -> AsyncIterator[httpx.AsyncClient]:
    app = create_app(ApiSettings(database, refresh_ms=0, stale_ms=0, **settings))
    transport = httpx.ASGITransport(app=app, raise_app_exceptions=False)
    async with (
        app.router.lifespan_context(app),
        httpx.AsyncClient(transport=transport, base_url="http://localhost") as client,
    ):
        yield client


@pytest.mark.parametrize("path", PATHS)
async def test_head_answers_what_get_does_without_a_body(
    api: httpx.AsyncClient, configured: Store, path: str
) -> None:
    got, head = await api.get(path), await api.head(path)
    assert (head.status_code, head.content) == (got.status_code, b"")
    for name in ("content-type", "etag", "content-length"):
        if "exports" not in path and path != "/metrics":
            assert head.headers.get(name) == got.headers.get(name), name
    allowed = (await api.post(path)).headers["allow"]
    assert {*allowed.split(", ")} == {"GET", "HEAD"}


async def test_a_large_document_is_packed_for_those_who_can_read_it(
    api: httpx.AsyncClient, configured: Store
) -> None:
    plain = await api.get("/v1/overview", headers={"accept-encoding": "identity"})
    assert "content-encoding" not in plain.headers
    assert "accept-encoding" in plain.headers["vary"].lower()
    for coding, unpack in (("gzip", gzip.decompress), ("zstd", zstd.decompress)):
        async with api.stream(
            "GET", "/v1/regions", headers={"accept-encoding": f"br;q=1, {coding};q=0.5"}
        ) as answer:
            raw = b"".join([part async for part in answer.aiter_raw()])
        assert answer.headers["content-encoding"] == coding
        assert answer.headers["content-length"] == str(len(raw))
        told = await api.get("/v1/regions", headers={"accept-encoding": "identity"})
        assert unpack(raw) == told.content
        assert answer.headers["etag"] != told.headers["etag"]
        held = {"if-none-match": answer.headers["etag"], "accept-encoding": coding}
        assert (await api.get("/v1/regions", headers=held)).status_code == 304
    refused = await api.get("/v1/regions", headers={"accept-encoding": "gzip;q=0, zstd;q=0"})
    assert "content-encoding" not in refused.headers


async def test_a_cursor_goes_on_with_its_own_query_alone(
    api: httpx.AsyncClient, configured: Store
) -> None:
    await configured.results.add([seeds.result(now() - n * 1000, n) for n in range(6)])
    await configured.incidents.apply(
        *(seeds.incident("claude", now() + n, number=n) for n in range(3))
    )
    cursor = (await api.get("/v1/results?limit=2")).json()["next"]
    assert len((await api.get(f"/v1/results?limit=3&cursor={cursor}")).json()["items"]) == 3
    for other in (
        f"/v1/incidents?cursor={cursor}",
        f"/v1/gaps?cursor={cursor}",
        f"/v1/results?service=claude&cursor={cursor}",
        f"/v1/exports/results?cursor={cursor}",
    ):
        answer = await api.get(other)
        assert (answer.status_code, answer.json()["code"]) == (400, "bad_cursor"), other
        assert "of another list" in answer.json()["detail"]


async def test_gaps_come_in_pages(api: httpx.AsyncClient, configured: Store) -> None:
    at = now() - 60_000
    gaps = [
        Gap(
            "claude-api",
            "claude",
            "eu-west",
            n * 10,
            n * 10,
            at + n // 2,
            at + n // 2,
            GapReason.NO_WORKER,
        )
        for n in range(7)
    ]
    await configured.gaps.add(gaps)
    seen, address = [], "/v1/gaps?limit=3"
    while address:
        answer = await api.get(address)
        seen += [gap["first_slot"] for gap in answer.json()["items"]]
        address = answer.links.get("next", {}).get("url", "")
    assert sorted(seen) == [n * 10 for n in range(7)]
    assert (await api.get("/v1/gaps?cursor=x")).status_code == 400


async def test_a_service_that_never_was_has_no_history(
    api: httpx.AsyncClient, configured: Store
) -> None:
    assert (await api.get("/v1/services/nosuch/history")).json()["code"] == "unknown_service"
    assert (await api.get("/v1/services/claude/history")).status_code == 200


async def test_monitors_may_add_parameters_and_nobody_repeats_one(
    api: httpx.AsyncClient, configured: Store
) -> None:
    for path in ("/v1/healthz", "/metrics"):
        assert (await api.get(f"{path}?x=1&x=2&collect[]=a")).status_code == 200
    assert (await api.get("/v1/services?x=1")).status_code == 422
    twice = await api.get("/v1/results?service=claude&service=openai")
    assert twice.status_code == 422
    assert "more than once" in twice.json()["detail"]


async def test_the_document_is_found_where_others_have_it(api: httpx.AsyncClient) -> None:
    answer = await api.get("/openapi.json")
    assert (answer.status_code, answer.headers["location"]) == (308, "/v1/openapi.json")


async def test_other_origins_may_read_it_as_a_setting_says(api_database: str) -> None:
    asked = {"origin": "https://status.example.com"}
    async with asking(api_database, origins=("https://status.example.com",)) as api:
        answer = await api.get("/v1/healthz", headers=asked)
        assert answer.headers["access-control-allow-origin"] == asked["origin"]
        assert answer.headers["cross-origin-resource-policy"] == "cross-origin"
        other = await api.get("/v1/healthz", headers={"origin": "https://evil.example"})
        assert "access-control-allow-origin" not in other.headers
    async with asking(api_database) as api:
        answer = await api.get("/v1/healthz", headers=asked)
        assert "access-control-allow-origin" not in answer.headers


@pytest.mark.parametrize(
    "settings",
    [
        {"OUTSCOPE_ROOT_PATH": "status"},
        {"OUTSCOPE_ROOT_PATH": "//evil"},
        {"OUTSCOPE_ROOT_PATH": "/a b"},
        {"OUTSCOPE_CORS_ORIGINS": "status.example.com"},
        {"OUTSCOPE_CORS_ORIGINS": "https://a.example/path"},
    ],
)
def test_a_wrong_setting_gets_a_sentence(settings: dict[str, str]) -> None:
    with pytest.raises(ApiSettingsError, match=next(iter(settings))):
        read_api_settings(settings, "sqlite://x", "127.0.0.1", 8000)


NGINX = """
daemon off; pid {folder}/pid; error_log {folder}/errors;
events {{}}
http {{
  access_log off;
  client_body_temp_path {folder}; proxy_temp_path {folder}; fastcgi_temp_path {folder};
  uwsgi_temp_path {folder}; scgi_temp_path {folder};
  server {{
    listen 127.0.0.1:{port};
    location /status/ {{ proxy_pass http://127.0.0.1:{behind}{slash}; }}
  }}
}}
"""


@contextmanager
def proxy(folder: Path, port: int, behind: str, slash: str) -> Iterator[None]:
    (folder / "nginx.conf").write_text(
        NGINX.format(folder=folder, port=port, behind=behind, slash=slash)
    )
    nginx = shutil.which("nginx") or "/usr/sbin/nginx"
    running = subprocess.Popen([nginx, "-c", folder / "nginx.conf", "-p", folder])
    try:
        yield
    finally:
        running.terminate()
        running.wait(10)


def fetched(url: str) -> tuple[bytes, Any]:
    deadline = time.monotonic() + 20
    while True:
        try:
            with urllib.request.urlopen(url, timeout=5) as answer:
                return answer.read(), answer
        except OSError:
            if time.monotonic() > deadline:
                raise
            time.sleep(0.1)


@pytest.mark.slow
@pytest.mark.parametrize("slash", ["/", ""])
def test_it_works_below_a_prefix_of_a_proxy(
    api_database: str,
    free_port: Callable[[], int],
    tmp_path: Path,
    slash: str,
    seed: Callable[..., None],
) -> None:
    async def write(store: Store) -> None:
        await store.results.add([seeds.result(now() - n * 1000, n) for n in range(6)])

    seed(write)
    server = Server(api_database, free_port(), root_path="/status")
    server.start()
    port = free_port()
    here = f"http://127.0.0.1:{port}"
    try:
        with proxy(tmp_path, port, server.url.rpartition(":")[2], slash):
            page, _ = fetched(f"{here}/status/")
            for asset in ("web/styles/base.css", "web/core/start.js"):
                assert f'"./{asset}"'.encode() in page
                assert fetched(f"{here}/status/{asset}")[0]
            _, answer = fetched(f"{here}/status/v1/results?limit=2")
            following = answer.headers["link"].partition(">")[0].removeprefix("<")
            assert following.startswith("/status/v1/results?")
            assert fetched(here + following)[0]
            _, redirected = fetched(f"{here}/status/openapi.json")
            assert redirected.url == f"{here}/status/v1/openapi.json"
            assert b'"/status"' in fetched(f"{here}/status/v1/openapi.json")[0]
    finally:
        server.stop()
