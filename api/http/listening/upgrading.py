"""A request that opens a WebSocket goes the way of all others: through the same doors, to the same
address, counted and refused alike.
"""

import asyncio
from contextlib import suppress
from typing import Final

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from api.http.live.socket import CLOSING, SWITCHING, WEBSOCKET

_SCHEMES: Final = {"ws": "http", "wss": "https"}


class Upgrades:
    """Lets an app answer such a request as it does any `GET`: with status 101, and each part of the
    body is a message; any other status refuses it.
    """

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on."""
        if scope["type"] != "websocket":
            await self._app(scope, receive, send)
            return
        scheme = _SCHEMES.get(scope["scheme"], "http")
        asked = {**scope, "type": "http", "method": "GET", "scheme": scheme, WEBSOCKET: True}
        await self._app(asked, _nothing, _Answer(send).take)


class _Answer:
    """What the app says, as a WebSocket says it."""

    def __init__(self, send: Send) -> None:
        self._send = send
        self._open = False

    async def take(self, message: Message) -> None:
        """Pass one part on. OSError when nobody is there who follows any more."""
        if message["type"] == "http.response.start" and message["status"] == SWITCHING:
            await self._send({"type": "websocket.accept", "headers": message["headers"]})
            self._open = True
        elif self._open:
            await self._tell(message)
        else:
            with suppress(OSError):  # who is refused need not wait for it
                await self._send({**message, "type": f"websocket.{message['type']}"})

    async def _tell(self, message: Message) -> None:
        if message.get("more_body"):
            await self._send({"type": "websocket.send", "text": message["body"].decode()})
        else:
            code, reason = message[CLOSING]
            await self._send({"type": "websocket.close", "code": code, "reason": reason})


async def _nothing() -> Message:
    """What the client says of its request: nothing more, and it is there until sending fails."""
    await asyncio.Event().wait()
    raise AssertionError
