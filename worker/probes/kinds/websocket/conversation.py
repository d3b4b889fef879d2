"""A WebSocket over our own stream: the protocol without I/O is a library's, the bytes are carried
here.
"""

import logging
import secrets
from collections import deque
from collections.abc import AsyncGenerator, Mapping
from typing import Final

from websockets.client import ClientProtocol
from websockets.exceptions import InvalidStatus
from websockets.frames import Frame, Opcode
from websockets.protocol import State
from websockets.typing import Subprotocol
from websockets.uri import parse_uri

from worker.contract.outcome import Blame, Fault, Reason
from worker.probes.http.answers.expect import Expect
from worker.probes.http.answers.judging import status_fault
from worker.probes.network.stream import Stream, ended

_MESSAGES: Final = (Opcode.TEXT, Opcode.BINARY, Opcode.CONT)
_LOG: Final = logging.getLogger(f"outscope.{__name__}")
_LOG.setLevel(logging.INFO)  # at DEBUG the library writes down every header, and those hold secrets
_UPGRADED: Final = Expect(status=(101,))


class Over(Exception):  # noqa: N818 - what the target did, not an error of ours
    """The conversation cannot go on, and why."""

    def __init__(self, fault: Fault) -> None:
        super().__init__(fault[2])
        self.fault = fault


class Conversation:
    """Opened once, then talked over. Every method raises Over, or what the stream raises."""

    def __init__(self, stream: Stream, url: str, subprotocols: tuple[str, ...], limit: int) -> None:
        self.doing = "handshake"
        self._stream = stream
        self._frames: deque[Frame] = deque()
        self._protocol = ClientProtocol(
            parse_uri(url),
            subprotocols=[Subprotocol(name) for name in subprotocols] or None,
            max_size=limit,
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
        while self._protocol.state is State.CONNECTING and self._protocol.handshake_exc is None:
            await self._turn()
        if (error := self._protocol.handshake_exc) is not None:
            raise Over(_refused(error, credentials=credentials))

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
        self.doing, message = "message", b""
        while True:
            frame = await self._next()
            if frame.opcode in _MESSAGES:
                message += bytes(frame.data)
                if frame.fin:
                    yield message
                    message = b""

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
        if data:
            self._protocol.receive_data(data)
        else:
            self._protocol.receive_eof()
        self._frames += [
            event for event in self._protocol.events_received() if isinstance(event, Frame)
        ]
        if not data and self._protocol.handshake_exc is None and not self._frames:
            raise Over(self._ended())

    async def _flush(self) -> None:
        data = b"".join(self._protocol.data_to_send())
        if data:
            await self._stream.send(data)

    def _ended(self) -> Fault:
        received = self._protocol.close_rcvd
        if received is not None:
            return (
                Reason.RESET,
                Blame.TARGET,
                f"the target closed the WebSocket with code {received.code}",
            )
        if (sent := self._protocol.close_sent) is not None:
            return (
                Reason.PROTOCOL,
                Blame.TARGET,
                f"the target broke the protocol: {sent.reason or sent.code}"[:120],
            )
        return ended(self.doing)


def _refused(error: Exception, *, credentials: bool) -> Fault:
    if isinstance(error, InvalidStatus):
        fault = status_fault(
            _UPGRADED, error.response.status_code, follows=False, credentials=credentials
        )
        if fault is not None:
            return fault
    if isinstance(error, EOFError) or isinstance(error.__cause__, EOFError):
        return Reason.RESET, Blame.TARGET, "the target closed the connection without an answer"
    return (
        Reason.PROTOCOL,
        Blame.TARGET,
        f"the answer is no WebSocket handshake ({type(error).__name__})",
    )
