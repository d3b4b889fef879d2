"""How much one caller may ask: by `limits`, in bounded memory, told by the headers `RateLimit` and
`RateLimit-Policy` (draft-ietf-httpapi-ratelimit-headers).
"""

import math
from collections import OrderedDict
from dataclasses import dataclass
from typing import Final

from limits import RateLimitItem, parse
from limits.storage import Storage
from limits.strategies import FixedWindowRateLimiter
from starlette.datastructures import MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from api.http.answers.errors import BusyError
from worker.contract import clock

TOLD: Final = "outscope.rate"
"""Where a request keeps what its answer is to tell."""
MOST_CALLERS: Final = 20_000


class Bounded(Storage):
    """Counts of so many callers at most; those that began first are forgotten first, which is the
    worst that many addresses can do.
    """

    STORAGE_SCHEME = None

    def __init__(self, most: int = MOST_CALLERS) -> None:
        super().__init__()
        self._most = most
        self._counts: OrderedDict[str, tuple[int, float]] = OrderedDict()

    @property
    def base_exceptions(self) -> type[Exception]:
        """What may go wrong: nothing."""
        return ValueError

    def incr(self, key: str, expiry: int, amount: int = 1) -> int:
        """Count, in the window that goes on or a new one."""
        count, until_s = self._now(key)
        if not count:
            self._counts.pop(key, None)
            until_s = _now_s() + expiry
        self._counts[key] = (count + amount, until_s)
        while len(self._counts) > self._most:
            self._counts.popitem(last=False)
        return count + amount

    def get(self, key: str) -> int:
        """The count of the window that goes on."""
        return self._now(key)[0]

    def get_expiry(self, key: str) -> float:
        """When that window ends, in seconds since 1970."""
        return self._now(key)[1]

    def check(self) -> bool:
        """It is always there."""
        return True

    def reset(self) -> int | None:
        """Forget everybody."""
        count = len(self._counts)
        self._counts.clear()
        return count

    def clear(self, key: str) -> None:
        """Forget one."""
        self._counts.pop(key, None)

    def _now(self, key: str) -> tuple[int, float]:
        at_s = _now_s()
        count, until_s = self._counts.get(key, (0, at_s))
        return (count, until_s) if until_s > at_s else (0, at_s)


@dataclass(frozen=True, slots=True)
class Rate:
    """What is left to one caller: its quota in a window, and when that begins anew."""

    quota: int
    window_s: int
    left: int
    renewed_s: int

    def headers(self) -> dict[str, str]:
        """As the draft has them."""
        return {
            "ratelimit-policy": f'"caller";q={self.quota};w={self.window_s}',
            "ratelimit": f'"caller";r={self.left};t={self.renewed_s}',
        }


class Rates:
    """Counts the requests of each caller; without a limit it lets all through."""

    def __init__(self, limit: str) -> None:
        self._limit: RateLimitItem | None = parse(limit) if limit else None
        self._limiter = FixedWindowRateLimiter(Bounded())

    def take(self, caller: str) -> Rate | None:
        """One request more of a caller, a token or an address; BusyError when it asked too often.
        None where there is no limit.
        """
        if self._limit is None:
            return None
        within = self._limiter.hit(self._limit, caller)
        told = self._limiter.get_window_stats(self._limit, caller)
        window_s = self._limit.get_expiry()
        wait_s = max(1, math.ceil(told.reset_time - _now_s()))
        rate = Rate(self._limit.amount, window_s, told.remaining, wait_s)
        if not within:
            error = BusyError(
                "too_many_requests",
                f"{rate.quota} requests in {window_s} s are one caller's share; ask again in"
                f" {wait_s} s",
                wait_s,
            )
            error.headers = {**error.headers, **rate.headers()}
            raise error
        return rate


class TellRates:
    """Adds to each answer what is left to its caller, and, where that is so, that it is for this
    caller alone.
    """

    def __init__(self, app: ASGIApp, *, private: bool) -> None:
        self.app = app
        self.private = private

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on."""
        if scope["type"] != "http":
            return await self.app(scope, receive, send)
        told: list[Rate] = scope.setdefault(TOLD, [])

        async def send_told(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                for name, value in (told[-1].headers() if told else {}).items():
                    headers.setdefault(name, value)
                # a cache in between gives nobody what another was told
                if self.private and not _is_for_all(headers):
                    headers.add_vary_header("Authorization, Cookie")
            await send(message)

        return await self.app(scope, receive, send_told)


def _is_for_all(headers: MutableHeaders) -> bool:
    """Whether an answer says itself that caches may give it to everybody."""
    return headers.get("cache-control", "").startswith("public")


def _now_s() -> float:
    return clock.now() / 1000
