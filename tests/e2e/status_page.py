"""A vendor's status page on loopback, as Statuspage serves it: what it says can be changed."""

import json
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from worker.contract.clock import now
from worker.contract.instant import rfc3339

PATH = "/api/v2/incidents.json"


class _Handler(BaseHTTPRequestHandler):
    server: "StatusPage"

    def do_GET(self) -> None:
        page = self.server
        body = json.dumps({"page": {"id": "shop"}, "incidents": [*page.incidents.values()]})
        self.send_response(403 if page.walled else 200)
        self.send_header("content-type", "application/json")
        self.send_header("content-length", str(len(body)))
        self.end_headers()
        self.wfile.write(body.encode())

    def log_message(self, *_: object) -> None:
        """Say nothing."""


class StatusPage(ThreadingHTTPServer):
    """Listening on 127.3.0.5. While it is `walled` it answers 403."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.3.0.5", 0), _Handler)
        self.incidents: dict[str, dict[str, Any]] = {}
        self.walled = False
        threading.Thread(target=self.serve_forever, args=(0.05,), daemon=True).start()

    @property
    def url(self) -> str:
        """What a check is told."""
        return f"http://127.3.0.5:{self.server_port}"

    def say(self, incident: str, status: str, *components: str, **changes: Any) -> None:
        """Publish an incident, or an update on it, dated now."""
        at = rfc3339(now())
        known = self.incidents.get(incident, {"started_at": at, "incident_updates": []})
        update = {"status": status, "body": f"We are {status}.", "created_at": at}
        told = {
            **known,
            "id": incident,
            "name": f"Trouble {incident}",
            "status": status,
            "impact": "major",
            "updated_at": at,
            "resolved_at": at if status == "resolved" else None,
            "components": [{"name": name} for name in components],
            "incident_updates": [*known["incident_updates"], update],
        }
        self.incidents = {**self.incidents, incident: {**told, **changes}}

    def take_away(self, incident: str) -> None:
        """Have it no more."""
        self.incidents = {name: one for name, one in self.incidents.items() if name != incident}

    def close(self) -> None:
        """Stop answering."""
        self.shutdown()
        self.server_close()
