"""Real receivers of messages: a mail server, and a web server that answers as it is told."""

import json
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from email import message_from_bytes
from email.message import Message as Mail
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from aiosmtpd.controller import Controller


class Mailbox:
    """Takes every mail, unless it is told to refuse."""

    def __init__(self) -> None:
        self.mails: list[Mail] = []
        self.refuse = False
        self.nobody = ""
        """What is said of whom a mail is to; empty takes everybody."""

    async def handle_RCPT(  # noqa: N802
        self, _server: Any, _session: Any, envelope: Any, address: str, _options: Any
    ) -> str:
        if self.nobody:
            return f"{self.nobody} {address}"
        envelope.rcpt_tos.append(address)
        return "250 fine"

    async def handle_DATA(self, _server: Any, _session: Any, envelope: Any) -> str:  # noqa: N802
        if self.refuse:
            return "451 not now"
        self.mails.append(message_from_bytes(envelope.content))
        return "250 taken"


@contextmanager
def mail_server(port: int) -> Iterator[Mailbox]:
    """A real SMTP server on loopback."""
    box = Mailbox()
    controller = Controller(box, hostname="127.0.0.1", port=port)
    controller.start()
    try:
        yield box
    finally:
        controller.stop()


class Hook:
    """What was posted, and what is answered: a status, with headers; None hangs."""

    def __init__(self) -> None:
        self.taken: list[tuple[str, dict[str, str], bytes]] = []
        self.answer: tuple[int, dict[str, str]] | None = (204, {})
        self.asked = 0
        self.pause_s = 0.0
        self.port = 0
        self.echoes = False
        """Whether it sends the challenge of a subscription back."""
        self.released = threading.Event()


@contextmanager
def web_server() -> Iterator[Hook]:
    """A real HTTP server on loopback."""
    hook = Hook()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            hook.asked += 1
            body = self.rfile.read(int(self.headers["content-length"]))
            if hook.answer is None:
                hook.released.wait(60)
                return
            time.sleep(hook.pause_s)
            status, headers = hook.answer
            if status < 300:
                told = {name.lower(): value for name, value in self.headers.items()}
                hook.taken.append((self.path, told, body))
            self.send_response(status)
            for name, value in headers.items():
                self.send_header(name, value)
            self.end_headers()
            if hook.echoes and status == 200:
                self.wfile.write(json.loads(body)["data"].get("challenge", "").encode())

        def log_message(self, *_: Any) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    hook.port = server.server_address[1]
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        yield hook
    finally:
        hook.released.set()
        server.shutdown()
        server.server_close()
        thread.join()
