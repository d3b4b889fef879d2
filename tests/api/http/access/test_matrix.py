"""Every address by every scope, without a token, and with one that is no good."""

import asyncio
from typing import Final

import httpx
import pytest

from api.http.access.door import Requires
from api.http.access.table import Line, table
from api.http.app import create_app
from api.http.settings import TOKENS, ApiSettings
from coordinator.access.scopes import Scope
from coordinator.store import Store
from tests.api.http.access.asking import asking, bearer, token_of

LINES: Final = table(create_app(ApiSettings("sqlite://unused.db")))
ASKING: Final = [line for line in LINES if isinstance(line.asks, Requires)]
REFUSED: Final = ("no_token", "bad_token", "scope_missing", "wrong_address")


def named(line: Line) -> str:
    return f"{line.method} {line.path}"


def test_every_address_says_what_it_asks_for() -> None:
    assert [named(line) for line in LINES if line.asks is None] == []
    assert len(ASKING) > 25
    writes = [line for line in LINES if line.method != "GET"]
    asks_nobody = [named(line) for line in writes if not isinstance(line.asks, Requires)]
    assert sorted(asks_nobody) == [
        "DELETE /v1/session",
        "POST /status/{id}/confirm/{token}",
        "POST /status/{id}/subscribe",
        "POST /status/{id}/unsubscribe/{token}",
        "POST /v1/join",
        "POST /v1/relay/orders",
        "POST /v1/relay/reports",
        "POST /v1/session",
    ]
    reads = [
        named(line)
        for line in writes
        if isinstance(line.asks, Requires) and line.asks.scope not in (Scope.WRITE, Scope.OPERATE)
    ]
    assert reads == ["POST /v1/here/looks"], "it weighs what it is told, and keeps nothing"


async def code_of(api: httpx.AsyncClient, line: Line, headers: dict[str, str]) -> str | None:
    """The problem of access that an address answers; None where the caller was let in."""
    path = line.path.replace("{name}", "results").replace("{identifier}", "00000000")
    path = path.replace("{place:entry}", "services/claude")
    asked = api.build_request(line.method, path.replace("{id}", "claude"), headers=headers)
    try:
        async with asyncio.timeout(60):
            answer = await api.send(asked, stream=True)
            try:
                if answer.status_code < 400:
                    return None
                code = (await answer.aread(), answer.json()["code"])[1]
            finally:
                await answer.aclose()
    except TimeoutError:
        raise AssertionError(named(line)) from None
    assert ("www-authenticate" in answer.headers) == (code in REFUSED)
    return code if code in REFUSED else None


NOT_STREAMED: Final = [line for line in ASKING if line.path != "/v1/events"]
"""A stream never ends here: its own test asks it over a socket."""


async def test_a_token_opens_what_its_scopes_say_and_nothing_else(
    api_database: str, configured: Store
) -> None:
    tokens = {scope: (await token_of(configured, scope))[0] for scope in Scope}
    async with asking(api_database, access=TOKENS) as (api, _):
        for line in NOT_STREAMED:
            assert isinstance(line.asks, Requires)
            for scope, token in tokens.items():
                expected = None if scope == line.asks.scope else "scope_missing"
                assert await code_of(api, line, bearer(token)) == expected, (named(line), scope)


async def test_without_a_good_token_nothing_is_opened(api_database: str, configured: Store) -> None:
    good, _ = await token_of(configured, *Scope)
    revoked, what = await token_of(configured, *Scope)
    expired, _ = await token_of(configured, *Scope, ago_ms=3_600_000)
    elsewhere, _ = await token_of(configured, *Scope, networks=("198.51.100.0/24",))
    forged = good[:-20] + "A" * 14 + good[-6:]
    async with asking(api_database, access=TOKENS) as (api, _):
        await api.delete(f"/v1/tokens/{what.id}", headers=bearer(good))
        shown = {
            "no_token": [{}, {"authorization": "Bearer abc"}, {"cookie": f"token={good}"}],
            "bad_token": [bearer(revoked), bearer(expired), bearer(forged), bearer("os_")],
            "wrong_address": [bearer(elsewhere)],
        }
        for line in NOT_STREAMED:
            for code, several in shown.items():
                for headers in several:
                    assert await code_of(api, line, headers) == code, (named(line), headers)


@pytest.mark.parametrize("access", ["", "open"])
async def test_where_reading_is_open_writing_is_not(
    api_database: str, configured: Store, access: str
) -> None:
    async with asking(api_database, access=access) as (api, _):
        for line in NOT_STREAMED:
            assert isinstance(line.asks, Requires)
            reads = line.asks.scope in (Scope.READ, Scope.EXPORT)
            assert await code_of(api, line, {}) == (None if reads else "no_token"), named(line)


async def test_what_asks_nobody_needs_no_token(api_database: str, configured: Store) -> None:
    async with asking(api_database, access=TOKENS) as (api, _):
        for path in ("/v1/healthz", "/", "/docs", "/web/docs.js", "/v1/openapi.json"):
            assert (await api.get(path)).status_code == 200
        assert (await api.get("/v1/services")).status_code == 401
