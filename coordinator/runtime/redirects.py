"""Requests to other people's servers that go where they were sent, and nowhere else."""

import http.client
from collections.abc import Callable
from functools import partial
from socket import socket
from typing import Any, TypeAlias
from urllib.request import (
    BaseHandler,
    HTTPHandler,
    HTTPRedirectHandler,
    HTTPSHandler,
    OpenerDirector,
    build_opener,
)

Note: TypeAlias = Callable[[socket], object]
"""Is told of each connection that is made, so that it can be cut from outside."""


class NoRedirects(HTTPRedirectHandler):
    """Follows none: the answer is then an HTTPError of its status."""

    def redirect_request(self, *_: object) -> None:
        """None is followed."""


def unnoted(_made: socket) -> None:
    """Nobody wants to cut it."""


class Plain(http.client.HTTPConnection):
    """A connection that is noted as soon as it is made."""

    def __init__(self, note: Note, *given: Any, **named: Any) -> None:
        super().__init__(*given, **named)
        self._note = note

    def connect(self) -> None:
        """Reach the server."""
        self.reach()
        self._note(self.sock)

    def reach(self) -> None:
        """As the library does."""
        super().connect()


class Secure(http.client.HTTPSConnection):
    """The same with TLS."""

    _context: Any

    def __init__(self, note: Note, *given: Any, **named: Any) -> None:
        super().__init__(*given, **named)
        self._note = note

    def connect(self) -> None:
        """Reach the server."""
        self.reach()
        self._note(self.sock)

    def reach(self) -> None:
        """As the library does."""
        super().connect()


class _ByHttp(HTTPHandler):
    def __init__(self, connection: Callable[..., Plain]) -> None:
        super().__init__()
        self._connection = connection

    def http_open(self, req: Any) -> Any:
        return self.do_open(self._connection, req)


class _ByHttps(HTTPSHandler):
    _context: Any

    def __init__(self, connection: Callable[..., Secure]) -> None:
        super().__init__()
        self._connection = connection

    def https_open(self, req: Any) -> Any:
        return self.do_open(self._connection, req, context=self._context)


def unredirected(
    note: Note = unnoted,
    *others: BaseHandler,
    plain: type[Plain] = Plain,
    secure: type[Secure] = Secure,
) -> OpenerDirector:
    """An opener that follows no redirect; the answer is then an HTTPError of its status. It may
    have other handlers, and other kinds of connections.
    """
    ours = _ByHttp(partial(plain, note)), _ByHttps(partial(secure, note))
    return build_opener(NoRedirects, *others, *ours)
