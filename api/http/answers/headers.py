"""The headers of every answer: whose it is, and this origin only, no sniffing, no framing."""

from typing import Final

from starlette.datastructures import MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from worker.contract.installed import VERSION_HEADER, own_version

_POLICY: Final = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; "
    "manifest-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)
HEADERS: Final = {
    "content-security-policy": _POLICY,
    "x-content-type-options": "nosniff",
    "x-frame-options": "DENY",
    "referrer-policy": "no-referrer",
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
    VERSION_HEADER: own_version(),
    "permissions-policy": "camera=(), geolocation=(), microphone=()",
}


_OF_MACHINES: Final = {VERSION_HEADER: own_version(), "x-content-type-options": "nosniff"}
_MACHINES: Final = "/v1/relay/"
"""No browser asks there, and links to workers may be thin."""


class SecurityHeaders:
    """Adds the headers to each HTTP answer of the app that it wraps."""

    def __init__(self, app: ASGIApp, *, shared: bool = False) -> None:
        self.app = app
        # pages of other origins may read it, as a setting says
        apart = {"cross-origin-resource-policy": "cross-origin"} if shared else {}
        self.headers = {**HEADERS, **apart}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on; headers that the answer sets itself stay."""

        async def send_with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                found = _OF_MACHINES if scope["path"].startswith(_MACHINES) else self.headers
                for name, value in found.items():
                    headers.setdefault(name, value)
            await send(message)

        await self.app(scope, receive, send_with_headers if scope["type"] == "http" else send)
