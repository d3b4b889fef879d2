"""Answers packed for those who can read that: a tenth of the bytes of a large document.

Only whole answers of text: exports are streams, and are packed as they are asked for.
"""

import gzip
from asyncio import to_thread
from collections import OrderedDict
from collections.abc import Callable, Mapping
from typing import Final

from backports import zstd
from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from api.http.answers.accept import weights

WORTH: Final = 1_000
"""Bytes below which nothing is gained."""
_KEPT: Final = 16
"""Packed documents that are kept, for the same one is asked for again and again."""
_PACKERS: Final[Mapping[str, Callable[[bytes], bytes]]] = {
    "zstd": lambda body: bytes(zstd.compress(body, 3)),
    "gzip": lambda body: gzip.compress(body, 5, mtime=0),
}
_TEXT: Final = ("text/", "application/json", "application/problem+json", "image/svg+xml")


class Pack:
    """Packs whole answers of the app that it wraps, by zstd or gzip, as the client says."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app
        self._kept: OrderedDict[tuple[str, str], bytes] = OrderedDict()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        coding = wanted(Headers(scope=scope).get("accept-encoding", ""))
        start: list[Message] = []

        async def send_packed(message: Message) -> None:
            if message["type"] == "http.response.start":
                start.append(message)
                return
            if start:
                begin = start.pop()
                if not message.get("more_body") and _is_text(begin):
                    message = await self._packed(begin, message, coding)
                await send(begin)
            await send(message)

        await self.app(scope, receive, send_packed)

    async def _packed(self, begin: Message, message: Message, coding: str) -> Message:
        headers, body = MutableHeaders(scope=begin), message.get("body") or b""
        headers.add_vary_header("Accept-Encoding")
        if not coding or len(body) < WORTH:
            return message
        etag = headers.get("etag", "")
        packed = self._kept.get((coding, etag))
        if packed is None:
            packed = await to_thread(_PACKERS[coding], body)
        if etag and not etag.startswith("W/"):  # a weak one is shared by other bytes
            # other bytes have another name; `etag_of` knows it again
            headers["etag"] = f'{etag[:-1]}-{coding}"'
            self._kept[coding, etag] = packed
            while len(self._kept) > _KEPT:
                self._kept.popitem(last=False)
        headers["content-encoding"] = coding
        headers["content-length"] = str(len(packed))
        return {**message, "body": packed}


def wanted(accepted: str) -> str:
    """The coding that a client wants of those that we know; empty when it wants none."""
    given = weights(accepted)
    otherwise = given.get("*", 0.0)
    chosen = max(_PACKERS, key=lambda coding: given.get(coding, otherwise))
    return chosen if given.get(chosen, otherwise) > 0 else ""


def plain_etag(etag: str) -> str:
    """The ETag of the same document as it is when it is not packed."""
    for coding in _PACKERS:
        etag = etag.replace(f'-{coding}"', '"')
    return etag


def _is_text(begin: Message) -> bool:
    headers = Headers(raw=begin["headers"])
    packed = "content-encoding" in headers
    return headers.get("content-type", "").startswith(_TEXT) and not packed
