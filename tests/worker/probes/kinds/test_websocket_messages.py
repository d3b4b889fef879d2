"""What a target says over an open WebSocket, and by the code that it closes it with."""

import asyncio

import pytest
from websockets.asyncio.server import ServerConnection, serve
from websockets.frames import Opcode
from websockets.server import ServerProtocol

from tests.worker.probes.conftest import Listen, LookAt
from worker.contract.outcome import Blame, Reason

LETTERS = "é".encode()


async def says(listen: Listen, *frames: tuple[Opcode, bytes, bool]) -> str:
    """A server that sends these frames, and its address."""

    async def say(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        protocol = ServerProtocol()
        protocol.receive_data(await reader.readuntil(b"\r\n\r\n"))
        (request,) = protocol.events_received()
        protocol.send_response(protocol.accept(request))  # type: ignore[arg-type]
        for opcode, data, last in frames:
            if opcode is Opcode.CONT:
                protocol.send_continuation(data, fin=last)
            elif opcode is Opcode.TEXT:
                protocol.send_text(data, fin=last)
            else:
                protocol.send_binary(data, fin=last)
        writer.write(b"".join(protocol.data_to_send()))
        await reader.read()

    return (await listen(say)).url(scheme="ws")


@pytest.mark.parametrize(
    "frames",
    [
        [(Opcode.TEXT, b"\xff\xfe", True)],
        [(Opcode.TEXT, b"caf\xe9", True), (Opcode.TEXT, b"hello", True)],
        [(Opcode.TEXT, LETTERS[:1], False), (Opcode.CONT, b"hello", True)],
    ],
    ids=["no text", "latin-1", "in pieces"],
)
async def test_a_text_that_is_not_utf8_breaks_the_protocol(
    listen: Listen, look_at: LookAt, frames: list[tuple[Opcode, bytes, bool]]
) -> None:
    url = await says(listen, *frames)

    outcome = await look_at("websocket", url=url, ping=False, expect="hello")

    assert (outcome.reason, outcome.blame) == (Reason.PROTOCOL, Blame.TARGET), outcome
    assert "a text message that is not UTF-8" in outcome.detail


@pytest.mark.parametrize(
    "frames",
    [
        [(Opcode.TEXT, b"a" + LETTERS[:1], False), (Opcode.CONT, LETTERS[1:] + b"b", True)],
        [(Opcode.BINARY, b"\xff\xfe", True), (Opcode.TEXT, b"a" + LETTERS + b"b", True)],
    ],
    ids=["a letter in two frames", "bytes before"],
)
async def test_letters_in_pieces_and_bytes_are_well(
    listen: Listen, look_at: LookAt, frames: list[tuple[Opcode, bytes, bool]]
) -> None:
    url = await says(listen, *frames)

    outcome = await look_at("websocket", url=url, ping=False, expect="aéb")

    assert outcome.ok, outcome


@pytest.mark.parametrize(
    ("code", "reason", "blame"),
    [
        (1000, Reason.RESET, Blame.TARGET),
        (1008, Reason.BLOCKED, Blame.PROBER),
        (1011, Reason.RESET, Blame.TARGET),
        (1013, Reason.RESET, Blame.TARGET),
        (3000, Reason.UNAUTHORIZED, Blame.PROBER),
        (3003, Reason.BLOCKED, Blame.PROBER),
        (4999, Reason.RESET, Blame.TARGET),
    ],
)
async def test_the_code_says_whether_it_is_about_us(
    look_at: LookAt, code: int, reason: Reason, blame: Blame
) -> None:
    async def leave(connection: ServerConnection) -> None:
        await connection.close(code, "why")

    async with serve(leave, "127.0.0.1", 0) as server:
        port = server.sockets[0].getsockname()[1]
        outcome = await look_at(
            "websocket", url=f"ws://127.0.0.1:{port}/", ping=False, expect="hello"
        )

    assert (outcome.reason, outcome.blame) == (reason, blame), outcome
    assert f"with code {code}" in outcome.detail
