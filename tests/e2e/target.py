"""Something to look at: one web server on several loopback addresses, in a thread."""

import threading
from collections.abc import Sequence
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

SHOP = "127.3.0.1"
REFERENCES = ("127.3.0.2", "127.3.0.3", "127.3.0.4")
REGIONS = ("eu-west", "us-east", "ap-northeast")


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    failing: frozenset[str] = frozenset()

    def __init__(self, *arguments: Any) -> None:
        super().__init__(*arguments)
        self.asked: list[str] = []


class _Handler(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        assert isinstance(self.server, _Server)
        self.server.asked.append(self.path)
        failing = self.path in self.server.failing
        self.send_response(500 if failing else 200)
        self.send_header("Content-Length", "3")
        self.end_headers()
        self.wfile.write(b"ok\n")

    def log_message(self, *_: object) -> None:
        """Say nothing."""


class Target:
    """Answers 200 to everything that does not fail, on every address of this machine, at one
    port.
    """

    def __init__(self) -> None:
        self._server = _Server(("0.0.0.0", 0), _Handler)
        self.port = self._server.server_port
        self._thread = threading.Thread(
            target=self._server.serve_forever, kwargs={"poll_interval": 0.05}
        )
        self._thread.start()

    @property
    def asked(self) -> list[str]:
        """The paths of all requests so far."""
        return list(self._server.asked)

    def fail(self, *paths: str) -> None:
        """From now on these paths are answered 500, and no others."""
        self._server.failing = frozenset(paths)

    def close(self) -> None:
        """Stop answering."""
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()

    def configuration(self, regions: Sequence[str] = REGIONS) -> dict[str, Any]:
        """A configuration on a fast clock that looks at this server only."""
        return {
            "regions": [
                {
                    "id": region,
                    "country": "IE",
                    "continent": "EU",
                    "latitude": 1.0,
                    "longitude": 1.0,
                    "simulated": True,
                }
                for region in regions
            ],
            "services": [
                _service("shop", "service", {"web": SHOP, "api": SHOP}, self.port),
                _service(
                    "internet", "reference", dict(zip("abc", REFERENCES, strict=True)), self.port
                ),
            ],
            "judge": {
                "silent_after": "6s",
                "resolve_after": "6s",
                "resolve_after_slots": 3,
                "narrow_after": "4s",
            },
        }


def _service(service: str, role: str, components: dict[str, str], port: int) -> dict[str, Any]:
    checks = {
        name: {
            "id": f"{service}-{name}",
            "kind": "http",
            "url": f"http://{address}:{port}/{name}",
            "interval": "1s",
            "timeout": "800ms",
        }
        for name, address in components.items()
    }
    return {
        "id": service,
        "role": role,
        "components": [{"id": name, "checks": [check]} for name, check in checks.items()],
    }
