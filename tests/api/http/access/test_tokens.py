"""Tokens over HTTP: made, shown once, listed, revoked, and refused."""

from base64 import b64encode

import httpx
import pytest

from api.http.settings import TOKENS
from coordinator.access.scopes import Scope
from coordinator.access.token import digest_of, new_token
from coordinator.store import Store
from tests.api.http.access.asking import asking, bearer, token_of

ASKED = {"name": "ci", "scopes": ["read"]}


async def test_a_token_is_shown_once_and_stored_as_a_hash(
    api: httpx.AsyncClient, configured: Store
) -> None:
    operator, own = await token_of(configured, Scope.OPERATE, Scope.READ)
    answer = await api.post("/v1/tokens", json=ASKED, headers=bearer(operator))
    made = answer.json()
    assert (answer.status_code, answer.headers["cache-control"]) == (201, "no-store")
    assert made["made_by"] == f"tests ({own.id})"
    found = await configured.tokens.find(made["id"])
    assert found is not None
    assert found.digest == digest_of(made["token"])
    listed = await api.get("/v1/tokens", headers=bearer(operator))
    assert made["token"] not in listed.text
    assert [one["name"] for one in listed.json()["items"]] == ["tests", "ci"]
    (_, line), *_ = await configured.audit.latest(1)
    assert (line.who, line.what) == (f"tests ({own.id})", "token created")
    assert made["token"] not in line.about


async def test_a_revoked_one_is_refused_from_the_next_request_on(
    api_database: str, configured: Store
) -> None:
    operator, _ = await token_of(configured, Scope.OPERATE)
    token, kept = await token_of(configured, Scope.READ)
    async with asking(api_database, access=TOKENS) as (api, _):
        assert (await api.get("/v1/services", headers=bearer(token))).status_code == 200
        for _ in range(2):  # a repeat changes nothing
            gone = await api.delete(f"/v1/tokens/{kept.id}", headers=bearer(operator))
            assert (gone.status_code, gone.content) == (204, b"")
        refused = await api.get("/v1/services", headers=bearer(token))
        assert (refused.status_code, refused.json()["code"]) == (401, "bad_token")
        assert "was revoked" in refused.json()["detail"]
    lines = [line.what for _, line in await configured.audit.latest(9)]
    assert lines.count("token revoked") == 1


async def test_nobody_gives_what_it_does_not_have(
    api: httpx.AsyncClient, configured: Store
) -> None:
    operator, _ = await token_of(configured, Scope.OPERATE)
    answer = await api.post("/v1/tokens", json=ASKED, headers=bearer(operator))
    assert (answer.status_code, answer.json()["code"]) == (403, "scope_missing")
    assert len(await configured.tokens.all()) == 1


async def test_what_is_no_good_token_is_refused(api: httpx.AsyncClient, configured: Store) -> None:
    good, _ = await token_of(configured, Scope.READ)
    for wrong in (new_token(), good[:-1], good[:3] + good[3:].swapcase(), "os_" + "x" * 5000):
        answer = await api.get("/v1/services", headers=bearer(wrong))
        assert (answer.status_code, answer.json()["code"]) == (401, "bad_token")
        assert answer.headers["www-authenticate"].endswith('error="invalid_token"')
        assert wrong not in answer.text
    # what a proxy before us is shown is not ours to judge
    for others in ("Bearer abc", "Basic YTpi", "Basic ???", "Digest x"):
        answer = await api.get("/v1/services", headers={"authorization": others})
        assert answer.status_code == 200


async def test_readers_of_feeds_show_it_as_a_password(api_database: str, configured: Store) -> None:
    token, _ = await token_of(configured, Scope.READ)
    told = b64encode(f"anybody:{token}".encode()).decode()
    async with asking(api_database, access=TOKENS) as (api, _):
        answer = await api.get("/v1/services", headers={"authorization": f"Basic {told}"})
        assert answer.status_code == 200


@pytest.mark.parametrize(
    ("body", "status", "part"),
    [
        (b"", 422, "body"),
        (b"{", 422, "body"),
        (b'{"name": "ci"}', 422, "scopes"),
        (b'{"name": "ci", "scopes": ["all"]}', 422, "scopes"),
        (b'{"name": "ci", "scopes": ["read"], "admin": true}', 422, "admin"),
        (b'{"name": "ci", "scopes": ["read"], "expires": "x"}', 422, "expires"),
        (b'{"name": "ci", "scopes": ["read"], "networks": ["x"]}', 422, "networks"),
        (b'{"name": 7, "scopes": ["read"]}', 422, "name"),
        (b"[" * 60_000, 422, "body"),
        (b" " * 70_000, 413, None),
    ],
)
async def test_what_is_asked_wrongly_is_named(
    api: httpx.AsyncClient, configured: Store, body: bytes, status: int, part: str | None
) -> None:
    operator, _ = await token_of(configured, Scope.OPERATE, Scope.READ)
    answer = await api.post("/v1/tokens", content=body, headers=bearer(operator))
    assert answer.status_code == status
    if part is not None:
        assert part in [mistake["parameter"] for mistake in answer.json()["errors"]]
    assert len(await configured.tokens.all()) == 1


async def test_an_unknown_one_is_not_revoked(api: httpx.AsyncClient, configured: Store) -> None:
    operator, _ = await token_of(configured, Scope.OPERATE)
    answer = await api.delete("/v1/tokens/nothing", headers=bearer(operator))
    assert (answer.status_code, answer.json()["code"]) == (404, "unknown_access_token")


async def test_a_token_takes_nothing_away_of_what_anybody_may(
    api: httpx.AsyncClient, configured: Store
) -> None:
    token, _ = await token_of(configured, Scope.WRITE)
    read = await api.get("/v1/services", headers=bearer(token))
    assert read.status_code == 200, "reading is open here"
    refused = await api.get("/v1/tokens", headers=bearer(token))
    assert refused.json()["code"] == "scope_missing"
    refused = await api.post("/v1/tokens", headers=bearer(token), json=ASKED)
    assert refused.json()["code"] == "scope_missing"
