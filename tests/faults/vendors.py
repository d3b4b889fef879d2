"""Vendors of models on loopback: they speak OpenAI's chat completions, and can fail or hang."""

import json
import socketserver
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

ERROR = {"error": {"message": "overloaded", "type": "server_error", "code": None}}


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    wbufsize = -1  # an answer is one packet
    disable_nagle_algorithm = True
    server: "Vendor"

    def do_POST(self) -> None:
        self.rfile.read(int(self.headers["content-length"]))
        vendor = self.server
        with vendor.lock:
            vendor.asked += 1
        time.sleep(vendor.hang_s if vendor.down else vendor.answers_in_s)
        document = ERROR if vendor.down else vendor.completion()
        body = json.dumps(document).encode()
        self.send_response(503 if vendor.down else 200)
        self.send_header("content-type", "application/json")
        self.send_header("content-length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        """Say nothing."""


class Vendor(ThreadingHTTPServer):
    """One vendor, listening. While it is `down` it answers 503 after `hang_s`."""

    daemon_threads = True

    def __init__(self, name: str, answers_in_s: float = 0.0) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.name = name
        self.answers_in_s = answers_in_s
        self.down, self.hang_s, self.asked = False, 0.0, 0
        self.lock = threading.Lock()
        threading.Thread(target=self.serve_forever, daemon=True).start()

    @property
    def url(self) -> str:
        """Its base for OpenAI's clients."""
        return f"http://127.0.0.1:{self.server_port}/v1"

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A client that hangs up is no news."""

    def completion(self) -> dict[str, Any]:
        """An answer that names who gave it."""
        message = {"role": "assistant", "content": self.name}
        return {
            "id": "chatcmpl-1",
            "object": "chat.completion",
            "created": 1,
            "model": "gpt-5-mini",
            "choices": [{"index": 0, "message": message, "finish_reason": "stop"}],
            "usage": {"prompt_tokens": 1, "completion_tokens": 1, "total_tokens": 2},
        }


socketserver.TCPServer.request_queue_size = 128
