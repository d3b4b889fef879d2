"""The API below a path of a proxy, and `HEAD` wherever `GET` is."""

from typing import Final

from fastapi import Request
from starlette.types import ASGIApp, Message, Receive, Scope, Send

HEAD: Final = "outscope.head"
"""In the scope of a request whose answer nobody reads beyond its headers."""


class Below:
    """Takes requests with the prefix as without it: proxies pass on either."""

    def __init__(self, app: ASGIApp, prefix: str) -> None:
        self.app = app
        self.prefix = prefix

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on, without the prefix."""
        path = scope.get("path", "")
        if self.prefix and f"{path}/".startswith(f"{self.prefix}/"):
            bare = path.removeprefix(self.prefix) or "/"
            scope.update(path=bare, raw_path=bare.encode())
        await self.app(scope, receive, send)


class AnswerHead:
    """Answers `HEAD` as `GET`, without the body."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on."""
        if scope["type"] != "http" or scope["method"] != "HEAD":
            await self.app(scope, receive, send)
            return
        asked = {**scope, "method": "GET", HEAD: True}

        async def send_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                scope["route"] = asked.get("route")  # for those who count
                await send(message)
            elif not message.get("more_body"):
                await send({"type": "http.response.body", "body": b""})

        await self.app(asked, receive, send_headers)


def origin(request: Request) -> str:
    """Where clients reach us, with the path that a proxy puts before."""
    told: str = request.app.state.public_url
    return f"{told or str(request.base_url).rstrip('/')}{request.app.state.prefix}"


def outside(request: Request, address: str) -> str:
    """An address of ours as clients reach it."""
    return f"{request.app.state.prefix}{address}"
