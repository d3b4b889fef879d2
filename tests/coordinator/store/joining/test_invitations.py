"""Joining in the store, on each database."""

import asyncio
from hashlib import sha256

import pytest

from coordinator.joining.admission import OVERLAP_MS, Asked, RefusedError, admission
from coordinator.joining.token import digest_of, new_token
from coordinator.store import Store, open_store
from coordinator.store.audit import Entry
from coordinator.store.joining.invitations import Invitation
from worker.contract.http.joining import JoinRequest

NOW = 1_772_000_000_000


def entry(what: str = "worker invited", at: int = NOW, about: str = "eu-west") -> Entry:
    return Entry(at, "tester", what, about, "here")


async def invited(store: Store, worker: str | None = None) -> str:
    token = new_token()
    made = Invitation(0, digest_of(token), "eu-west", worker, None, NOW, NOW + 60_000)
    await store.invitations.add(made, entry())
    return token


async def join(store: Store, token: str, secret: str, at: int = NOW + 1) -> str:
    digest = sha256(secret.encode()).hexdigest()
    request = JoinRequest(token=token, secret_sha256=digest, at=at)
    ask = Asked(request, digest_of(token), "192.0.2.1", at)
    key = await store.invitations.redeem(ask.digest, admission(ask, {"eu-west"}))
    assert key.digest == digest
    return key.worker


async def test_of_two_that_use_a_token_at_once_one_is_let_in(store: Store, store_url: str) -> None:
    token = await invited(store)
    async with open_store(store_url) as other:
        tries = [join((store, other)[n % 2], token, f"secret {n}") for n in range(8)]
        found = await asyncio.gather(*tries, return_exceptions=True)
    refused = [one for one in found if isinstance(one, RefusedError)]
    assert [one.code for one in refused] == ["token_used"] * 7
    assert len(await store.worker_keys.all()) == 1


async def test_asked_again_with_the_same_secret_it_is_the_same_worker(store: Store) -> None:
    token = await invited(store)
    first = await join(store, token, "mine")
    assert await join(store, token, "mine", NOW + 3_600_000) == first
    assert [line.what for _, line in await store.audit.latest(9)] == [
        "worker joined",
        "worker invited",
    ]


async def test_a_refusal_changes_nothing(store: Store) -> None:
    with pytest.raises(RefusedError):
        await join(store, new_token(), "mine")
    assert await store.worker_keys.all() == []


async def test_a_new_key_ends_the_old_one_later(store: Store) -> None:
    worker = await join(store, await invited(store), "old")
    assert await join(store, await invited(store, worker), "new", NOW + 10) == worker
    old, new = await store.worker_keys.all()
    assert (old.until, new.until) == (NOW + 10 + OVERLAP_MS, None)
    assert old.lets_in(NOW + 10)
    assert not old.lets_in(NOW + 10 + OVERLAP_MS)


async def test_a_revoked_worker_is_let_in_by_no_key(store: Store) -> None:
    worker = await join(store, await invited(store), "old")
    await store.worker_keys.revoke("eu-west", worker, NOW + 5, entry("worker revoked"))
    (key,) = await store.worker_keys.all()
    assert not key.lets_in(NOW + 5)
    await store.worker_keys.remove("eu-west", worker, entry("worker removed"))
    assert await store.worker_keys.all() == []


async def test_the_audit_keeps_the_newest_lines_and_shows_in_one_line(store: Store) -> None:
    await store.audit.add(*(entry(f"act {n}", NOW + n) for n in range(30)))
    await store.audit.forget(10)
    assert [line.what for _, line in await store.audit.latest(99)] == [
        f"act {n}" for n in range(29, 19, -1)
    ]
    await store.audit.add(entry(about="a\x1b[2J\nb" + "x" * 400))
    ((_, line),) = await store.audit.latest(1)
    assert line.about.startswith("a�[2J�b")
    assert len(line.about) == 300
    assert await store.audit.latest(9, "%") == []
    assert await store.audit.latest(9, since=NOW + 1_000) == []


async def test_invitations_are_forgotten_long_after_they_expired(store: Store) -> None:
    token = await invited(store)
    await store.invitations.forget(NOW + 86_400_000)
    with pytest.raises(RefusedError, match="good until"):
        await join(store, token, "mine", NOW + 86_400_000)
    await store.invitations.forget(NOW + 40 * 86_400_000)
    with pytest.raises(RefusedError, match="not known"):
        await join(store, token, "mine", NOW + 40 * 86_400_000)
