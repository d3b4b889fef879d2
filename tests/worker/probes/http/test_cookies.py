"""Cookies on the way over redirects."""

import asyncio
from collections.abc import Awaitable, Callable

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from tests.worker.probes.conftest import Listen, Listener, LookAt, read_request
from worker.probes.http.cookies import Cookies

Web = Callable[..., Awaitable[Listener]]


def test_a_cookie_goes_back_to_where_it_came_from_and_nowhere_else() -> None:
    cookies = Cookies()
    cookies.take(
        "https://www.shop.example/in/", [b"HTTP/1.1 302\r\n", b"Set-Cookie: a=1; Path=/in\r\n"]
    )
    cookies.take("https://www.shop.example/", [b"set-cookie: b=2; Domain=shop.example; Secure\r\n"])

    assert cookies.line("https://www.shop.example/in/x") == b"Cookie: a=1; b=2"
    assert cookies.line("https://login.shop.example/") == b"Cookie: b=2"
    assert cookies.line("http://login.shop.example/") is None
    assert cookies.line("https://elsewhere.example/") is None


@given(st.lists(st.binary(max_size=40)))
@example([b"\x00"])
@example([b"a=1\rEvil: 1"])
@example([b";;;="])
def test_wild_cookies_do_no_harm(values: list[bytes]) -> None:
    cookies = Cookies()

    cookies.take("http://127.0.0.1/", [b"Set-Cookie: " + value + b"\r\n" for value in values])

    line = cookies.line("http://127.0.0.1/") or b""
    assert not any(letter < 0x20 for letter in line)


@pytest.fixture
async def gate(listen: Listen) -> Listener:
    """A server that sends everybody in circles who does not bring back the cookie that it set."""

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        head = await read_request(reader)
        listener.requests.append(head)
        if b"Cookie: seen=1" in head:
            writer.write(b"HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n")
        else:
            writer.write(
                b"HTTP/1.1 302 X\r\nLocation: /\r\nSet-Cookie: seen=1\r\ncontent-length: 0\r\n\r\n"
            )

    listener: Listener = await listen(serve)
    return listener


async def test_a_target_that_wants_its_cookie_back_gets_it(gate: Listener, look_at: LookAt) -> None:
    outcome = await look_at("http", url=gate.url())

    assert outcome.ok, outcome
    assert outcome.extra["redirects"] == 1


async def test_each_look_begins_without_any(gate: Listener, look_at: LookAt) -> None:
    for _ in range(2):
        await look_at("http", url=gate.url())

    assert [b"Cookie" in head for head in gate.requests] == [False, True, False, True]


async def test_cookies_of_the_user_stay_as_they_are(web: Web, look_at: LookAt) -> None:
    start = await web(status=302, headers={"Location": "/", "Set-Cookie": "seen=1"})

    await look_at("http", url=start.url(), headers={"Cookie": "mine=1"}, redirects=1)

    assert [b"Cookie: mine=1\r\n" in head and b"seen" not in head for head in start.requests] == [
        True,
        True,
    ]
