"""Gives an answer out again, byte by byte, without asking the address that made it."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any, Final, TypeAlias

from fastapi import Request
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from api.http.access.door import ASKED, Requires
from api.http.access.rates import TOLD, Rate
from api.http.answers.errors import ProblemError
from api.http.kept.marks import MARK, Made, Own
from api.http.kept.spliced import Rest, rest_of
from api.http.sources.snapshot import Snapshot
from api.http.sources.sources import Sources
from coordinator.store import TROUBLE

READ: Final = frozenset({b"host", b"accept", b"accept-encoding", b"if-none-match", b"origin"})
"""The headers that an answer depends on, beside those that say who asks."""
MOST: Final = 1_000
MOST_BYTES: Final = 8_000_000
_AGAIN: Final = (200, 304)
_RATES: Final = (b"ratelimit", b"ratelimit-policy")
_NOT_NOW: Final[tuple[type[Exception], ...]] = (*TROUBLE, ProblemError, TimeoutError)
_Headers: TypeAlias = list[tuple[bytes, bytes]]
_Key: TypeAlias = tuple[Any, ...]


@dataclass(frozen=True, slots=True)
class Kept:
    """One answer."""

    made: Made
    asked: Sequence[Requires]
    """What the door asks of who wants it."""
    route: object
    start: Message
    body: Message
    own: Own | None = None
    """How the body begins for one caller."""
    rest: Rest | None = None
    """Where given, what follows that; the body is empty then, and the start lacks its length."""

    @property
    def size(self) -> int:
        """Bytes that it takes, nearly."""
        return len(self.body.get("body", b"")) + (self.rest.size if self.rest is not None else 0)

    def told_to(self, address: str) -> tuple[Message, Message]:
        """Start and body for a caller."""
        if self.own is None or self.rest is None:
            return self.start, self.body
        body = self.rest.after(self.own.begin(address))
        length = (b"content-length", b"%d" % len(body))
        start = {**self.start, "headers": [*self.start["headers"], length]}
        return start, {**self.body, "body": body}


class Replay:
    """Keeps answers of the app that it wraps, as their addresses say, and gives them out again.

    Only what does not depend on who asks is kept: the door asks each caller as it did the first.
    What the door refuses, or the store cannot tell, is left to the app.
    """

    def __init__(self, app: ASGIApp) -> None:
        self.app = app
        self._snapshot: Snapshot | None = None
        self._of: dict[_Key, Kept] = {}
        self._own: dict[_Key, Own] = {}
        """Of what is not told to everybody alike."""
        self._bytes = 0

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer again, or pass the request on."""
        if scope["type"] != "http" or scope["method"] != "GET":
            await self.app(scope, receive, send)
            return
        key, address = key_of(scope), _address(scope)
        kept = self._found(key, address)
        if kept is None or not await self._may_have(kept, scope):
            await self._pass_on(key, scope, receive, send)
            return
        scope["route"] = kept.route
        rates: list[Rate] = scope[TOLD]
        start, body = kept.told_to(address)
        if rates:
            told = rates[-1].headers().items()
            own = [(name.encode(), value.encode()) for name, value in told]
            start = {**start, "headers": [*start["headers"], *own]}
        await send(start)
        await send(body)

    def _found(self, key: _Key, address: str) -> Kept | None:
        own = self._own.get(key)
        if own is None:
            return self._of.get(key)
        return self._of.get((*key, "of", own.group(address))) or self._of.get((*key, address))

    async def _may_have(self, kept: Kept, scope: Scope) -> bool:
        """Whether the answer stands, and this caller is let in."""
        sources: Sources = scope["app"].state.sources
        scope.setdefault(TOLD, [])
        try:
            if await sources.snapshots.current() is not kept.made.snapshot:
                return False
            request = Request(scope)
            for one in kept.asked:
                await one(request, sources)
        except _NOT_NOW:
            return False
        return kept.made.stands()

    async def _pass_on(self, key: _Key, scope: Scope, receive: Receive, send: Send) -> None:
        start: list[Message] = []
        scope.setdefault(TOLD, [])

        async def send_kept(message: Message) -> None:
            if message["type"] == "http.response.start":
                start.append(message)
            elif start:
                self._keep(key, scope, start.pop(), message)
            await send(message)

        await self.app(scope, receive, send_kept)

    def _keep(self, key: _Key, scope: Scope, start: Message, body: Message) -> None:
        made: Made | None = scope.get(MARK)
        whole = start["status"] in _AGAIN and not body.get("more_body")
        if made is None or not whole or not (made.for_all or scope.get(ASKED)):
            return
        if made.snapshot is not self._snapshot or self._is_full:
            self._of, self._own, self._bytes, self._snapshot = {}, {}, 0, made.snapshot
        headers: _Headers = [one for one in start["headers"] if one[0] not in _RATES]
        again = {**start, "headers": headers}
        found = Kept(made, tuple(scope.get(ASKED, ())), scope.get("route"), again, body)
        if made.own is not None:
            self._own[key] = made.own
            key, found = _apart(key, _address(scope), found, made.own)
        self._of[key] = found
        self._bytes += found.size

    @property
    def _is_full(self) -> bool:
        return len(self._of) >= MOST or self._bytes >= MOST_BYTES


def key_of(scope: Scope) -> _Key:
    """All of a request that its answer depends on, but for who asks."""
    headers = [pair for pair in scope["headers"] if pair[0] in READ]
    return (scope["scheme"], scope["path"], scope["query_string"], *headers)


def _apart(key: _Key, address: str, whole: Kept, own: Own) -> tuple[_Key, Kept]:
    """Where to keep an answer that is not told to everybody alike, and how: for all of a group by
    how it begins for each; the whole for one address where it is not JSON as it was made.
    """
    coding = dict(whole.start["headers"]).get(b"content-encoding", b"").decode()
    rest = rest_of(coding, whole.body.get("body", b""), own.begin(address))
    if rest is None:
        return (*key, address), whole
    headers = [one for one in whole.start["headers"] if one[0] != b"content-length"]
    start, body = {**whole.start, "headers": headers}, {**whole.body, "body": b""}
    found = replace(whole, start=start, body=body, own=own, rest=rest)
    return (*key, "of", own.group(address)), found


def _address(scope: Scope) -> str:
    return scope["client"][0] if scope.get("client") else ""
