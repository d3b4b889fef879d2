"""An address that goes away says so in each of its answers, long before: `Deprecation` (RFC 9745),
`Sunset` (RFC 8594) and a link to the reference. What is promised:
docs/explanation/compatibility.md
"""

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from email.utils import format_datetime
from typing import Any, Final

from fastapi import Depends, Request
from starlette.datastructures import MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from api.http.answers.prefix import outside

TOLD: Final = "outscope.deprecated"
"""In the scope of a request: the headers that its answer gets."""
NOTICE: Final = timedelta(days=180)
"""So long an address answers at least after it was called deprecated."""


@dataclass(frozen=True, slots=True)
class Deprecated:
    """An address that is deprecated `since` a day and may be gone after `sunset`, both in UTC.
    `instead` says what to ask. ValueError when the notice is too short.
    """

    since: date
    sunset: date
    instead: str

    def __post_init__(self) -> None:
        if self.sunset - self.since < NOTICE:
            raise ValueError(
                f"{self.sunset} is less than {NOTICE.days} days after {self.since}; give people"
                " more time"
            )

    async def __call__(self, request: Request) -> None:
        """Let the answer say it."""
        named = request.scope["route"].operation_id
        about = f'<{outside(request, "/docs")}#{named}>; rel="deprecation"; type="text/html"'
        request.scope.setdefault(TOLD, []).extend((*self.headers().items(), ("link", about)))

    def headers(self) -> dict[str, str]:
        """Both headers."""
        sunset = format_datetime(_midnight(self.sunset), usegmt=True)
        return {"deprecation": f"@{_midnight(self.since).timestamp():.0f}", "sunset": sunset}

    @property
    def sentence(self) -> str:
        """What the reference says."""
        return (
            f"Deprecated since {self.since}, and answers until {self.sunset} at least:"
            f" {self.instead}."
        )


def deprecated(since: str, sunset: str, instead: str) -> Any:
    """The dependency of an address that goes away; days as `2026-12-01`."""
    return Depends(Deprecated(date.fromisoformat(since), date.fromisoformat(sunset), instead))


class TellDeprecated:
    """Adds these headers, beside the links that an answer has already."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on."""
        told: list[tuple[str, str]] = []
        scope[TOLD] = told

        async def send_told(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                for name, value in told:
                    headers.append(name, value)
            await send(message)

        await self.app(scope, receive, send_told if scope["type"] == "http" else send)


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time(), UTC)
