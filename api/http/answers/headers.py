"""The headers of every answer: whose it is, and this origin only, no sniffing, no framing. And the
one script that stands in pages, which the policy allows by what it says (CSP, `hash-source`).
"""

from base64 import b64encode
from hashlib import sha256
from pathlib import Path
from typing import Final

from starlette.datastructures import MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from worker.contract.installed import VERSION_HEADER, own_version

_SCRIPT: Final = (Path(__file__).parents[2] / "web" / "core" / "again.js").read_bytes()
"""Asks for the page again when a file of it did not come, and so may be no such file."""
_MARK: Final = b'<script src="./web/core/again.js"></script>'
_SUM: Final = b64encode(sha256(_SCRIPT).digest()).decode()
_POLICY: Final = (
    f"default-src 'none'; script-src 'self' 'sha256-{_SUM}'; style-src 'self'; img-src 'self'; "
    "connect-src 'self'; manifest-src 'self'; base-uri 'none'; form-action 'none'; "
    "frame-ancestors 'none'"
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


def inlined(page: bytes) -> bytes:
    """The page with the script in the place of its mark."""
    return page.replace(_MARK, b"<script>" + _SCRIPT + b"</script>", 1)


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
