"""Documents in words: Markdown for who asks for it, by `.md` behind the address or by `Accept`.

It is made of the JSON answer, so both always say the same.
"""

from typing import Final

import orjson
from starlette.datastructures import MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from api.documents.markdown import Kind, kind_of
from api.documents.markdown.text import MEDIA_TYPE
from api.http.answers.accept import weights
from api.http.answers.packing import plain_etag

SUFFIX: Final = ".md"
_MARK: Final = '-md"'
"""Other bytes have another ETag."""


class Worded:
    """Answers in Markdown where that is asked for, and there is something to tell."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on, as one for JSON."""
        path: str = scope.get("path", "")
        bare = path.removesuffix(SUFFIX)
        kind = kind_of(bare) if scope["type"] == "http" and scope["method"] == "GET" else None
        if kind is None:
            await self.app(scope, receive, send)
            return
        headers = MutableHeaders(scope=scope)
        if bare == path and not prefers_markdown(headers.get("accept", "")):
            await self.app(scope, receive, _varying(send))
            return
        if "if-none-match" in headers:
            headers["if-none-match"] = _of_json(headers["if-none-match"])
        scope.update(path=bare, raw_path=bare.encode(), headers=headers.raw)
        await _Wording(kind, _varying(send)).of(self.app, scope, receive)


class _Wording:
    """One answer, held back until it is whole."""

    def __init__(self, kind: Kind, send: Send) -> None:
        self._kind = kind
        self._send = send
        self._begin: Message = {}
        self._body = bytearray()

    async def of(self, app: ASGIApp, scope: Scope, receive: Receive) -> None:
        """Ask the app, and answer."""
        await app(scope, receive, self._take)

    async def _take(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            self._begin = message
            return
        self._body += message.get("body") or b""
        if message.get("more_body"):
            return
        body, headers = bytes(self._body), MutableHeaders(scope=self._begin)
        if self._begin["status"] == 200:
            body = self._kind(orjson.loads(body))
            headers["content-type"] = f"{MEDIA_TYPE}; charset=utf-8"
            headers["content-length"] = str(len(body))
        if self._begin["status"] in {200, 304} and "etag" in headers:
            headers["etag"] = f"{headers['etag'][:-1]}{_MARK}"
        await self._send(self._begin)
        await self._send({"type": "http.response.body", "body": body})


def _varying(send: Send) -> Send:
    """Tells caches that another `Accept` gets another answer."""

    async def varying(message: Message) -> None:
        if message["type"] == "http.response.start":
            MutableHeaders(scope=message).add_vary_header("Accept")
        await send(message)

    return varying


def _of_json(if_none_match: str) -> str:
    """The ETags of the JSON that the Markdown which a client holds was made of."""
    held = (plain_etag(tag.strip()) for tag in if_none_match.split(","))
    made = [tag.removesuffix(_MARK) + '"' for tag in held if tag.endswith(_MARK)]
    return ", ".join(made) or '""'


def prefers_markdown(accept: str) -> bool:
    """Whether a client would rather read Markdown than JSON (RFC 9110, 12.5.1)."""
    given = weights(accept)
    wanted = given.get(MEDIA_TYPE, 0.0)
    json = max(given.get("application/json", 0.0), given.get("application/*", 0.0))
    return wanted > 0 and wanted >= json
