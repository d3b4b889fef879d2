"""What goes to a client at once, past the task that serves it, is the same in the same order."""

import asyncio
import random
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

from api.http.live.answer import EventStream
from api.http.live.feed import Feed
from api.http.live.frames import EVERYTHING, Frame, Wants
from api.http.live.line import Line
from api.http.live.stream import told
from coordinator.store import Store
from tests.api.http.live.test_stream import says
from worker.contract.clock import monotonic_s


class Client:
    """Takes parts of an answer as uvicorn does: who is to wait does so before anything is taken."""

    def __init__(self) -> None:
        self.taken: list[bytes] = []
        self.takes = asyncio.Event()
        self.takes.set()

    async def send(self, message: Any) -> None:
        """One part."""
        if not self.takes.is_set():
            await self.takes.wait()
        self.taken.append(message.get("body", b""))

    @staticmethod
    async def receive() -> dict[str, Any]:
        """It says nothing, and stays."""
        await asyncio.Event().wait()
        raise AssertionError

    def numbers(self) -> list[int]:
        """Of the events that it was told."""
        told = [part for part in self.taken if b"event: verdict" in part]
        return [int(part.removeprefix(b"id: ").partition(b"\n")[0]) for part in told]

    async def until(self, part: bytes) -> None:
        """Returns when it was told so."""
        async with asyncio.timeout(60):
            while not any(part in one for one in self.taken):  # noqa: ASYNC110 - sent by many ways
                await asyncio.sleep(0.005)


def open_line() -> Line:
    line = Line()
    line.let_in_until_s = float("inf")
    return line


@asynccontextmanager
async def following(
    feed: Feed, line: Line, wants: Wants = EVERYTHING, beat_s: float = 60
) -> AsyncIterator[Client]:
    client = Client()
    items = told(feed, wants, None, 0, beat_s, line)
    answering = EventStream(items, {}, line)({"type": "http"}, client.receive, client.send)
    task = asyncio.create_task(answering)
    await client.until(b"event: ready")
    try:
        yield client
    finally:
        client.takes.set()
        feed.close()
        await asyncio.wait_for(task, 60)


async def test_a_client_that_waits_is_told_past_its_task(api_store: Store) -> None:
    feed, line = Feed(api_store, every_s=0.01), open_line()
    async with following(feed, line) as client:
        assert line.tell is not None
        past: list[int] = []
        tell = line.tell

        def noted(frame: Frame) -> bool:
            past.append(frame.number)
            return tell(frame)

        line.tell = noted
        await says(api_store, 3)
        await client.until(b"id: 3\n")
        assert client.numbers() == past == [1, 2, 3]
        assert line.last == 3


async def test_whenever_a_reader_pauses_it_is_told_all_in_order_and_once(api_store: Store) -> None:
    chance = random.Random(7)
    feed = Feed(api_store, every_s=0.001)
    async with following(feed, open_line()) as one, following(feed, open_line()) as other:
        for n in range(60):
            for client in (one, other):
                if chance.random() < 0.4:
                    client.takes.clear() if client.takes.is_set() else client.takes.set()
            await says(api_store, 1, n)
            await asyncio.sleep(chance.choice((0, 0.002, 0.01)))
        for client in (one, other):
            client.takes.set()
            await client.until(b"id: 60\n")
            assert client.numbers() == list(range(1, 61))


async def test_a_reader_that_pauses_for_long_is_dropped_and_delays_nobody(api_store: Store) -> None:
    feed = Feed(api_store, every_s=0.01, room=5)
    async with following(feed, open_line()) as slow, following(feed, open_line()) as quick:
        slow.takes.clear()
        for n in range(9):
            await says(api_store, 1, n)
            await quick.until(b"id: %d\n" % (n + 1))
        slow.takes.set()
        await slow.until(b"event: dropped")
        assert slow.numbers() in ([1], []), "what it was just being told, and nothing behind a gap"
        assert quick.numbers() == list(range(1, 10))


async def test_what_is_not_wanted_is_passed_by_and_beats_go_on(api_store: Store) -> None:
    feed, line = Feed(api_store, every_s=0.01), open_line()
    async with following(feed, line, Wants(services={"openai"}), beat_s=0.3) as client:
        await says(api_store, 3)
        await client.until(b"id: 3\n: beat")
        assert not client.numbers()


async def test_a_beat_comes_when_nothing_was_told_for_so_long_at_once_neither(
    api_store: Store,
) -> None:
    feed, line = Feed(api_store, every_s=0.01), open_line()
    async with following(feed, line, beat_s=0.5) as client:
        for n in range(4):
            await says(api_store, 1, n)
            await client.until(b"id: %d\n" % (n + 1))
        told_s = line.told_s
        await client.until(b"id: 4\n: beat")
        assert monotonic_s() - told_s >= 0.5
        assert client.taken.index(b"id: 4\n: beat\n\n") == len(client.taken) - 1


async def test_who_may_have_to_be_asked_for_is_told_by_its_task(api_store: Store) -> None:
    feed, line = Feed(api_store, every_s=0.01), Line()
    async with following(feed, line) as client:
        await says(api_store, 2)
        await client.until(b"id: 2\n")
        assert client.numbers() == [1, 2]
        assert line.told_s == 0.0
        line.let_in_until_s = float("inf")
        await says(api_store, 2, 2)
        await client.until(b"id: 4\n")
        assert client.numbers() == [1, 2, 3, 4]
        assert line.told_s > 0.0
