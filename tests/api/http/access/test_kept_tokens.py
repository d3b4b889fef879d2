"""Tokens are not read anew for each request, and revoked is revoked at once, whoever does it."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from api.http.settings import TOKENS
from coordinator.access.scopes import Scope
from coordinator.store import Store, open_store
from coordinator.store.access.tokens import MOST_KEPT, AccessToken, Tokens
from coordinator.store.audit import Entry
from tests.api.http.access.asking import asking, bearer, token_of
from tests.api.process import ApiProcess
from worker.contract.clock import now


async def revoke(store: Store, token: AccessToken) -> None:
    entry = Entry(now(), "tester", "token revoked", token.id, "here")
    assert await store.tokens.revoke(token.id, now(), entry)


@pytest.mark.slow
async def test_another_process_revokes_and_the_next_request_is_refused(
    api_database: str, configured: Store, free_port: Callable[[], int], tmp_path: Path
) -> None:
    api = ApiProcess(api_database, free_port(), tmp_path / "log", OUTSCOPE_ACCESS=TOKENS)
    try:
        for _ in range(25):
            text, token = await token_of(configured, Scope.READ)
            shown = bearer(text)
            for _ in range(3):
                assert api.get("/v1/services", **shown)[0] == 200
            await revoke(configured, token)
            status, _, told = api.get("/v1/services", **shown)
            assert (status, told["code"]) == (401, "bad_token")
            assert "was revoked" in told["detail"]
    finally:
        api.stop()


async def test_a_token_is_read_once_until_somebody_commits_something(
    api_database: str, configured: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    text, token = await token_of(configured, Scope.READ)
    read: list[str] = []
    find = Tokens.find

    async def counted(self: Tokens, identifier: str) -> AccessToken | None:
        read.append(identifier)
        return await find(self, identifier)

    monkeypatch.setattr(Tokens, "find", counted)
    async with asking(api_database, access=TOKENS) as (api, _):
        for _ in range(10):
            assert (await api.get("/v1/services", headers=bearer(text))).status_code == 200
        assert read == [token.id]
        _, other = await token_of(configured, Scope.READ)
        for _ in range(10):
            assert (await api.get("/v1/services", headers=bearer(text))).status_code == 200
        assert read == [token.id] * 2
        await revoke(configured, other)
        assert (await api.get("/v1/services", headers=bearer(text))).status_code == 200
        assert read == [token.id] * 3


async def test_what_is_kept_is_what_the_store_has_and_bounded(
    store_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("coordinator.store.access.tokens.MOST_KEPT", 3)
    assert MOST_KEPT > 3
    async with (
        open_store(store_url) as store,
        open_store(store_url, migrate=False) as other,
        store.tokens.kept() as kept,
    ):
        assert await kept.find("nobody") is None
        made: list[Any] = [(await token_of(other, Scope.READ))[1] for _ in range(6)]
        for _ in range(2):
            assert [await kept.find(one.id) for one in made] == made
        assert len(kept._found) <= 3
        for one in made:
            await revoke(other, one)
            found = await kept.find(one.id)
            assert found is not None
            assert found.revoked_at is not None
        again = (await token_of(store, Scope.READ))[1]
        assert await kept.find(again.id) == again
