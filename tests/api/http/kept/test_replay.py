"""Answers that are given out again are those that the address would make, to those who may ask."""

import json
import re
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from itertools import product
from typing import Any

import httpx
import pytest
from backports import zstd
from fastapi import FastAPI
from starlette.types import ASGIApp, Receive, Scope, Send

from api.http.answers import packing
from api.http.app import create_app
from api.http.kept import replay
from api.http.kept.replay import Replay
from api.http.settings import OPEN, TOKENS, ApiSettings
from coordinator.access.scopes import Scope as Asked
from coordinator.access.token import new_token
from coordinator.store import Store
from coordinator.store.audit import Entry
from tests.api import seeds
from tests.api.http.access.asking import bearer, token_of
from worker.contract.clock import now

PATHS = (
    "/v1/overview",
    "/v1/board",
    "/v1/services",
    "/v1/services/claude",
    "/v1/services/claude.md",
    "/v1/services/internet",
    "/v1/services/claude/matrix",
    "/v1/services/claude/evidence",
    "/v1/regions",
    "/v1/workers",
    "/v1/here",
    "/v1/here?service=claude",
    "/v1/advice",
    "/v1/advice?services=openai,claude",
    "/v1/advice?services=claude&region=eu-west",
    "/v1/services/nowhere",
    "/v1/services?page=2",
)
ACCEPTED = ("", "application/json", "text/markdown")
PACKED = ("", "gzip", "zstd, gzip")
HELD = ("", "*", '"another"')
_AT = re.compile(rb'"at":"[^"]*","ttl_s"|at: .*\nttl_s')
Told = tuple[int, list[tuple[str, str]], bytes]


class Counting:
    """Counts what reaches the app behind it."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app
        self.count = 0

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        self.count += scope["type"] == "http"
        await self.app(scope, receive, send)


class Outside:
    """Keeps answers of a whole app."""

    def __init__(self, app: FastAPI) -> None:
        self.app = app
        self.counting = Counting(app)
        self.replay = Replay(self.counting)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        scope["app"] = self.app
        await self.replay(scope, receive, send)


@asynccontextmanager
async def asked(
    database: str, *, fresh_ms: int = 60_000, client: str = "127.0.0.1", **settings: Any
) -> AsyncIterator[tuple[httpx.AsyncClient, Outside]]:
    """A client of an API whose snapshots last for so long; with 0, nothing is kept."""
    patient = {"coordinator_silent_ms": 10**9, **settings}
    told = ApiSettings(database, refresh_ms=fresh_ms, stale_ms=fresh_ms, **patient)
    app = create_app(told)
    outside = Outside(app)
    transport = httpx.ASGITransport(app=outside, raise_app_exceptions=False, client=(client, 4000))
    async with (
        app.router.lifespan_context(app),
        httpx.AsyncClient(transport=transport, base_url="http://localhost") as asks,
    ):
        yield asks, outside


def renewed(outside: Outside) -> None:
    """The next request reads the store."""
    outside.app.state.sources.snapshots._taken = None


def ways() -> Iterator[tuple[str, dict[str, str]]]:
    """Every path, asked in every way."""
    for path, accept, packed, held in product(PATHS, ACCEPTED, PACKED, HELD):
        named = {"accept": accept, "accept-encoding": packed, "if-none-match": held}
        yield path, {name: value for name, value in named.items() if value or name != "accept"}


def told(answer: httpx.Response) -> Told:
    """All of an answer; advice tells when it was given, which nothing else of it depends on."""
    coding = answer.headers.get("content-encoding")
    body = zstd.decompress(answer.content) if coding == "zstd" else answer.content
    bare = _AT.sub(b"", body)
    headers = answer.headers.multi_items()
    if bare != body or (coding and b'"address":' in body):  # packed in two parts is longer
        headers = [one for one in headers if one[0] != "content-length"]
    return answer.status_code, sorted(headers), bare


async def test_an_answer_given_out_again_is_byte_by_byte_the_one_made_anew(
    api_database: str, configured: Store
) -> None:
    async with asked(api_database) as (kept, outside), asked(api_database, fresh_ms=0) as (new, _):
        for number in range(3):
            at = now()
            bad = seeds.verdict(
                "claude", at, "regional", "outage", ["us-east"], ["api"], f"seen {number} times"
            )
            await seeds.judged(configured, at, bad, seeds.verdict("openai", at))
            await configured.incidents.apply(seeds.incident("claude", at, number=number))
            renewed(outside)
            for path, headers in ways():
                made = told(await new.get(path, headers=headers))
                first = told(await kept.get(path, headers=headers))
                again = told(await kept.get(path, headers=headers))
                assert made == first == again, (path, headers)
            told_now = (await kept.get("/v1/services/claude")).json()["verdict"]["reason"]
            assert told_now == f"seen {number} times"


async def test_the_address_makes_an_answer_once_until_the_board_changes(
    api_database: str, configured: Store
) -> None:
    async with asked(api_database) as (api, outside):
        for path in PATHS[:-2]:
            before = outside.counting.count
            for _ in range(5):
                assert (await api.get(path)).status_code == 200
            assert outside.counting.count == before + 1, path
        renewed(outside)
        before = outside.counting.count
        for path in PATHS[:-2]:
            assert (await api.get(path)).status_code == 200
        assert outside.counting.count == before + len(PATHS[:-2])


async def test_what_is_asked_for_otherwise_is_another_answer(
    api_database: str, configured: Store
) -> None:
    async with asked(api_database, root_path="/status", origins=("https://a.example",)) as (api, _):
        plain = await api.get("/v1/services")
        for _ in range(2):
            assert (await api.get("/status/v1/services")).content == plain.content
            assert (await api.head("/v1/services")).content == b""
            assert (await api.get("/v1/services", headers={"host": "evil.example"})).status_code
            assert (await api.post("/v1/services")).status_code == 405
            shared = await api.get("/v1/services", headers={"origin": "https://a.example"})
            assert shared.headers["access-control-allow-origin"] == "https://a.example"
            other = await api.get("/v1/services", headers={"origin": "https://b.example"})
            assert "access-control-allow-origin" not in other.headers
            assert "access-control-allow-origin" not in (await api.get("/v1/services")).headers
            strange = await api.get("/v1/services", headers={"host": "evil.example"})
            assert (strange.status_code, strange.json()["code"]) == (421, "unknown_host")


@asynccontextmanager
async def from_address(outside: Outside, address: str) -> AsyncIterator[httpx.AsyncClient]:
    """A client at another address."""
    transport = httpx.ASGITransport(app=outside, client=(address, 1))
    async with httpx.AsyncClient(transport=transport, base_url="http://localhost") as client:
        yield client


async def test_each_caller_is_told_of_its_own_place(api_database: str, configured: Store) -> None:
    await seeds.judged(configured, now(), seeds.verdict("claude", now()))
    async with (
        asked(api_database, client="8.8.8.8") as (one, outside),
        from_address(outside, "203.0.113.9") as two,
    ):
        for _ in range(2):
            assert (await one.get("/v1/here")).json()["address"] == "8.8.8.8"
            assert (await two.get("/v1/here")).json()["address"] == "203.0.113.9"


NEIGHBOURS = ("141.1.1.1", "141.1.1.222")
"""In one network of Germany; the second is longer to write."""
ELSEWHERE = ("133.11.0.1", "8.8.8.8", "127.0.0.1", "2001:4860:4860::8888")


async def test_many_callers_are_each_told_what_would_be_made_for_them_alone(
    api_database: str, configured: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(packing, "WORTH", 100)
    bad = seeds.verdict("claude", now(), "regional", "outage", ["ap-northeast"], ["api"])
    await seeds.judged(configured, now(), bad, seeds.verdict("openai", now()))
    async with asked(api_database) as (_, kept), asked(api_database, fresh_ms=0) as (_, new):
        for _, address, packed in product(range(2), (*NEIGHBOURS, *ELSEWHERE), PACKED):
            headers = {"accept-encoding": packed}
            async with from_address(new, address) as client:
                made = told(await client.get("/v1/here", headers=headers))
            async with from_address(kept, address) as client:
                for path in ("/v1/here", "/v1/here?service=claude"):
                    answer = await client.get(path, headers=headers)
                    assert address in answer.text or packed.startswith("zstd")
                assert told(await client.get("/v1/here", headers=headers)) == made
        bodies = [await _place(kept, one) for one in (*NEIGHBOURS, *ELSEWHERE)]
    first, second, *others = bodies
    assert {**first, "address": second["address"]} == second
    assert all(one["near"] != first["near"] for one in others)


async def _place(outside: Outside, address: str) -> dict[str, Any]:
    async with from_address(outside, address) as client:
        found: dict[str, Any] = (await client.get("/v1/here")).json()
    return found


@pytest.mark.parametrize("packed", PACKED)
async def test_callers_of_one_country_are_kept_as_one(
    api_database: str, configured: Store, monkeypatch: pytest.MonkeyPatch, packed: str
) -> None:
    monkeypatch.setattr(packing, "WORTH", 100)
    await seeds.judged(configured, now(), seeds.verdict("claude", now()))
    async with asked(api_database) as (_, outside):
        for number in range(200):
            address = f"141.1.{number}.7"
            async with from_address(outside, address) as client:
                answer = await client.get("/v1/here", headers={"accept-encoding": packed})
            assert answer.headers.get("content-encoding", "") == packed.partition(",")[0]
            assert json.loads(told(answer)[2])["address"] == address
        assert outside.counting.count == 1
        least = len(told(answer)[2]) - len(address) - 100  # how it begins is not kept
        assert outside.replay._bytes >= least, "the bound is of all that is kept"
        assert len(outside.replay._of) == 1
        renewed(outside)
        await _place(outside, NEIGHBOURS[0])
        assert outside.counting.count == 2


async def test_what_one_may_read_is_kept_from_those_who_may_not(
    api_database: str, configured: Store
) -> None:
    reader, token = await token_of(configured, Asked.READ)
    exporter, _ = await token_of(configured, Asked.EXPORT)
    async with asked(api_database, access=TOKENS) as (api, _):
        for path in PATHS[:-2]:
            good = await api.get(path, headers=bearer(reader))
            assert good.status_code == 200
            for _ in range(2):
                assert (await api.get(path)).json()["code"] == "no_token"
                wrong = await api.get(path, headers=bearer(exporter))
                assert (wrong.status_code, wrong.json()["code"]) == (403, "scope_missing")
                forged = await api.get(path, headers=bearer(new_token()))
                assert (forged.status_code, forged.json()["code"]) == (401, "bad_token")
                again = await api.get(path, headers=bearer(reader))
                assert again.headers["vary"] == good.headers["vary"]
                assert told(again) == told(good)
        entry = Entry(now(), "tester", "token revoked", token.id, "here")
        assert await configured.tokens.revoke(token.id, now(), entry)
        for path in PATHS[:-2]:
            gone = await api.get(path, headers=bearer(reader))
            assert (gone.status_code, gone.json()["code"]) == (401, "bad_token")


async def test_each_request_counts_once_whoever_answers_it(
    api_database: str, configured: Store
) -> None:
    good, _ = await token_of(configured, Asked.READ)
    limited: dict[str, Any] = {"access": OPEN, "rate_limit": "5/hour"}
    async with asked(api_database, **limited) as (api, outside):
        for left in (4, 3, 2, 1, 0):
            answer = await api.get("/v1/services", headers=bearer(good))
            assert answer.headers["ratelimit"].startswith(f'"caller";r={left};t=')
            assert answer.headers.get_list("ratelimit-policy") == ['"caller";q=5;w=3600']
        refused = await api.get("/v1/services", headers=bearer(good))
        assert (refused.status_code, refused.json()["code"]) == (429, "too_many_requests")
        codes = [
            (await api.get("/v1/services", headers=bearer(new_token()))).status_code
            for _ in range(6)
        ]
        assert codes == [401] * 5 + [429]
        assert outside.app.state.sources.uses._counted.popitem()[1][0] == 5


async def test_what_is_kept_is_bounded_whatever_is_asked(
    api_database: str, configured: Store, monkeypatch: Any
) -> None:
    monkeypatch.setattr(replay, "MOST", 10)
    async with asked(api_database) as (api, outside):
        for number in range(50):
            headers = {"accept": f"text/x{number}"}
            assert (await api.get("/v1/services", headers=headers)).status_code == 200
            assert len(outside.replay._of) <= 10
