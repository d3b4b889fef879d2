"""Receivers that make it hard: slow ones, those that never end an answer, those that are gone."""

import asyncio
import json
import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

import pytest
import trustme

from coordinator.notifying import delivering, outbound
from coordinator.notifying.subscribing.guarded import guarded, networks_of
from coordinator.store import Store
from coordinator.store.state.standings import GONE
from tests.coordinator.notifying.receivers import web_server
from tests.coordinator.notifying.test_loop import (
    all_sent,
    begins,
    ends,
    telling,
    tried,
    until,
)

HEAD = b"HTTP/1.1 200 OK\r\n"
BODY = HEAD + b"content-length: 900\r\n\r\n"


@contextmanager
def dripping(begin: bytes, drip: bytes) -> Iterator[tuple[int, threading.Event]]:
    """A server that begins its answer like this, and goes on by one drop after the other, for ever;
    the event says that the other side hung up.
    """
    gone = threading.Event()
    with socket.create_server(("127.0.0.1", 0)) as server:

        def answer() -> None:
            link, _ = server.accept()
            with link:
                link.recv(65_536)
                try:
                    link.sendall(begin)
                    while True:
                        link.sendall(drip)
                        time.sleep(0.05)
                except OSError:
                    gone.set()

        thread = threading.Thread(target=answer, daemon=True)
        thread.start()
        yield server.getsockname()[1], gone
        thread.join(60)


@pytest.mark.parametrize(
    ("begin", "drip"),
    [
        (HEAD, b"x: y\r\n"),
        (HEAD + b"x: ", b"y"),
        (BODY, b"z"),
        (b"HTTP/1.1 100 Continue\r\n", b"a"),
    ],
)
async def test_an_answer_that_comes_by_drops_is_cut_at_the_deadline(
    store: Store, monkeypatch: pytest.MonkeyPatch, begin: bytes, drip: bytes
) -> None:
    monkeypatch.setattr(outbound, "DEADLINE_S", 1.0)
    with dripping(begin, drip) as (port, gone), web_server() as hook:
        slow = {"id": "slow", "to": [f"http://127.0.0.1:{port}/"]}
        async with telling(store, slow, {"id": "hook", "to": [f"http://127.0.0.1:{hook.port}/"]}):
            await begins(store)
            await until(lambda: len(hook.taken) == 1)
            found = await asyncio.wait_for(_tried(store, "slow"), 60)
            await until(gone.is_set)
    assert found["state"] == "due"


async def test_strangers_cannot_hold_a_thread_either(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(outbound, "DEADLINE_S", 1.0)
    with dripping(BODY, b"z") as (port, gone):
        allowed = guarded(networks_of("127.0.0.0/8"))
        post = outbound.Post(f"http://127.0.0.1:{port}/", b"{}", {}, allowed)
        with pytest.raises(outbound.DeliveryError, match="no answer in time"):
            await post.sent()
        await until(gone.is_set)


async def _tried(store: Store, channel: str) -> dict[str, object]:
    while True:
        for one in (await store.deliveries.page()).items:
            if one["channel"] == channel and one["tries"]:
                return one
        await asyncio.sleep(0.05)


async def test_a_slow_answer_within_the_deadline_is_one(store: Store) -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:

        def answer() -> None:
            link, _ = server.accept()
            with link:
                link.recv(65_536)
                for part in (
                    b"HTTP/1.1 ",
                    b"204 No Content\r\n",
                    b"connection: close\r\n",
                    b"\r\n",
                ):
                    time.sleep(0.3)
                    link.sendall(part)

        thread = threading.Thread(target=answer, daemon=True)
        thread.start()
        entry = {"id": "slow", "to": [f"http://127.0.0.1:{server.getsockname()[1]}/"]}
        async with telling(store, entry):
            await begins(store)
            await all_sent(store, 1)
        thread.join(60)


async def test_many_that_hang_delay_no_other(store: Store) -> None:
    with ExitStack() as stack:
        hanging = [stack.enter_context(web_server()) for _ in range(20)]
        hook = stack.enter_context(web_server())
        for one in hanging:
            one.answer = None
        rules = [
            {"id": f"hangs-{n}", "to": [f"http://127.0.0.1:{one.port}/"]}
            for n, one in enumerate(hanging)
        ]
        last = {"id": "hook", "to": [f"http://127.0.0.1:{hook.port}/"]}
        async with telling(store, *rules, last):
            await begins(store)
            await until(lambda: len(hook.taken) == 1)
            found = (await store.deliveries.page()).items
            assert [one["tries"] for one in found if one["channel"] != "hook"] == [0] * 20
            for one in hanging:
                one.released.set()


async def test_of_a_huge_answer_hardly_anything_is_read(store: Store) -> None:
    sent = [0]
    with socket.create_server(("127.0.0.1", 0)) as server:

        def answer() -> None:
            link, _ = server.accept()
            with link:
                link.recv(65_536)
                link.sendall(HEAD + b"content-length: 100000000000\r\n\r\n")
                try:
                    while sent[0] < 10**9:
                        sent[0] += link.send(b"x" * 65_536)
                except OSError:
                    return

        thread = threading.Thread(target=answer, daemon=True)
        thread.start()
        entry = {"id": "huge", "to": [f"http://127.0.0.1:{server.getsockname()[1]}/"]}
        async with telling(store, entry):
            await begins(store)
            await all_sent(store, 1)
        thread.join(60)
        assert not thread.is_alive()
    assert sent[0] < 10**8, "buffers of the system, and no more"


@pytest.mark.parametrize(
    "answered", [b"", b"nonsense\r\n\r\n", b"HTTP/1.1 99999 x\r\n\r\n", b"\x00" * 70_000]
)
async def test_what_is_no_answer_is_tried_again(store: Store, answered: bytes) -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:

        def answer() -> None:
            link, _ = server.accept()
            with link:
                link.recv(65_536)
                link.sendall(answered)

        thread = threading.Thread(target=answer, daemon=True)
        thread.start()
        entry = {"id": "odd", "to": [f"http://127.0.0.1:{server.getsockname()[1]}/"]}
        async with telling(store, entry):
            await begins(store)
            found = await tried(store)
        thread.join(60)
    assert found[0]["state"] == "due"
    assert found[0]["why"].startswith("could not be reached")


async def test_a_receiver_that_is_gone_is_asked_no_more_until_somebody_wants_it(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(delivering, "WAITS_S", (0.1,) * 50)
    with web_server() as hook:
        hook.answer = (410, {})
        entry = {"id": "hook", "to": [f"http://127.0.0.1:{hook.port}/"]}
        async with telling(store, entry):
            one = await begins(store)
            await given_up(store, 1)
            await ends(store, one)
            await given_up(store, 2)
        async with telling(store, entry):  # as after a restart
            await begins(store, "claude-2")
            await given_up(store, 3)
            assert hook.asked == 1, "the first, and none behind it"
            whys = [found["why"] for found in (await store.deliveries.page()).items]
            assert whys[0].startswith("its receiver answered 410: it is gone for good, at 20")
            assert whys[-1] == "answered 410: it is gone for good"
            hook.answer = (204, {})
            assert await store.deliveries.send_again(3, 0)
            await until(lambda: len(hook.taken) == 1)
            assert await store.deliveries.send_again(1, 0)
            await until(lambda: len(hook.taken) == 2)
    assert [json.loads(body)["data"]["incident"] for _, _, body in hook.taken] == [
        "claude-2",
        "claude-1",
    ]


async def given_up(store: Store, count: int) -> None:
    async with asyncio.timeout(60):
        while True:
            found = (await store.deliveries.page(state="given_up")).items
            if len(found) == count:
                return
            await asyncio.sleep(0.05)


async def test_what_arrives_while_it_is_read_what_is_due_comes_once(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    reads = store.deliveries.due
    with web_server() as hook:
        async with telling(store, {"id": "hook", "to": [f"http://127.0.0.1:{hook.port}/"]}) as loop:

            async def slowly(*given: int) -> object:
                found = await reads(*given)
                while loop._delivering._busy:  # noqa: ASYNC110 - until all that went on has ended
                    await asyncio.sleep(0.01)
                return found

            monkeypatch.setattr(store.deliveries, "due", slowly)
            hook.pause_s = 1.5
            await begins(store)
            await all_sent(store, 1)
            await asyncio.sleep(2)
    assert len(hook.taken) == 1


async def test_another_address_is_not_gone(store: Store) -> None:
    with web_server() as gone, web_server() as hook:
        gone.answer = (410, {})
        async with telling(store, {"id": "hook", "to": [f"http://127.0.0.1:{gone.port}/"]}):
            await begins(store)
            await given_up(store, 1)
        [told] = (await store.standings.all(GONE)).values()
        assert str(gone.port) not in json.dumps(told), "addresses are told to nobody"
        async with telling(store, {"id": "hook", "to": [f"http://127.0.0.1:{hook.port}/"]}):
            await begins(store, "claude-2")
            await until(lambda: len(hook.taken) == 1)


def test_a_receiver_behind_tls_is_reached_and_cut_as_well(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, free_port: Callable[[], int]
) -> None:
    import ssl

    authority = trustme.CA()
    authority.cert_pem.write_to_path(tmp_path / "ca.pem")
    monkeypatch.setenv("SSL_CERT_FILE", str(tmp_path / "ca.pem"))
    monkeypatch.setattr(outbound, "DEADLINE_S", 1.0)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert("127.0.0.1").configure_cert(context)
    asked: list[bytes] = []
    with socket.create_server(("127.0.0.1", 0)) as server:

        def answer() -> None:
            for parts in ([b"HTTP/1.1 204 No Content\r\n\r\n"], [HEAD] + [b"x: y\r\n"] * 2_000):
                raw, _ = server.accept()
                try:
                    with context.wrap_socket(raw, server_side=True) as link:
                        asked.append(link.recv(65_536))
                        for part in parts:
                            link.sendall(part)
                            time.sleep(0.05)
                except OSError:
                    continue

        thread = threading.Thread(target=answer, daemon=True)
        thread.start()
        post = outbound.Post(f"https://127.0.0.1:{server.getsockname()[1]}/in", b"{}", {})
        asyncio.run(post.sent())
        with pytest.raises(outbound.DeliveryError, match="no answer in time"):
            asyncio.run(post.sent())
        thread.join(60)
        assert not thread.is_alive()
    assert asked[0].startswith(b"POST /in HTTP/1.1\r\n")
