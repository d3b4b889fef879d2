"""A WebSocket over our own stream: the protocol without I/O is a library's, the bytes are carried
here.
"""

import asyncio
import logging
import secrets
from collections import deque
from collections.abc import AsyncGenerator, Mapping
from contextlib import suppress
from types import MappingProxyType
from typing import Any, Final

from websockets.client import ClientProtocol
from websockets.frames import CloseCode, Frame, Opcode
from websockets.protocol import State
from websockets.typing import Subprotocol
from websockets.uri import parse_uri

from worker.contract.outcome import Blame, Fault, Reason
from worker.probes.http.answers import edge
from worker.probes.http.answers.expect import Expect
from worker.probes.http.answers.judging import status_fault
from worker.probes.http.answers.refusals import PAGE, TELLING_PAGES, refusal
from worker.probes.http.answers.wall import wall_by_headers
from worker.probes.http.request import Answer
from worker.probes.http.visit import told
from worker.probes.kinds.websocket.answer import UPGRADED, NotHttpError, answer_of, upgrade_of
from worker.probes.network.stream import BROKEN, Stream, ended

_MESSAGES: Final = (Opcode.TEXT, Opcode.BINARY, Opcode.CONT)
_LOG: Final = logging.getLogger(f"outscope.{__name__}")
_LOG.setLevel(logging.INFO)  # at DEBUG the library writes down every header, and those hold secrets
_UPGRADED: Final = Expect(status=(101,))
_UNANSWERED: Final[Fault] = (
    Reason.RESET,
    Blame.TARGET,
    "the target closed the connection without an answer",
)
_MOST_BYTES: Final = 16 << 20
_TOO_LONG: Final[Fault] = (
    Reason.CONTENT,
    Blame.PROBER,
    f"the target says more than the {_MOST_BYTES >> 20} MiB that this worker takes",
)
_NO_TEXT: Final[Fault] = (
    Reason.PROTOCOL,
    Blame.TARGET,
    "the target broke the protocol: a text message that is not UTF-8",
)
"""RFC 6455, section 8.1; the library leaves it to who puts messages together."""
_CLOSED: Final[Mapping[int, Fault]] = {
    1008: (Reason.BLOCKED, Blame.PROBER, ": what this prober says is against its policy"),
    3000: (Reason.UNAUTHORIZED, Blame.PROBER, ": it wants other credentials than ours"),
    3003: (Reason.BLOCKED, Blame.PROBER, ": it does not let this prober in"),
}
"""Codes that are about us (RFC 6455, section 7.4.1, and IANA's registry)."""
_OURS: Final[Mapping[int, Fault]] = {CloseCode.MESSAGE_TOO_BIG: _TOO_LONG}
"""Why we close a WebSocket whose target did nothing wrong."""
_PAGE_S: Final = 0.2
"""So long a page is waited for that may say who refused."""


class Over(Exception):  # noqa: N818 - what the target did, not an error of ours
    """The conversation cannot go on, and why."""

    def __init__(self, fault: Fault, extra: Mapping[str, Any] = MappingProxyType({})) -> None:
        super().__init__(fault[2])
        self.fault = fault
        self.extra = extra


class Conversation:
    """Opened once, then talked over. Every method raises Over, or what the stream raises."""

    def __init__(self, stream: Stream, url: str, subprotocols: tuple[str, ...]) -> None:
        self.doing = "handshake"
        self._heard = 0
        self._stream = stream
        self._frames: deque[Frame] = deque()
        self._protocol = ClientProtocol(
            parse_uri(url),
            subprotocols=[Subprotocol(name) for name in subprotocols] or None,
            max_size=_MOST_BYTES,
            logger=_LOG,
        )

    @property
    def subprotocol(self) -> str | None:
        """What the server chose of the subprotocols."""
        return self._protocol.subprotocol

    async def open(self, headers: Mapping[str, str], *, credentials: bool) -> None:
        """Have the connection upgraded; `credentials` says whether the headers hold any."""
        request = self._protocol.connect()
        for name, value in headers.items():
            request.headers[name] = value
        self._protocol.send_request(request)
        await self._flush()
        answer, rest = await self._answer()
        if answer.status != UPGRADED:
            raise Over(*await self._refused(answer, rest, credentials=credentials))
        self._take(upgrade_of(answer) + rest)
        if (error := self._protocol.handshake_exc) is not None:
            raise Over(_no_handshake(type(error).__name__))

    async def _answer(self) -> tuple[Answer, bytes]:
        """The answer to the handshake, and what came behind its head."""
        heard = b""
        try:
            while (found := answer_of(heard)) is None:
                data = await self._stream.receive()
                if not data:
                    return _cut_short(heard)
                heard += data
        except NotHttpError as error:
            raise Over(_no_handshake(str(error))) from error
        return found

    async def _refused(
        self, answer: Answer, body: bytes, *, credentials: bool
    ) -> tuple[Fault, dict[str, Any]]:
        """What another answer than an upgrade says, and what `extra` tells of it."""
        noted = edge.noted(answer.lines)
        if answer.status in TELLING_PAGES and wall_by_headers(noted) is None:
            body = await self._page(answer, body)
        fault = refusal(answer.status, noted, body, credentials=credentials) or status_fault(
            _UPGRADED, answer.status, follows=False
        )
        assert fault is not None  # noqa: S101 - only 101 is well
        return fault, told(answer, noted)

    async def _page(self, answer: Answer, body: bytes) -> bytes:
        """What comes of a page in a moment: the status is there, and no wall makes us wait for
        it.
        """
        length = answer.headers.get("content-length", "")
        size = min(int(length), PAGE) if length.isdecimal() and len(length) < 10 else PAGE
        with suppress(*BROKEN):
            async with asyncio.timeout(_PAGE_S):
                while len(body) < size and (data := await self._stream.receive()):
                    body += data
        return body

    async def ping(self) -> None:
        """Send a ping and wait for its pong; messages that come before are kept."""
        self.doing, token = "pong", secrets.token_bytes(8)
        self._protocol.send_ping(token)
        kept: list[Frame] = []
        while True:
            frame = await self._next()
            if frame.opcode is Opcode.PONG and bytes(frame.data) == token:
                self._frames.extendleft(reversed(kept))
                return
            kept.append(frame)

    async def say(self, message: bytes, *, binary: bool) -> None:
        """Send one message."""
        if binary:
            self._protocol.send_binary(message)
        else:
            self._protocol.send_text(message)
        await self._flush()

    async def messages(self) -> AsyncGenerator[bytes, None]:
        """Messages as they come, put together from their fragments."""
        self.doing, message, is_text = "message", b"", False
        while True:
            frame = await self._next()
            if frame.opcode in _MESSAGES:
                message += bytes(frame.data)
                is_text |= frame.opcode is Opcode.TEXT
                if frame.fin:
                    if is_text and not _is_utf8(message):
                        raise Over(_NO_TEXT)
                    yield message
                    message, is_text = b"", False

    async def close(self) -> None:
        """Say goodbye, and wait for no answer."""
        if self._protocol.state is State.OPEN:
            self._protocol.send_close(1000)
            await self._flush()

    async def _next(self) -> Frame:
        while not self._frames:
            await self._turn()
        return self._frames.popleft()

    async def _turn(self) -> None:
        """Send what is to be sent, and take in what comes."""
        await self._flush()
        if self._protocol.state in (State.CLOSING, State.CLOSED):
            raise Over(self._ended())
        data = await self._stream.receive()
        self._take(data)
        if not data and not self._frames:
            raise Over(self._ended())

    def _take(self, data: bytes) -> None:
        self._heard += len(data)
        if self._heard > _MOST_BYTES:
            raise Over(_TOO_LONG)
        if data:
            self._protocol.receive_data(data)
        else:
            self._protocol.receive_eof()
        self._frames += [
            event for event in self._protocol.events_received() if isinstance(event, Frame)
        ]

    async def _flush(self) -> None:
        data = b"".join(self._protocol.data_to_send())
        if data:
            await self._stream.send(data)

    def _ended(self) -> Fault:
        received = self._protocol.close_rcvd
        if received is not None:
            reason, blame, why = _CLOSED.get(received.code, (Reason.RESET, Blame.TARGET, ""))
            return reason, blame, f"the target closed the WebSocket with code {received.code}{why}"
        if (sent := self._protocol.close_sent) is not None:
            broke = f"the target broke the protocol: {sent.reason or sent.code}"[:120]
            return _OURS.get(sent.code, (Reason.PROTOCOL, Blame.TARGET, broke))
        return ended(self.doing)


def _cut_short(heard: bytes) -> tuple[Answer, bytes]:
    """The answer whose head ended too early, when its status is there and says all; else Over."""
    with suppress(NotHttpError):
        found = answer_of(heard + b"\r\n\r\n")
        if found is not None and found[0].status != UPGRADED:
            return found
    raise Over(ended("answer") if heard else _UNANSWERED)


def _is_utf8(message: bytes) -> bool:
    try:
        message.decode()
    except UnicodeDecodeError:
        return False
    return True


def _no_handshake(why: str) -> Fault:
    return Reason.PROTOCOL, Blame.TARGET, f"the answer is no WebSocket handshake ({why})"
