"""The audit log over HTTP, and how often tokens were used."""

import pytest

from api.http.settings import TOKENS
from coordinator.access.scopes import Scope
from coordinator.store import Store
from coordinator.store.access.tokens import Use
from coordinator.store.audit import Entry, added, digest_of
from tests.api.http.access.asking import asking, bearer, token_of
from worker.contract.clock import now


async def test_lines_come_in_pages_the_newest_first_and_none_twice(
    api_database: str, configured: Store
) -> None:
    operator, _ = await token_of(configured, Scope.OPERATE)
    for number in range(25):
        await configured.audit.add(Entry(now(), "anna", "tried", f"about {number}", "here"))
    async with asking(api_database, access=TOKENS) as (api, _):
        seen: list[str] = []
        query: dict[str, str] = {"limit": "10", "about": "about"}
        while True:
            page = await api.get("/v1/audit", params=query, headers=bearer(operator))
            assert page.status_code == 200
            seen += [line["about"] for line in page.json()["items"]]
            if page.json()["next"] is None:
                break
            query["cursor"] = page.json()["next"]
        assert seen == [f"about {number}" for number in reversed(range(25))]
        other = await api.get(
            "/v1/audit", params={**query, "about": "else"}, headers=bearer(operator)
        )
        assert other.json()["code"] == "bad_cursor"


async def test_a_line_has_the_digests_of_what_was_and_of_what_is(
    api_database: str, configured: Store
) -> None:
    operator, _ = await token_of(configured, Scope.OPERATE)
    before, after = digest_of({"a": 1, "b": 2}), digest_of({"b": 3, "a": 1})
    assert before == digest_of({"b": 2, "a": 1}) != after
    line = Entry(now(), "anna", "configuration applied", "x", "here", before, after)
    await configured.audit.add(line)
    async with asking(api_database, access=TOKENS) as (api, _):
        page = await api.get("/v1/audit?limit=1", headers=bearer(operator))
    (found,) = page.json()["items"]
    assert (found["before_digest"], found["after_digest"]) == (before, after)
    assert (found["who"], found["from"]) == ("anna", "here")


async def test_a_line_is_as_lasting_as_what_it_tells(configured: Store) -> None:
    async def breaks() -> None:
        async with configured.audit._database.transaction() as transaction:
            await added(transaction, Entry(now(), "anna", "tried", "x", "here"))
            raise RuntimeError

    with pytest.raises(RuntimeError):
        await breaks()
    assert await configured.audit.latest(9) == []


async def test_uses_are_counted_by_token_and_address(api_database: str, configured: Store) -> None:
    token, known = await token_of(configured, Scope.READ, Scope.OPERATE)
    for address, times in (("192.0.2.7", 3), ("192.0.2.8", 1)):
        async with asking(api_database, address, access=TOKENS) as (api, _):
            for _ in range(times):
                await api.get("/v1/services", headers=bearer(token))
    (found,) = await configured.tokens.all()
    assert (found.id, found.uses, found.addresses) == (known.id, 4, 2)
    assert found.last_used_at is not None
    async with asking(api_database, access=TOKENS) as (api, _):
        (told,) = (await api.get("/v1/tokens", headers=bearer(token))).json()["items"]
    assert (told["uses"], told["addresses"]) == (4, 2)


async def test_tokens_that_ended_long_ago_and_their_addresses_are_forgotten(
    configured: Store,
) -> None:
    _, old = await token_of(configured, Scope.READ, ago_ms=200 * 86_400_000)
    _, new = await token_of(configured, Scope.READ)
    await configured.tokens.used(
        [Use(one.id, f"192.0.2.{n}", 1, now() + n) for one in (old, new) for n in range(3)]
    )
    await configured.tokens.forget(now())
    assert [(one.id, one.addresses) for one in await configured.tokens.all()] == [(new.id, 3)]
