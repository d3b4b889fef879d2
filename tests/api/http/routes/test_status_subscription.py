"""Being told of what a status page shows, through a real server, a real mail server and a real
webhook: asked, confirmed, told, left; and who tries something else.
"""

import asyncio
import json
import re
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import replace
from typing import Any, Final

import httpx
import pytest
from standardwebhooks import Webhook

from api.http.publishing.forms import MOST_BYTES
from coordinator.access.links import CONFIRM, UNSUBSCRIBE, new_key, signed
from coordinator.configuration import from_document
from coordinator.domain.model.incident import IncidentEvent, Moment
from coordinator.domain.notifying.subscription import asking
from coordinator.notifying.loop import NotifyLoop
from coordinator.notifying.subscribing.guarded import SETTING
from coordinator.store import Store, open_store
from coordinator.store.notices import subscribers as kept
from coordinator.store.notices.subscribers import AGAIN_AFTER_MS, CONFIRM_WITHIN_MS, Subscriber
from tests.api import seeds
from tests.api.server import Server
from tests.coordinator.domain.notifying.incidents import incident, over
from tests.coordinator.notifying.receivers import Mailbox, mail_server, web_server
from worker.contract.clock import now

ME = "me@example.com"
LINK = re.compile(r"https?://\S+/status/\S+")


@pytest.fixture
async def store(store_url: str) -> AsyncIterator[Store]:
    """An open store; once on SQLite and once on PostgreSQL."""
    async with open_store(store_url) as opened:
        yield opened


def document(account: str = "", **told: Any) -> dict[str, Any]:
    subscribe = {"webhooks": True, **({"mail": account} if account else {}), **told}
    page = {"id": "ai", "title": "Our AI", "services": ["claude"], "subscribe": subscribe}
    return {**seeds.configuration(), "status_pages": [page]}


class Reader:
    """Somebody who reads the page, without a script."""

    def __init__(self, client: httpx.AsyncClient, url: str) -> None:
        self.client, self.url = client, f"{url}/status/ai"

    async def asks(self, address: str = ME, kind: str = "mail") -> httpx.Response:
        form = {"kind": kind, "address": address}
        return await self.client.post(f"{self.url}/subscribe", data=form)


@asynccontextmanager
async def open_page(
    store: Store, store_url: str, port: int, configured: dict[str, Any]
) -> AsyncIterator[Reader]:
    """The page at a real server, and the loop that tells."""
    await store.configurations.save(configured, now())
    environ = {"OUTSCOPE_PUBLIC_URL": f"http://127.0.0.1:{port}", SETTING: "127.0.0.0/8"}
    server = Server(store_url, port, environ=environ)
    server.start()
    loop, stop = NotifyLoop(store, from_document(configured), environ), asyncio.Event()
    running = asyncio.create_task(loop.run(stop))
    try:
        async with httpx.AsyncClient(timeout=60) as client:
            yield Reader(client, server.url)
    finally:
        stop.set()
        await running
        server.stop()


async def until(holds: Callable[[], Awaitable[bool]] | Callable[[], bool]) -> None:
    async with asyncio.timeout(60):
        while True:
            found = holds()
            if found is True or (asyncio.iscoroutine(found) and await found):
                return
            await asyncio.sleep(0.05)


async def begins(store: Store, service: str = "claude", name: str = "claude-1") -> Any:
    at = now()
    one = incident(name, service, started_by=at, started_after=at - 1000, opened_at=at)
    one = replace(one, reason="SECRET of the target")
    await store.incidents.apply(IncidentEvent(at, Moment.OPENED, one))
    return one


def text_of(mail: Any) -> str:
    body = mail.get_payload(decode=True)
    return body.decode() if isinstance(body, bytes) else str(body)


def link_in(mail: Any, purpose: str) -> str:
    return next(link for link in LINK.findall(text_of(mail)) if f"/{purpose}/" in link)


def account(port: int) -> str:
    return f"mailto://127.0.0.1:{port}?from=status@example.com"


async def confirmed(reader: Reader, box: Mailbox, number: int = 1) -> None:
    await until(lambda: len(box.mails) == number)
    link = link_in(box.mails[-1], CONFIRM)
    assert (await reader.client.post(link)).status_code == 200


async def test_mail_is_confirmed_told_and_ended_by_one_click(
    store: Store, store_url: str, free_port: Callable[[], int]
) -> None:
    port = free_port()
    with mail_server(port) as box:
        async with open_page(store, store_url, free_port(), document(account(port))) as reader:
            page = (await reader.client.get(reader.url)).text
            assert 'action="ai/subscribe"' in page
            asked = await reader.asks()
            assert (asked.status_code, asked.headers["cache-control"]) == (202, "no-store")
            assert "Look into your mailbox" in asked.text
            await until(lambda: len(box.mails) == 1)
            assert str(box.mails[0]["to"]) == ME
            assert str(box.mails[0]["subject"]) == "Our AI: shall you be told of incidents?"
            one = await begins(store)
            link = link_in(box.mails[0], CONFIRM)
            looked = await reader.client.get(link)  # as programs do that look at links
            assert '<form method="post"' in looked.text
            await asyncio.sleep(1.5)
            assert len(box.mails) == 1, "nobody said yes yet"
            assert (await reader.client.post(link)).status_code == 200
            assert (await reader.client.post(link)).status_code == 200
            assert (await store.subscribers.all())[0].confirmed_at is not None
            await store.incidents.apply(IncidentEvent(now(), Moment.RESOLVED, over(one, now())))
            await until(lambda: len(box.mails) == 2)
            told = box.mails[1]
            assert str(told["subject"]).startswith("Claude: over after")
            assert "SECRET" not in text_of(told)
            assert f"{reader.url}#claude-1" in text_of(told)
            assert str(told["list-unsubscribe-post"]) == "List-Unsubscribe=One-Click"
            leave = str(told["list-unsubscribe"]).strip("<>")
            assert leave == link_in(told, UNSUBSCRIBE)
            assert 'button type="submit"' in (await reader.client.get(leave)).text
            await begins(store, name="claude-2")
            await until(lambda: len(box.mails) == 3)
            click = {"List-Unsubscribe": "One-Click"}
            assert (await reader.client.post(leave, data=click)).status_code == 200
            assert await store.subscribers.all() == []
            assert (await reader.client.post(leave, data=click)).status_code == 403
            await begins(store, name="claude-3")
            await asyncio.sleep(1.5)
            assert len(box.mails) == 3
    said = [one["text"] for one in (await store.deliveries.page()).items]
    assert [text for text in said if "/confirm/" in text or "/unsubscribe/" in text] == []


async def test_what_the_page_does_not_show_is_told_to_nobody(
    store: Store, store_url: str, free_port: Callable[[], int]
) -> None:
    port = free_port()
    with mail_server(port) as box:
        async with open_page(store, store_url, free_port(), document(account(port))) as reader:
            await reader.asks()
            await confirmed(reader, box)
            await begins(store, "openai", "openai-1")
            await begins(store)
            await until(lambda: len(box.mails) == 2)
            await asyncio.sleep(1.5)
            assert [str(mail["subject"]) for mail in box.mails[2:]] == []
            assert "penai" not in text_of(box.mails[1]).lower()
            assert "Fell with it" not in text_of(box.mails[1])


async def test_a_known_address_is_answered_as_an_unknown_one(
    store: Store, store_url: str, free_port: Callable[[], int], monkeypatch: pytest.MonkeyPatch
) -> None:
    port = free_port()
    with mail_server(port) as box:
        async with open_page(store, store_url, free_port(), document(account(port))) as reader:
            first = await reader.asks()
            await confirmed(reader, box)
            again = await reader.asks(ME.upper())
            other = await reader.asks("other@example.com")
            assert {one.status_code for one in (first, again, other)} == {202}
            assert first.text == again.text == other.text
            await until(lambda: len(box.mails) == 2)
            assert str(box.mails[1]["to"]) == "other@example.com"
            monkeypatch.setattr(kept, "AGAIN_AFTER_MS", 0)
            await reader.asks()
            await until(lambda: len(box.mails) == 3)
            assert "is told of incidents already" in text_of(box.mails[2])
            assert "/confirm/" not in text_of(box.mails[2])


async def test_a_webhook_proves_that_it_wants_it(
    store: Store, store_url: str, free_port: Callable[[], int]
) -> None:
    with web_server() as hook:
        hook.echoes, hook.answer = True, (200, {})
        async with open_page(store, store_url, free_port(), document()) as reader:
            url = f"http://127.0.0.1:{hook.port}/in"
            assert (await reader.asks(url, "webhook")).status_code == 202

            async def known() -> bool:
                found = await store.subscribers.all()
                return bool(found) and found[0].confirmed_at is not None

            await until(known)
            challenge = json.loads(hook.taken[0][2])
            assert challenge["type"] == "subscription.challenge"
            await asyncio.sleep(0.7)
            await begins(store)
            await until(lambda: len(hook.taken) == 2)
            _, headers, body = hook.taken[1]
            told = Webhook(challenge["data"]["secret"]).verify(body, headers)
            assert told["type"] == "incident.opened"
            assert told["data"]["reason"] == ""
            assert told["data"]["unsubscribe"].startswith(f"{reader.url}/unsubscribe/")
            hook.answer = (410, {})
            await begins(store, name="claude-2")

            async def nobody() -> bool:
                return await store.subscribers.all() == []

            await until(nobody)


@pytest.mark.parametrize("answers", ["silent", "elsewhere"])
async def test_a_webhook_that_does_not_is_told_nothing(
    store: Store, store_url: str, free_port: Callable[[], int], answers: str
) -> None:
    with web_server() as hook:
        url = f"http://127.0.0.1:{hook.port}/in"
        if answers == "elsewhere":
            hook.answer = (307, {"location": f"http://127.0.0.1:{hook.port}/other"})
        async with open_page(store, store_url, free_port(), document()) as reader:
            await reader.asks(url, "webhook")

            async def given_up() -> bool:
                found = (await store.deliveries.page()).items
                return [one["state"] for one in found] == ["given_up"]

            await until(given_up)
            await begins(store)
            await asyncio.sleep(1.5)
            assert len(hook.taken) == (1 if answers == "silent" else 0)


async def test_links_of_others_too_old_or_made_up_do_nothing(
    store: Store, store_url: str, free_port: Callable[[], int]
) -> None:
    at = now()
    one = Subscriber("ab12", "ai", "mail", ME, new_key(), at)
    other = replace(one, id="cd34", address="you@example.com", secret=new_key())
    for each in (one, other):
        await store.subscribers.ask(each, 9, lambda name: asking(name, "ai", "Our AI", at))
    async with open_page(store, store_url, free_port(), document()) as reader:
        until_then = at + CONFIRM_WITHIN_MS
        good = signed(one.secret, CONFIRM, one.id, until_then)
        bad = [
            signed(one.secret, CONFIRM, one.id, at - 1),
            signed(other.secret, CONFIRM, one.id, until_then),
            signed(one.secret, UNSUBSCRIBE, one.id),
            signed(one.secret, CONFIRM, "ff00", until_then),
            good.replace(f".{until_then:x}.", f".{until_then + 1:x}."),
            good.replace("ab12", "cd34"),
            good[:-1],
            "x",
            "..%2f..",
            "%00",
        ]
        for token in bad:
            for ask in (reader.client.get, reader.client.post):
                answer = await ask(f"{reader.url}/confirm/{token}")
                assert answer.status_code in (403, 404, 405), token
        assert [one.confirmed_at for one in await store.subscribers.all()] == [None, None]
        assert (await reader.client.post(f"{reader.url}/unsubscribe/{good}")).status_code == 403
        assert (await reader.client.post(f"{reader.url}/confirm/{good}")).status_code == 200
        assert len([one for one in await store.subscribers.all() if one.confirmed_at]) == 1


BAD_FORMS: Final[tuple[tuple[dict[str, str], int, str], ...]] = (
    ({"address": "nobody"}, 422, "is no e-mail address"),
    ({"address": ""}, 422, "is no e-mail address"),
    ({"address": "me@example.com\r\nBcc: you@example.com"}, 422, "is no e-mail address"),
    ({"address": "me@example.com,you@example.com"}, 422, "is no e-mail address"),
    ({"address": "<me@example.com>"}, 422, "is no e-mail address"),
    ({"address": "m\u00fc@example.com"}, 422, "is no e-mail address"),
    ({"address": f"{'a' * 64}@{'b.' * 95}example"}, 422, "is no e-mail address"),
    ({"kind": "webhook", "address": "file:///etc/passwd"}, 422, "is no URL"),
    ({"kind": "webhook", "address": "http://me:pass@x.example/"}, 422, "holds a user"),
    ({"kind": "pigeon", "address": ME}, 422, "is neither mail nor webhook"),
    ({"address": "a" * (MOST_BYTES + 1)}, 413, "at most"),
    ({f"n{number}": "1" for number in range(50)}, 422, "is no form"),
)


async def test_bad_forms_are_answered_in_a_sentence(
    store: Store, store_url: str, free_port: Callable[[], int]
) -> None:
    configured = document("mailto://127.0.0.1?from=status@example.com")
    async with open_page(store, store_url, free_port(), configured) as reader:
        for form, status, said in BAD_FORMS:
            answer = await reader.client.post(f"{reader.url}/subscribe", data=form)
            assert (answer.status_code, said in answer.text) == (status, True), answer.text
            assert "<h1>That did not work</h1>" in answer.text
        assert await store.subscribers.all() == []


async def test_one_address_asks_so_often_and_a_page_takes_so_many(
    store: Store, store_url: str, free_port: Callable[[], int], monkeypatch: pytest.MonkeyPatch
) -> None:
    configured = document("mailto://127.0.0.1:9?from=status@example.com")
    monkeypatch.setattr(kept, "MOST_ASKED", 3)
    async with open_page(store, store_url, free_port(), configured) as reader:
        answers = [await reader.asks(f"n{number}@example.com") for number in range(5)]
        assert [one.status_code for one in answers] == [202, 202, 202, 429, 429]
        assert (await reader.asks("n0@example.com")).status_code == 429, "known or not"
        more = [(await reader.asks(f"m{number}@example.com")).status_code for number in range(20)]
        assert more[-1] == 429
        last = await reader.asks()
        assert last.headers["retry-after"]
        assert "20 requests in 3600 s" in last.text
        assert len(await store.subscribers.all()) == 3


async def test_a_page_that_tells_nobody_has_no_form(
    store: Store, store_url: str, free_port: Callable[[], int]
) -> None:
    configured = document()
    del configured["status_pages"][0]["subscribe"]
    async with open_page(store, store_url, free_port(), configured) as reader:
        assert "<form" not in (await reader.client.get(reader.url)).text
        assert (await reader.asks()).status_code == 404
    async with open_page(store, store_url, free_port(), document()) as reader:
        assert (await reader.asks()).status_code == 404, "by webhook alone"


async def test_what_nobody_confirmed_is_forgotten(store: Store) -> None:
    at = now()
    one = Subscriber("ab12", "ai", "mail", ME, new_key(), at)
    two = replace(one, id="cd34", address="two@example.com")
    for each in (one, two):
        await store.subscribers.ask(each, 9, lambda name: asking(name, "ai", "Our AI", at))
    assert await store.subscribers.confirm("cd34", at)
    assert await store.subscribers.forget(at + CONFIRM_WITHIN_MS - 1) == 0
    assert await store.subscribers.forget(at + CONFIRM_WITHIN_MS) == 1
    assert [found.id for found in await store.subscribers.all()] == ["cd34"]
    assert not await store.subscribers.confirm("ab12", at)
    assert AGAIN_AFTER_MS < CONFIRM_WITHIN_MS
