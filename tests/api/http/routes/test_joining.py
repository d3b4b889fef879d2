"""Joining over HTTP: who is let in, and the table of what is refused."""

import asyncio
import json
from collections.abc import AsyncIterator
from hashlib import sha256
from typing import Any

import httpx
import pytest

from api.http.app import create_app
from api.http.settings import ApiSettings
from api.http.sources.attempts import MOST
from coordinator.joining.meeting import STANDING, Meeting
from coordinator.joining.token import digest_of, new_token
from coordinator.store import Store
from coordinator.store.audit import Entry
from coordinator.store.joining.invitations import Invitation
from worker.contract.clock import now

MEETING = Meeting("rediss://broker.example.com:6379/0", "PEM", "KEY")
DIGEST = sha256(b"secret").hexdigest()


@pytest.fixture
async def ready(configured: Store) -> Store:
    """The store as a coordinator leaves it, which is told of new keys at once."""
    await tell(configured, MEETING)
    return configured


async def tell(store: Store, meeting: Meeting) -> None:
    await store.standings.put(STANDING, STANDING, now(), meeting.document())


async def invited(store: Store, **fields: Any) -> str:
    token, at = new_token(), now()
    told = {"region": "eu-west", "worker": None, "network": None} | fields
    made = Invitation(0, digest_of(token), made_at=at, expires_at=at + 60_000, **told)
    await store.invitations.add(made, Entry(at, "tester", "worker invited", "eu-west", "here"))
    return token


async def applied(store: Store) -> None:
    """What the coordinator does with new keys."""
    while True:
        keys = [key for key in await store.worker_keys.all() if key.applied_at is None]
        await store.worker_keys.applied(keys, now())
        await asyncio.sleep(0.05)


@pytest.fixture
async def coordinator(ready: Store) -> AsyncIterator[None]:
    """Somebody who applies keys."""
    task = asyncio.create_task(applied(ready))
    yield
    task.cancel()


def body(token: str, **fields: Any) -> dict[str, Any]:
    return {"token": token, "secret_sha256": DIGEST, "at": now()} | fields


@pytest.mark.usefixtures("coordinator")
async def test_a_token_becomes_the_rights_of_one_worker(
    ready: Store, api: httpx.AsyncClient
) -> None:
    token = await invited(ready)
    answer = await api.post("/v1/join", json=body(token))
    told = answer.json()
    assert answer.status_code == 200
    assert answer.headers["cache-control"] == "no-store"
    assert (told["region"], told["broker"], told["broker_ca"], told["coordinator_key"]) == (
        "eu-west",
        "rediss://broker.example.com:6379/0",
        "PEM",
        "KEY",
    )
    assert told["user"] == f"worker.eu-west.{told['worker']}"
    assert (await api.post("/v1/join", json=body(token))).json() == told  # its answer was lost
    another = await api.post("/v1/join", json=body(token, secret_sha256="0" * 64))
    assert (another.status_code, another.json()["code"]) == (403, "token_used")
    assert [key.digest for key in await ready.worker_keys.all()] == [DIGEST]
    lines = [(line.who, line.what) for _, line in await ready.audit.latest(9)]
    assert lines == [
        ("127.0.0.1", "join refused"),
        ("127.0.0.1", "worker joined"),
        ("tester", "worker invited"),
    ]


REFUSED: dict[str, tuple[Any, int, str]] = {
    "unknown token": (lambda _t: body(new_token()), 403, "unknown_token"),
    "a clock behind": (lambda t: body(t, at=now() - 3_600_000), 409, "clock_off"),
    "a clock ahead": (lambda t: body(t, at=now() + 3_600_000), 409, "clock_off"),
    "a clock beyond all bounds": (lambda t: body(t, at=10**30), 409, "clock_off"),
    "no body": (lambda _t: b"", 422, "invalid_parameter"),
    "no JSON": (lambda _t: b"\x00\xff{", 422, "invalid_parameter"),
    "a list": (lambda _t: b"[]", 422, "invalid_parameter"),
    "deep": (lambda _t: b"[" * 4_000, 422, "invalid_parameter"),
    "no token": (lambda _t: {"secret_sha256": DIGEST, "at": now()}, 422, "invalid_parameter"),
    "a secret in the clear": (
        lambda t: body(t, secret_sha256="hunter2"),
        422,
        "invalid_parameter",
    ),
    "capitals": (lambda t: body(t, secret_sha256=DIGEST.upper()), 422, "invalid_parameter"),
    "no time": (lambda t: body(t, at="now"), 422, "invalid_parameter"),
    "a name that is none": (lambda t: body(t, name="a.b"), 422, "invalid_parameter"),
    "a token of text": (lambda _t: body("€" * 50), 403, "unknown_token"),
    "huge": (lambda t: body(t, name="x" * 100_000), 413, "too_large"),
}


@pytest.mark.parametrize("case", REFUSED)
async def test_what_is_refused_changes_nothing_and_leaves_a_line(
    case: str, ready: Store, api: httpx.AsyncClient
) -> None:
    make, status, code = REFUSED[case]
    token = await invited(ready)
    sent = make(token)
    content = sent if isinstance(sent, bytes) else json.dumps(sent).encode()
    answer = await api.post("/v1/join", content=content)
    told = answer.json()
    assert (answer.status_code, told["code"]) == (status, code)
    assert len(told["detail"]) > 30
    assert token not in answer.text
    assert "hunter2" not in answer.text
    assert await ready.worker_keys.all() == []
    assert len(await ready.invitations.open(now())) == 1
    ((_, line), _) = await ready.audit.latest(9)
    assert (line.what, line.source) == ("join refused", "127.0.0.1")
    assert line.about.startswith(code)


async def test_a_token_for_elsewhere_is_refused(ready: Store, api: httpx.AsyncClient) -> None:
    token = await invited(ready, network="198.51.100.0/24")
    answer = await api.post("/v1/join", json=body(token))
    assert (answer.status_code, answer.json()["code"]) == (403, "wrong_address")


@pytest.mark.parametrize("meeting", [None, Meeting("")], ids=["not run", "no address"])
async def test_without_a_place_to_meet_nobody_is_let_in(
    meeting: Meeting | None, configured: Store, api: httpx.AsyncClient
) -> None:
    if meeting is not None:
        await tell(configured, meeting)
    answer = await api.post("/v1/join", json=body(await invited(configured)))
    assert (answer.status_code, answer.json()["code"]) == (503, "cannot_join")
    assert len(await configured.invitations.open(now())) == 1


async def test_a_broker_on_loopback_is_for_this_machine_alone(
    configured: Store, api_database: str
) -> None:
    await tell(configured, Meeting("redis://127.0.0.1:6379/0", manages=False))
    app = create_app(ApiSettings(api_database))
    for address, status in (("192.0.2.7", 409), ("127.0.0.1", 200)):
        transport = httpx.ASGITransport(app=app, client=(address, 1))
        async with (
            app.router.lifespan_context(app),
            httpx.AsyncClient(transport=transport, base_url="http://localhost") as client,
        ):
            answer = await client.post("/v1/join", json=body(await invited(configured)))
        assert answer.status_code == status, answer.text


async def test_who_is_refused_too_often_has_to_wait(ready: Store, api: httpx.AsyncClient) -> None:
    for _ in range(MOST):
        assert (await api.post("/v1/join", json=body(new_token()))).status_code == 403
    answer = await api.post("/v1/join", json=body(await invited(ready)))
    assert (answer.status_code, answer.json()["code"]) == (429, "too_many_attempts")
    assert 0 < int(answer.headers["retry-after"]) <= 60


async def test_a_page_reads_nothing_there(api: httpx.AsyncClient) -> None:
    answer = await api.get("/v1/join")
    assert (answer.status_code, answer.json()["code"]) == (405, "method_not_allowed")


async def test_a_misspelt_parameter_is_refused(ready: Store, api: httpx.AsyncClient) -> None:
    answer = await api.post("/v1/join?token=x", json=body(await invited(ready)))
    assert answer.status_code == 422


RELAYS = {"relays": True}


async def test_a_worker_that_can_go_by_a_relay_is_told_where_it_is(
    ready: Store, coordinator: None, api: httpx.AsyncClient
) -> None:
    new = await api.post("/v1/join", json=body(await invited(ready), **RELAYS))
    old = await api.post("/v1/join", json=body(await invited(ready), secret_sha256="0" * 64))
    assert (new.json()["relay"], old.json()["relay"]) == ("here", "")
    assert new.json()["broker"] == old.json()["broker"] == MEETING.broker


@pytest.mark.parametrize("relay", ["off", "https://relay.example.com", "on"])
async def test_a_broker_that_nobody_reaches_is_no_obstacle_where_a_relay_is(
    relay: str, configured: Store, api_database: str
) -> None:
    app = create_app(ApiSettings(api_database, relay=relay, relay_broker="redis://b:6379/0"))
    transport = httpx.ASGITransport(app=app, client=("192.0.2.7", 1))
    async with (
        app.router.lifespan_context(app),
        httpx.AsyncClient(transport=transport, base_url="http://localhost") as client,
    ):
        for number, broker in enumerate(("", "redis://127.0.0.1:6379/0")):
            await tell(configured, Meeting(broker, manages=False))
            told = {"secret_sha256": f"{number}" * 64, "needs_relay": True, **RELAYS}
            answer = await client.post("/v1/join", json=body(await invited(configured), **told))
            if relay == "off":
                assert (answer.status_code, answer.json()["code"]) == (503, "cannot_join")
                assert "--via" in answer.json()["detail"]
            else:
                assert answer.status_code == 200, answer.text
                assert answer.json()["broker"] == ""
                assert answer.json()["relay"] == ("here" if relay == "on" else relay)
    if relay == "off":
        assert await configured.worker_keys.all() == []
