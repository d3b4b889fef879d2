"""The sign of life goes out while all is well, and stops when anything is not."""

import asyncio
import logging
import socket
import threading
from collections.abc import Callable

import pytest

from coordinator.runtime.heartbeat import Heartbeat, ask, read_heartbeat
from tests.faults.listener import Listener


async def until(condition: Callable[[], object]) -> None:
    async with asyncio.timeout(30):
        while not condition():  # noqa: ASYNC110 - anything may make it true
            await asyncio.sleep(0.01)


async def test_it_is_sent_again_and_again_while_nothing_is_wrong(
    caplog: pytest.LogCaptureFixture,
) -> None:
    wrong: dict[str, str] = {}
    stop = asyncio.Event()
    with Listener() as listener:
        going = asyncio.create_task(
            Heartbeat(f"{listener.url}/abc?k=v", lambda: wrong, 0.02).run(stop)
        )
        await until(lambda: len(listener.asked) >= 3)
        assert set(listener.asked) == {"/abc?k=v"}
        wrong["judge"] = "nothing was judged for 20 s"
        await until(lambda: "heartbeat_withheld" in caplog.text)
        sent = len(listener.asked)
        await asyncio.sleep(0.3)
        assert len(listener.asked) <= sent + 1  # one may have been on its way
        assert caplog.text.count("heartbeat_withheld judge: nothing was judged") == 1
        wrong.clear()
        await until(lambda: len(listener.asked) > sent + 1)
        stop.set()
        await going


async def test_an_address_that_does_not_take_it_is_told_once_and_not_shown(
    caplog: pytest.LogCaptureFixture,
) -> None:
    caplog.set_level(logging.INFO)
    stop = asyncio.Event()
    with Listener(500) as listener:
        going = asyncio.create_task(Heartbeat(f"{listener.url}/secret", dict, 0.02).run(stop))
        await until(lambda: len(listener.asked) >= 4)
        assert caplog.text.count("heartbeat_failed its address answered 500") == 1
        listener.status = 200
        await until(lambda: "heartbeat_heard" in caplog.text)
        stop.set()
        await going
    assert "cannot be reached" in ask(f"{listener.url}/secret")
    assert "secret" not in caplog.text


async def test_without_an_address_nothing_is_done() -> None:
    async with asyncio.timeout(10):
        await Heartbeat("", dict).run(asyncio.Event())


@pytest.mark.parametrize(
    "text",
    [
        "ping.other.example",
        "ftp://x/y",
        "https:///path",
        "http://x:99999/",
        "http://x/a b",
        "http://ä",
        "http://x/\x01",
        "http://[x",
    ],
)
def test_what_is_no_address_is_refused_and_not_repeated(text: str) -> None:
    with pytest.raises(ValueError, match="is no URL") as refused:
        read_heartbeat(text)
    assert text not in str(refused.value)


def test_a_password_is_refused_for_it_would_not_be_sent() -> None:
    with pytest.raises(ValueError, match="holds a user or a password") as refused:
        read_heartbeat("https://user:hunter7@ping.example.com/")
    assert "hunter7" not in str(refused.value)


@pytest.mark.parametrize("nonsense", [b"", b"nonsense\r\n\r\n", b"HTTP/1.1 x" + b"y" * 70_000])
def test_an_address_that_answers_nonsense_ends_nothing(nonsense: bytes) -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        answering = threading.Thread(target=_answer, args=(server, nonsense))
        answering.start()
        assert "cannot be reached" in ask(f"http://127.0.0.1:{server.getsockname()[1]}/secret")
        answering.join()


def _answer(server: socket.socket, data: bytes) -> None:
    link, _ = server.accept()
    with link:
        link.recv(4096)
        link.sendall(data)
