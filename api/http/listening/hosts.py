"""Names under which the API may be asked. A page from elsewhere that lets its own name point here
(DNS rebinding) asks under that name, and is refused.
"""

import socket
from collections.abc import Iterable
from dataclasses import dataclass, field
from ipaddress import ip_address
from typing import Final

from fastapi import Request
from starlette.types import ASGIApp, Receive, Scope, Send

from api.http.answers.errors import ProblemError, problem
from worker.contract.target import plain_host

ANY: Final = "*"
SETTING: Final = "OUTSCOPE_PUBLIC_HOSTS"
_LOCAL: Final = "localhost"


@dataclass(frozen=True, slots=True)
class Hosts:
    """The names of an API that listens at an address, beside those that were configured."""

    address: str
    named: frozenset[str] = field(default_factory=frozenset)

    def known(self, header: str) -> bool:
        """Whether a Host header names this API. Ports do not matter: proxies have others."""
        name = _name(header)
        if name is None:
            return False
        if ANY in self.named or name in self.named or _local(name):
            return True
        if any(name.endswith(suffix) for suffix in self.named if suffix.startswith(".")):
            return True
        if _local(self.address.lower()):
            return False
        # a page that rebinds has a name, and cannot ask under an address
        return _is_address(name) or name in (self.address.lower(), socket.gethostname().lower())


def hosts(address: str, named: Iterable[str]) -> Hosts:
    """Hosts for an address to listen at; `*.example.org` stands for every name below it."""
    written = (plain_host(name.strip()) for name in named)
    return Hosts(address, frozenset(name.removeprefix("*") or ANY for name in written if name))


class CheckHost:
    """Refuses what asks under another name, before anything looks at it."""

    def __init__(self, app: ASGIApp, known: Hosts) -> None:
        self.app = app
        self.known = known

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass on what names us, or (as browsers never do) nobody."""
        if scope["type"] != "http":
            return await self.app(scope, receive, send)
        told = [value.decode("latin-1") for name, value in scope["headers"] if name == b"host"]
        if len(told) <= 1 and all(map(self.known.known, told)):
            return await self.app(scope, receive, send)
        sentence = (
            f"It was asked as {', '.join(told)[:80]!r}. If people reach it under that name, set"
            f" {SETTING} to the name (several with commas) where the API runs, or let the proxy"
            " in front of it send the address that it connects to."
        )
        answer = problem(Request(scope), ProblemError("unknown_host", sentence))
        return await answer(scope, receive, send)


def _name(header: str) -> str | None:
    """The name of a Host header in lower case, without port; None when it is none."""
    text = header.strip().lower()
    if text.startswith("["):
        name, end, port = text[1:].partition("]")
        return name if end and _is_port(port) else None
    name, sign, port = text.partition(":")
    return name.rstrip(".") or None if _is_port(sign + port) else None


def _is_port(text: str) -> bool:
    return text in ("", ":") or (text[0] == ":" and text[1:].isascii() and text[1:].isdigit())


def _local(name: str) -> bool:
    if name == _LOCAL or name.endswith("." + _LOCAL):
        return True
    return _is_address(name) and ip_address(name).is_loopback


def _is_address(name: str) -> bool:
    try:
        ip_address(name)
    except ValueError:
        return False
    return True
