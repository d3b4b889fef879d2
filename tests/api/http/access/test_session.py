"""Sessions: signed in by a token, a link or a provider; writes come from our own page alone."""

from collections.abc import AsyncIterator, Callable, Iterator
from typing import Any

import httpx
import pytest
from joserfc.jwk import RSAKey

from api.http.access.oidc import read_oidc
from api.http.settings import TOKENS, ApiSettingsError
from coordinator.access.local import offer_link, take_given
from coordinator.access.scopes import Scope
from coordinator.access.token import new_token
from coordinator.store import Store
from coordinator.store.audit import Entry
from tests.api.http.access.asking import asking, bearer, token_of
from tests.api.http.access.provider import CLIENT, SECRET, OpenIdProvider
from worker.contract.clock import now

TOLD = {"name": "ci", "scopes": ["read"]}


@pytest.fixture
async def closed(api_database: str, configured: Store) -> AsyncIterator[httpx.AsyncClient]:
    """A browser that asks an API which asks for tokens."""
    async with asking(api_database, access=TOKENS) as (api, _):
        yield api


async def csrf(api: httpx.AsyncClient) -> dict[str, str]:
    return {"x-outscope-csrf": (await api.get("/v1/session")).json()["csrf"]}


async def test_a_browser_is_signed_in_by_a_token_for_as_long_as_that_is_good(
    closed: httpx.AsyncClient, configured: Store
) -> None:
    token, kept = await token_of(configured, Scope.READ)
    before = (await closed.get("/v1/session")).json()
    assert (before["signed_in"], before["scopes"], before["csrf"]) == (False, [], None)
    answer = await closed.post("/v1/session", json={"token": token})
    assert answer.status_code == 204
    cookie = answer.headers["set-cookie"].lower()
    assert "httponly" in cookie
    assert "samesite=lax" in cookie
    assert token not in cookie
    services = await closed.get("/v1/services")
    assert services.status_code == 200
    assert "Cookie" in services.headers["vary"]
    assert (await closed.get("/v1/tokens")).json()["code"] == "scope_missing"
    line = Entry(now(), "tester", "token revoked", kept.id, "here")
    await configured.tokens.revoke(kept.id, now(), line)
    assert (await closed.get("/v1/services")).status_code == 401


async def test_writes_by_a_session_come_from_our_own_page(
    closed: httpx.AsyncClient, configured: Store
) -> None:
    token, _ = await token_of(configured, *Scope)
    await closed.post("/v1/session", json={"token": token})
    ours = await csrf(closed)
    for headers in ({}, {"x-outscope-csrf": "guess"}, {**ours, "origin": "https://evil.example"}):
        answer = await closed.post("/v1/tokens", json=TOLD, headers=headers)
        assert (answer.status_code, answer.json()["code"]) == (403, "not_our_page")
    good = await closed.post(
        "/v1/tokens", json=TOLD, headers={**ours, "origin": "http://localhost"}
    )
    assert good.status_code == 201
    # a token needs no such proof, whatever cookies come along
    assert (await closed.post("/v1/tokens", json=TOLD, headers=bearer(token))).status_code == 201
    assert (await closed.delete("/v1/session")).json()["code"] == "not_our_page"
    assert (await closed.delete("/v1/session", headers=ours)).status_code == 204
    assert (await closed.get("/v1/services")).status_code == 401


@pytest.mark.parametrize(
    "headers",
    [{"origin": "https://evil.example"}, {"content-type": "text/plain"}],
)
async def test_no_other_page_signs_a_browser_in(
    closed: httpx.AsyncClient, configured: Store, headers: dict[str, str]
) -> None:
    token, _ = await token_of(configured, Scope.READ)
    told = {"content-type": "application/json", **headers}
    body = f'{{"token": "{token}"}}'
    answer = await closed.post("/v1/session", content=body, headers=told)
    assert (answer.status_code, answer.json()["code"]) == (403, "not_our_page")
    assert "set-cookie" not in answer.headers


async def test_a_link_is_good_once_and_an_hour(
    closed: httpx.AsyncClient, configured: Store
) -> None:
    link = await offer_link(configured, Entry(now(), "anna", "sign-in link made", "", "here"))
    old = Entry(now() - 3_700_000, "anna", "sign-in link made", "", "here")
    late = await offer_link(configured, old)
    assert (await closed.post("/v1/session", json={"link": late})).status_code == 403
    assert (await closed.post("/v1/session", json={"link": link})).status_code == 204
    told = (await closed.get("/v1/session")).json()
    assert (told["who"], told["scopes"]) == ("administrator", sorted(Scope))
    again = await closed.post("/v1/session", json={"link": link})
    assert (again.status_code, again.json()["code"]) == (403, "not_signed_in")
    made = await closed.post("/v1/tokens", json=TOLD, headers=await csrf(closed))
    assert made.json()["made_by"] == "administrator"


async def test_a_first_administrators_token_is_taken_once_and_stays_revoked(
    configured: Store,
) -> None:
    text, told = new_token(), Entry(now(), "env", "", "", "here")
    await take_given(configured, text, told)
    (made,) = await configured.tokens.all()
    await configured.tokens.revoke(made.id, now(), told)
    await take_given(configured, text, told)
    (found,) = await configured.tokens.all()
    assert found.revoked_at is not None


@pytest.fixture(scope="module")
def started() -> Iterator[list[OpenIdProvider]]:
    """The provider of all tests here, started by the first."""
    running: list[OpenIdProvider] = []
    yield running
    for one in running:
        one.stop()


@pytest.fixture
def provider(started: list[OpenIdProvider], free_port: Callable[[], int]) -> OpenIdProvider:
    """A provider that knows Anna, who is in `sre`."""
    if not started:
        started.append(OpenIdProvider(free_port()))
        started[0].start()
    found = started[0]
    found.signs = found.key
    found.claims = {
        "sub": "7",
        "email": "anna@example.com",
        "email_verified": True,
        "groups": ["sre"],
    }
    return found


@pytest.fixture
async def browser(
    api_database: str, configured: Store, provider: OpenIdProvider
) -> AsyncIterator[httpx.AsyncClient]:
    """A browser at an API that lets people sign in by the provider."""
    environ = {
        "OUTSCOPE_OIDC_ISSUER": provider.issuer,
        "OUTSCOPE_OIDC_CLIENT_ID": CLIENT,
        "OUTSCOPE_OIDC_CLIENT_SECRET": SECRET,
        "OUTSCOPE_OIDC_ROLES": "sre=read+operate,staff=read",
    }
    async with asking(api_database, access=TOKENS, environ=environ) as (api, _):
        yield api


async def went_to_the_provider(browser: httpx.AsyncClient) -> str:
    """The address that the provider sends the browser back to."""
    begun = await browser.get("/v1/session/begin")
    assert begun.status_code == 303
    async with httpx.AsyncClient(trust_env=False) as outside:
        sent = await outside.get(begun.headers["location"])
    return str(sent.headers["location"])


async def test_people_sign_in_by_the_provider_and_may_do_what_their_groups_say(
    browser: httpx.AsyncClient, configured: Store
) -> None:
    back = await went_to_the_provider(browser)
    assert back.startswith("http://localhost/v1/session/callback?code=")
    done = await browser.get(back)
    assert (done.status_code, done.headers["location"]) == (303, "/")
    told = (await browser.get("/v1/session")).json()
    assert (told["who"], told["scopes"]) == ("anna@example.com", ["operate", "read"])
    assert (await browser.get("/v1/audit")).json()["items"][0]["who"] == "anna@example.com"
    again = await browser.get(back)  # the browser waits for nobody any more
    assert (again.status_code, again.json()["code"]) == (403, "not_signed_in")


async def test_a_code_that_another_browser_began_signs_nobody_in(
    browser: httpx.AsyncClient,
) -> None:
    back = await went_to_the_provider(browser)
    await browser.get("/v1/session/begin")
    answer = await browser.get(back)
    assert (answer.status_code, answer.json()["code"]) == (403, "not_signed_in")


@pytest.mark.parametrize(
    "claims",
    [
        {"groups": ["others"]},
        {"groups": None},
        {"aud": "another"},
        {"iss": "https://evil.example"},
        {"nonce": "another"},
        {"exp": 1_000_000},
    ],
)
async def test_who_has_no_role_or_no_good_token_is_not_signed_in(
    browser: httpx.AsyncClient, provider: OpenIdProvider, claims: dict[str, Any]
) -> None:
    provider.claims |= claims
    answer = await browser.get(await went_to_the_provider(browser))
    assert (answer.status_code, answer.json()["code"]) == (403, "not_signed_in")
    assert (await browser.get("/v1/services")).status_code == 401


async def test_an_id_token_of_another_key_signs_nobody_in(
    browser: httpx.AsyncClient, provider: OpenIdProvider
) -> None:
    provider.signs = RSAKey.generate_key(2048, {"kid": "one"})
    answer = await browser.get(await went_to_the_provider(browser))
    assert (answer.status_code, answer.json()["code"]) == (403, "not_signed_in")


async def test_an_address_that_is_not_verified_is_nobodys_name(
    browser: httpx.AsyncClient, provider: OpenIdProvider
) -> None:
    provider.claims |= {"email_verified": False, "preferred_username": "ann"}
    await browser.get(await went_to_the_provider(browser))
    assert (await browser.get("/v1/session")).json()["who"] == "ann"


async def test_a_provider_that_is_away_is_told(
    api_database: str, configured: Store, free_port: Callable[[], int]
) -> None:
    environ = {
        "OUTSCOPE_OIDC_ISSUER": f"http://127.0.0.1:{free_port()}",
        "OUTSCOPE_OIDC_CLIENT_ID": CLIENT,
        "OUTSCOPE_OIDC_ROLES": "*=read",
    }
    async with asking(api_database, environ=environ) as (api, _):
        answer = await api.get("/v1/session/begin")
        assert (answer.status_code, answer.json()["code"]) == (503, "provider_away")
    async with asking(api_database) as (api, _):
        assert (await api.get("/v1/session/begin")).status_code == 404


@pytest.mark.parametrize(
    ("wrong", "named"),
    [
        ({"OUTSCOPE_OIDC_ISSUER": "http://idp.example"}, "OUTSCOPE_OIDC_ISSUER"),
        ({"OUTSCOPE_OIDC_CLIENT_ID": ""}, "OUTSCOPE_OIDC_CLIENT_ID"),
        ({"OUTSCOPE_OIDC_ROLES": ""}, "OUTSCOPE_OIDC_ROLES"),
        ({"OUTSCOPE_OIDC_ROLES": "sre=root"}, "OUTSCOPE_OIDC_ROLES"),
        ({"OUTSCOPE_OIDC_ROLES": "sre"}, "OUTSCOPE_OIDC_ROLES"),
    ],
)
def test_a_wrong_setting_of_the_provider_is_named(wrong: dict[str, str], named: str) -> None:
    good = {
        "OUTSCOPE_OIDC_ISSUER": "https://idp.example",
        "OUTSCOPE_OIDC_CLIENT_ID": "x",
        "OUTSCOPE_OIDC_ROLES": "*=read",
    }
    assert read_oidc({}) is None
    assert read_oidc(good) is not None
    with pytest.raises(ApiSettingsError, match=named):
        read_oidc({**good, **wrong})
