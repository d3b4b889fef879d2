"""A server on the loopback that plays a vendor's API: it refuses as the vendor does, and goes wrong
on demand.
"""

import asyncio
import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol

KEY = "sk-test-a1b2c3d4e5f6g7h8"
"""The only key that the vendors here accept."""
Refusal = tuple[int, dict[str, Any]]


@dataclass(frozen=True)
class Asked:
    """A request as a server sees it: header names are lower case."""

    method: str
    path: str
    query: str
    headers: Mapping[str, str]
    body: Any


class Vendor(Protocol):
    """How one vendor's API behaves, by its public documentation."""

    api: str
    base: str
    """What follows the host in the base address."""
    model: str
    echoed: str
    """How the vendor names the model when it is asked for `model`."""

    def refusal(self, asked: Asked) -> Refusal | None:
        """What the vendor says to a request that it does not take."""

    def frames(self, words: Sequence[str], *, model: str, finish: str | None = None) -> list[bytes]:
        """A whole answer, event by event, without the empty lines between them; a finish of the
        vendor's own.
        """

    def error(self, status: int) -> Refusal:
        """The error that the vendor sends with a status."""

    def error_frame(self, status: int) -> bytes:
        """The same error as an event inside a stream."""

    def listed(self) -> dict[str, Any]:
        """The list of models."""


@dataclass
class Play:
    """How an answer goes. Without anything set it goes well."""

    words: Sequence[str] = ("1", " 2", " 3", " 4", " 5", " 6", " 7", " 8")
    status: int | None = None
    """Send this error instead."""
    body: bytes | None = None
    """Send this body with status 200 (or `status`) instead."""
    content_type: str | None = None
    model: str | None = None
    finish: str | None = None
    error_after: tuple[int, int] | None = None
    """After so many events, an error event with this status, and nothing else."""
    cut_after: int | None = None
    """The stream ends after so many events as if it were whole."""
    drop_after: int | None = None
    """The connection ends after so many events."""
    hang_after: int | None = None
    """Nothing comes any more after so many events."""
    first_after_s: float = 0
    pause: Mapping[int, float] = field(default_factory=dict)
    """Seconds to wait before the event of this number."""
    pace_s: float = 0.002
    newline: bytes = b"\n"
    last_end: bytes | None = None
    """What ends the last event, in place of an empty line."""
    holds: bool = False
    """The connection stays open behind the last event, and nothing ends the body."""
    piece: int | None = None
    """Send at most so many bytes at once."""
    change: Callable[[list[bytes]], list[bytes]] = staticmethod(lambda frames: frames)  # type: ignore[assignment]
    headers: Mapping[str, str] = field(default_factory=dict)


class Stage:
    """Plays a vendor to whoever connects; remembers what it was asked."""

    def __init__(self, vendor: Vendor, play: Play) -> None:
        self.vendor = vendor
        self.play = play
        self.asked: list[Asked] = []

    async def __call__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        asked = await read_asked(reader)
        self.asked.append(asked)
        play = self.play
        refusal = (
            self.vendor.error(play.status)
            if play.status and play.body is None
            else self.vendor.refusal(asked)
        )
        if refusal is not None:
            status, document = refusal
            await self._whole(writer, status, json.dumps(document).encode(), "application/json")
        elif play.body is not None:
            await self._whole(
                writer, play.status or 200, play.body, play.content_type or "text/event-stream"
            )
        elif asked.method == "GET":
            await self._whole(
                writer, 200, json.dumps(self.vendor.listed()).encode(), "application/json"
            )
        else:
            await self._stream(writer)

    async def _whole(
        self, writer: asyncio.StreamWriter, status: int, body: bytes, kind: str
    ) -> None:
        writer.write(
            self._head(status, kind) + f"content-length: {len(body)}\r\n\r\n".encode() + body
        )
        await writer.drain()

    def _head(self, status: int, kind: str) -> bytes:
        more = "".join(f"{name}: {value}\r\n" for name, value in self.play.headers.items())
        return f"HTTP/1.1 {status} X\r\ncontent-type: {kind}\r\n{more}".encode()

    async def _stream(self, writer: asyncio.StreamWriter) -> None:
        play, vendor = self.play, self.vendor
        writer.write(self._head(200, play.content_type or "text/event-stream; charset=utf-8"))
        writer.write(b"transfer-encoding: chunked\r\n\r\n")
        await writer.drain()
        await asyncio.sleep(play.first_after_s)
        frames = vendor.frames(play.words, model=play.model or vendor.echoed, finish=play.finish)
        if play.error_after is not None:
            count, status = play.error_after
            frames = [*frames[:count], vendor.error_frame(status)]
        frames = play.change(frames)
        for number, frame in enumerate(frames):
            if number == play.cut_after:
                break
            if number == play.drop_after:
                writer.transport.abort()
                return
            if number == play.hang_after:
                await asyncio.sleep(60)
            await asyncio.sleep(play.pause.get(number, play.pace_s))
            last = number == len(frames) - 1 and play.last_end is not None
            end = play.last_end if last else 2 * play.newline
            await self._send(writer, frame.replace(b"\n", play.newline) + (end or b""))
        if play.holds:
            await asyncio.sleep(60)
        writer.write(b"0\r\n\r\n")
        await writer.drain()

    async def _send(self, writer: asyncio.StreamWriter, data: bytes) -> None:
        size = self.play.piece or len(data)
        for begin in range(0, len(data), size):
            part = data[begin : begin + size]
            writer.write(f"{len(part):x}\r\n".encode() + part + b"\r\n")
            await writer.drain()
            if self.play.piece:
                await asyncio.sleep(0.0002)


async def read_asked(reader: asyncio.StreamReader) -> Asked:
    """One request."""
    head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1")
    line, *lines = head.split("\r\n")
    method, target, _ = line.split(" ")
    headers = {
        name.lower(): value.strip()
        for name, _, value in (line.partition(":") for line in lines)
        if name
    }
    body = await reader.readexactly(int(headers.get("content-length", 0)))
    path, _, query = target.partition("?")
    return Asked(method, path, query, headers, json.loads(body) if body else None)


def event(document: Any, name: str | None = None) -> bytes:
    """An event with a JSON document, without the empty line that ends it."""
    head = f"event: {name}\n" if name else ""
    return f"{head}data: {json.dumps(document, separators=(',', ':'))}".encode()
