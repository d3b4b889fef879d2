"""Telling of incidents, over real mail and web servers: once, in order, over restarts; channels
that hang, refuse, redirect or are gone.
"""

import asyncio
import json
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Any

import pytest
from standardwebhooks import Webhook

from coordinator.configuration import from_document
from coordinator.domain.model.incident import IncidentEvent, Moment
from coordinator.notifying import delivering
from coordinator.notifying.loop import NotifyLoop
from coordinator.store import Store
from tests.coordinator.domain.notifying.incidents import incident, over
from tests.coordinator.notifying.receivers import mail_server, web_server
from worker.contract.clock import now

SECRET = "whsec_" + "MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3ODlhYmNkZWY="
LINK = "https://outscope.example.com"


def configured(*notify: dict[str, Any]) -> Any:
    check = {"id": "api", "kind": "tcp", "interval_ms": 90_000, "timeout_ms": 9_000, "params": {}}
    components = [
        {"id": "api", "name": "Claude API", "checks": [check]},
        {"id": "web", "name": "claude.ai", "checks": []},
    ]
    service = {"id": "claude", "name": "Claude", "role": "service", "components": components}
    regions = [{"id": "eu-west", "name": "Ireland"}, {"id": "us-east", "name": "Virginia"}]
    return from_document({"regions": regions, "services": [service], "notify": list(notify)})


@asynccontextmanager
async def telling(
    store: Store, *notify: dict[str, Any], **environ: str
) -> AsyncIterator[NotifyLoop]:
    """The loop at work."""
    loop = NotifyLoop(store, configured(*notify), {"OUTSCOPE_PUBLIC_URL": LINK, **environ})
    stop = asyncio.Event()
    running = asyncio.create_task(loop.run(stop))
    try:
        yield loop
    finally:
        stop.set()
        await running


async def until(done: Callable[[], bool]) -> None:
    async with asyncio.timeout(60):
        while not done():  # noqa: ASYNC110 - servers in threads tell nobody
            await asyncio.sleep(0.05)


async def tried(store: Store) -> list[dict[str, Any]]:
    """The messages, when one was tried."""
    async with asyncio.timeout(60):
        while True:
            found = (await store.deliveries.page()).items
            if any(one["tries"] for one in found):
                return found
            await asyncio.sleep(0.05)


async def states(store: Store) -> list[str]:
    return [one["state"] for one in (await store.deliveries.page()).items]


async def all_sent(store: Store, number: int) -> None:
    """Returns when so many are known to have arrived: a receiver knows it before we do."""
    async with asyncio.timeout(60):
        while await states(store) != ["sent"] * number:  # noqa: ASYNC110 - a database tells nobody
            await asyncio.sleep(0.05)


async def begins(store: Store, name: str = "claude-1", service: str = "claude") -> Any:
    at = now()
    one = incident(name, service, started_by=at, started_after=at - 1000, opened_at=at)
    await store.incidents.apply(IncidentEvent(at, Moment.OPENED, one))
    return one


async def ends(store: Store, one: Any) -> None:
    await store.incidents.apply(IncidentEvent(now(), Moment.RESOLVED, over(one, now())))


async def test_a_mail_when_it_begins_and_one_when_it_is_over(
    store: Store, free_port: Callable[[], int]
) -> None:
    port = free_port()
    to = f"mailto://127.0.0.1:{port}?from=outscope@example.com&to=me@example.com"
    with mail_server(port) as box:
        async with telling(store, {"id": "me", "to": [to]}):
            one = await begins(store)
            await until(lambda: len(box.mails) == 1)
            await ends(store, one)
            await until(lambda: len(box.mails) == 2)
        async with telling(store, {"id": "me", "to": [to]}):  # as after a restart
            await asyncio.sleep(1.2)
    assert len(box.mails) == 2
    first, last = (str(mail["subject"]) for mail in box.mails)
    assert first == "Claude: Claude API disrupted everywhere"
    assert last.startswith("Claude: over after")
    text = box.mails[0].get_payload(decode=True) or str(box.mails[0])
    assert f"Evidence: {LINK}/incidents/claude-1" in str(box.mails[0]) + str(text)


async def test_what_is_on_its_way_at_a_restart_comes_once(store: Store) -> None:
    with web_server() as hook:
        hook.pause_s = 1.0
        entry = {"id": "hook", "to": [f"http://127.0.0.1:{hook.port}/in"]}
        async with telling(store, entry):
            await begins(store)
            await until(lambda: hook.asked == 1)
        assert await states(store) == ["sent"]
        async with telling(store, entry):
            await asyncio.sleep(1.2)
    assert len(hook.taken) == 1


async def test_webhooks_are_signed_as_the_standard_says(store: Store) -> None:
    with web_server() as hook:
        entry = {"id": "hook", "to": [f"http://127.0.0.1:{hook.port}/in"], "secret": SECRET}
        async with telling(store, entry):
            await begins(store)
            await until(lambda: len(hook.taken) == 1)
    path, headers, body = hook.taken[0]
    told = Webhook(SECRET).verify(body, headers)
    assert (path, told) == ("/in", json.loads(body))
    assert told["type"] == "incident.opened"
    assert told["data"]["incident"] == "claude-1"
    assert headers["webhook-id"] == "outscope-1"


async def test_pagerduty_gets_one_key_an_incident(store: Store) -> None:
    with web_server() as hook:
        to = f"pagerduty://R0UT1NGKEY?endpoint=http://127.0.0.1:{hook.port}/v2/enqueue"
        async with telling(store, {"id": "duty", "to": [to]}):
            one = await begins(store)
            await until(lambda: len(hook.taken) == 1)
            await ends(store, one)
            await until(lambda: len(hook.taken) == 2)
    trigger, resolve = (json.loads(body) for _, _, body in hook.taken)
    assert (trigger["event_action"], resolve["event_action"]) == ("trigger", "resolve")
    assert trigger["dedup_key"] == resolve["dedup_key"] == "outscope-claude-1"
    assert trigger["routing_key"] == "R0UT1NGKEY"
    assert trigger["payload"]["severity"] == "critical"
    assert trigger["links"][0]["href"] == f"{LINK}/incidents/claude-1"


async def test_what_was_not_delivered_comes_in_order_when_the_server_is_back(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(delivering, "WAITS_S", (0.2,) * 50)
    with web_server() as hook:
        hook.answer = (503, {})
        async with telling(store, {"id": "hook", "to": [f"http://127.0.0.1:{hook.port}/"]}):
            one = await begins(store)
            await asyncio.sleep(0.7)
            await ends(store, one)
        async with telling(store, {"id": "hook", "to": [f"http://127.0.0.1:{hook.port}/"]}):
            await asyncio.sleep(0.7)
            assert hook.taken == []
            hook.answer = (204, {})
            await all_sent(store, 2)
    types = [json.loads(body)["type"] for _, _, body in hook.taken]
    assert types == ["incident.opened", "incident.resolved"]


async def test_a_channel_that_hangs_delays_no_other(store: Store) -> None:
    with web_server() as hanging, web_server() as hook:
        hanging.answer = None
        first = {"id": "hangs", "to": [f"http://127.0.0.1:{hanging.port}/"]}
        async with telling(store, first, {"id": "hook", "to": [f"http://127.0.0.1:{hook.port}/"]}):
            await begins(store)
            await until(lambda: len(hook.taken) == 1)
            hanging.released.set()


@pytest.mark.parametrize(
    ("status", "headers", "state", "why"),
    [
        (410, {}, "given_up", "answered 410"),
        (302, {"location": "http://127.0.0.1:1/"}, "due", "redirects are not followed"),
        (500, {}, "due", "answered 500"),
        (429, {"retry-after": "600"}, "due", "answered 429"),
    ],
)
async def test_what_a_receiver_answers_is_kept(
    store: Store, status: int, headers: dict[str, str], state: str, why: str
) -> None:
    with web_server() as hook:
        hook.answer = (status, headers)
        async with telling(store, {"id": "hook", "to": [f"http://127.0.0.1:{hook.port}/"]}):
            await begins(store)
            found = await tried(store)
    assert found[0]["state"] == state
    assert why in found[0]["why"]


async def test_a_dead_channel_is_told_over_another(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(delivering, "WAITS_S", (0.1,) * 50)
    with web_server() as hook:
        to = ["http://127.0.0.1:1/dead", f"http://127.0.0.1:{hook.port}/"]
        async with telling(store, {"id": "hook", "to": to}):
            await begins(store)
            await until(lambda: len(hook.taken) == 2)
            await asyncio.sleep(0.5)
    kinds = [json.loads(body)["type"] for _, _, body in hook.taken]
    assert sorted(kinds) == ["channel.unreachable", "incident.opened"]
    assert b"Outscope cannot reach hook (http://127.0.0.1)" in hook.taken[-1][2]


async def test_secrets_come_from_the_environment_and_are_not_told(
    store: Store, caplog: pytest.LogCaptureFixture
) -> None:
    with web_server() as hook:
        told = {"id": "a", "to": ["${env:OUTSCOPE_NOTIFY_HOOK}"]}
        missing = {"id": "b", "to": ["${env:OUTSCOPE_NOTIFY_ELSE}"]}
        address = f"http://user:hunter2@127.0.0.1:{hook.port}/s3cr3t"
        async with telling(store, told, missing, OUTSCOPE_NOTIFY_HOOK=address):
            await begins(store)
            await tried(store)
    assert "needs OUTSCOPE_NOTIFY_ELSE in the coordinator's environment" in caplog.text
    said = caplog.text + json.dumps((await store.deliveries.page()).items)
    assert "hunter2" not in said
    assert "s3cr3t" not in said


async def test_a_new_configuration_is_told_by_at_once(store: Store) -> None:
    with web_server() as hook:
        async with telling(store) as loop:
            await begins(store)
            await asyncio.sleep(0.7)
            loop.configure(configured({"id": "h", "to": [f"http://127.0.0.1:{hook.port}/"]}))
            await until(lambda: len(hook.taken) == 1)
