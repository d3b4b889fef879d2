"""`GET /healthz` and `GET /readyz` of a process that has no other HTTP.

A thread of its own answers, so that a process whose loop is stuck can still say so.
"""

import json
import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from socket import AF_INET6
from threading import Thread
from typing import TYPE_CHECKING, Final

from worker.contract.health.signs import Ill, Signs, ills
from worker.contract.settings.address import echoed

if TYPE_CHECKING:
    from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

VARIABLE: Final = "OUTSCOPE_HEALTH"
_ADDRESS: Final = re.compile(r"(?:\[([0-9a-fA-F:.]+)\]|([A-Za-z0-9.-]+)):([0-9]{1,5})")
_PATIENCE_S: Final = 5.0
"""So long a client may take to ask."""
_JSON: Final = "application/json"

Address = tuple[str, int]


class ListenError(ValueError):
    """It cannot answer where it shall; the sentence says what to do."""


def read_address(text: str, called: str = VARIABLE) -> Address | None:
    """Where to answer, from `HOST:PORT`; None when nothing is said. ValueError for anything
    else.
    """
    found = _ADDRESS.fullmatch(text)
    if not text:
        return None
    if found is None or not 0 < int(found[3]) < 65_536:
        raise ValueError(f"{called} is {echoed(text)}; write HOST:PORT, such as 127.0.0.1:8081")
    return found[1] or found[2], int(found[3])


@contextmanager
def serving(address: Address | None, signs: Signs, called: str = VARIABLE) -> Iterator[None]:
    """Answer while the block runs; without an address nobody does. ListenError when it cannot
    listen there.
    """
    if address is None:
        yield
        return
    try:
        server = _server(address)(address, _handler(signs))
    except OSError as error:
        shown = f"{address[0]}:{address[1]}"
        raise ListenError(
            f"{called} is {shown}, where this process cannot listen: {error.strerror}; give"
            " another one"
        ) from None
    server.daemon_threads = True
    thread = Thread(target=server.serve_forever, name="health", daemon=True)
    thread.start()
    try:
        yield
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def _server(address: Address) -> "type[ThreadingHTTPServer]":
    # late, here and below: few ask for this, and it brings a megabyte of the names of HTML
    from http.server import ThreadingHTTPServer
    from socketserver import TCPServer

    class Server(ThreadingHTTPServer):
        address_family = AF_INET6 if ":" in address[0] else ThreadingHTTPServer.address_family

        def server_bind(self) -> None:
            """Bind, and ask no name server what the address is called."""
            TCPServer.server_bind(self)
            self.server_name, self.server_port = address

    return Server


def _handler(signs: Signs) -> "type[BaseHTTPRequestHandler]":
    from http.server import BaseHTTPRequestHandler

    class Handler(BaseHTTPRequestHandler):
        timeout = _PATIENCE_S

        def do_GET(self) -> None:
            path = self.path.partition("?")[0]
            asked = {"/healthz": signs.alive, "/readyz": signs.ready}.get(path)
            if asked is None:
                self._answer(404, {"status": "unknown", "ask": "/healthz or /readyz"})
                return
            words = ("alive", "stuck") if path == "/healthz" else ("ready", "not ready")
            self._answer(*answer(asked(), words, signs.role()))

        def _answer(self, status: int, document: Mapping[str, object]) -> None:
            body = json.dumps(document).encode() + b"\n"
            self.send_response(status)
            self.send_header("content-type", _JSON)
            self.send_header("content-length", str(len(body)))
            self.send_header("cache-control", "no-store")
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            """Say nothing: it is asked every few seconds."""

    return Handler


def answer(
    parts: Mapping[str, Ill], words: tuple[str, str], role: str = ""
) -> tuple[int, dict[str, object]]:
    """Status and document: 200 when all parts are well, else 503 and what is wrong."""
    found = ills(parts)
    document: dict[str, object] = {"status": words[1] if found else words[0]}
    if role:
        document["role"] = role
    if found:
        document["wrong"] = found
    return (503 if found else 200), document
