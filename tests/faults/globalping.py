"""A Globalping API on loopback, written from its public description: it takes measurements on,
tells how far they are, counts tests against a limit, and fails in every way that a test asks for.
"""

import json
import threading
import time
from collections.abc import Mapping
from hashlib import sha1
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from itertools import count
from typing import Any, Final

FREE: Final = 250
ACCOUNT: Final = 500
PLACES: Final[Mapping[str, tuple[str, str, int, str]]] = {
    "JP": ("AS", "Tokyo", 2516, "KDDI CORPORATION"),
    "DE": ("EU", "Frankfurt", 24940, "Hetzner Online GmbH"),
    "US": ("NA", "New York", 701, "Verizon Business"),
}
TYPES: Final = frozenset({"ping", "traceroute", "dns", "mtr", "http"})
KEYS: Final = frozenset(
    {"type", "target", "locations", "limit", "measurementOptions", "inProgressUpdates"}
)


def http(
    status: int = 200, body: str = "", *, total: int | None = 84, **more: Any
) -> dict[str, Any]:
    """A finished test over HTTP."""
    return {
        "status": "finished",
        "rawOutput": f"HTTP/1.1 {status}",
        "rawHeaders": "content-type: text/plain\nserver: test",
        "rawBody": body or None,
        "truncated": False,
        "headers": {"content-type": "text/plain"},
        "resolvedAddress": "203.0.113.7",
        "statusCode": status,
        "statusCodeName": "Whatever",
        "timings": {"total": total, "dns": 5, "tcp": 11, "tls": 21, "firstByte": 42, "download": 5},
        "tls": {"authorized": True, "protocol": "TLSv1.3"},
        **more,
    }


def dns(*values: str, record: str = "A", code: str = "NOERROR") -> dict[str, Any]:
    """A finished question to the DNS."""
    codes = {"NOERROR": 0, "SERVFAIL": 2, "NXDOMAIN": 3}
    line = {"name": "x.", "type": record, "ttl": 60, "class": "IN"}
    return {
        "status": "finished",
        "rawOutput": ";; Got answer",
        "statusCode": codes[code],
        "statusCodeName": code,
        "resolver": "private",
        "answers": [{**line, "value": value} for value in values],
        "timings": {"total": 12},
    }


def ping(*round_trips: float, sent: int = 3) -> dict[str, Any]:
    """A finished ping."""
    got = len(round_trips)
    return {
        "status": "finished",
        "rawOutput": "PING",
        "resolvedAddress": "203.0.113.7",
        "resolvedHostname": "x",
        "timings": [{"rtt": rtt, "ttl": 55} for rtt in round_trips],
        "stats": {
            "min": min(round_trips, default=None),
            "avg": sum(round_trips) / got if got else None,
            "max": max(round_trips, default=None),
            "total": sent,
            "rcv": got,
            "drop": sent - got,
            "loss": 100 * (sent - got) / sent,
        },
    }


def failed(raw: str) -> dict[str, Any]:
    """A test that failed."""
    return {"status": "failed", "rawOutput": raw}


OFFLINE: Final = {"status": "offline", "rawOutput": "This probe is currently offline."}


class Globalping:
    """The API. What probes see of a target stands in `sees`; unknown targets answer 200."""

    def __init__(self, limit: int = FREE, *, token: str = "") -> None:
        self.limit = limit
        self.token = token
        self.left = limit
        self.reset_s = 1800
        self.sees: dict[str, dict[str, Any] | list[dict[str, Any]]] = {}
        self.offline = False
        """Whether probes that are asked again are gone."""
        self.refuses = 0
        """A status that each creation is answered with, in place of a measurement."""
        self.breaks = 0
        """A status that each question how far it is gets."""
        self.rounds = 1
        """How often a measurement is said to be in progress."""
        self.hangs = threading.Event()
        """While set, nothing is answered."""
        self.nonsense = False
        """Whether answers are none that could be read."""
        self.created: list[dict[str, Any]] = []
        self.tests = 0
        self.authorized: list[str] = []
        self.not_modified = 0
        self._asked: dict[str, dict[str, Any]] = {}
        self._numbers = count()
        api = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_POST(self) -> None:
                while api.hangs.is_set():
                    time.sleep(0.1)
                size = int(self.headers.get("content-length", 0))
                body = self.rfile.read(size)
                api.authorized.append(self.headers.get("authorization", ""))
                self._send(*api._create(body, self.headers.get("authorization", "")))

            def do_GET(self) -> None:
                name = self.path.rpartition("/")[2]
                self._send(*api._get(name, self.headers.get("if-none-match", "")))

            def _send(self, status: int, headers: Mapping[str, str], document: Any) -> None:
                body = b"" if document is None else json.dumps(document).encode()
                body = b"<html>" if api.nonsense else body
                self.send_response(status)
                for name, value in headers.items():
                    self.send_header(name, value)
                self.send_header("content-length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, *_: Any) -> None:
                pass

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._server.daemon_threads = True
        self.url = f"http://127.0.0.1:{self._server.server_address[1]}"
        self._thread = threading.Thread(target=self._server.serve_forever, daemon=True)

    def __enter__(self) -> "Globalping":
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._server.shutdown()
        self._server.server_close()

    def _create(self, body: bytes, authorization: str) -> tuple[int, dict[str, str], Any]:
        asked = json.loads(body)
        self.created.append(asked)
        if self.token and authorization != f"Bearer {self.token}":
            return _problem(401, "unauthorized", "Unauthorized.")
        if self.refuses:
            return _problem(self.refuses, "some_error", "As the test wishes.")
        if asked.get("type") not in TYPES or not asked.get("target") or set(asked) - KEYS:
            return _problem(400, "validation_error", "Parameter validation failed.")
        probes = self._probes(asked["locations"])
        if not probes:
            return _problem(422, "no_probes_found", "No suitable probes found.")
        cost = len(probes)
        if self.left < cost:
            return _problem(429, "too_many_probes", "Too Many Probes Requested", self._limits(0))
        self.left -= cost
        self.tests += cost
        name = f"m{next(self._numbers)}"
        reused = isinstance(asked["locations"], str)
        self._asked[name] = {"asked": asked, "probes": probes, "rounds": 0, "reused": reused}
        location = {"location": f"{self.url}/v1/measurements/{name}"}
        told = {"id": name, "probesCount": cost}
        return 202, {**location, **self._limits(cost), "x-request-cost": str(cost)}, told

    def _probes(self, locations: Any) -> list[dict[str, Any]]:
        if isinstance(locations, str):
            before = self._asked.get(locations)
            return before["probes"] if before else []
        found = []
        for place in locations:
            if place.get("country") in PLACES:
                continent, city, asn, network = PLACES[place["country"]]
                probe = {
                    "continent": continent,
                    "region": "Somewhere",
                    "country": place["country"],
                    "state": None,
                    "city": city,
                    "asn": asn,
                    "network": network,
                    "longitude": 1.5,
                    "latitude": 2.5,
                    "tags": ["datacenter-network"],
                    "resolvers": ["private"],
                }
                found += [probe] * place.get("limit", 1)
        return found

    def _limits(self, consumed: int) -> dict[str, str]:
        return {
            "x-ratelimit-limit": str(self.limit),
            "x-ratelimit-consumed": str(consumed),
            "x-ratelimit-remaining": str(self.left),
            "x-ratelimit-reset": str(self.reset_s),
        }

    def _get(self, name: str, etag: str) -> tuple[int, dict[str, str], Any]:
        found = self._asked.get(name)
        if found is None:
            return _problem(404, "not_found", "Couldn't find the requested item.")
        if self.breaks:
            return _problem(self.breaks, "api_error", "Internal Server Error.")
        found["rounds"] += 1
        over = found["rounds"] > self.rounds
        document = self._measurement(name, found, over=over)
        mark = f'W/"{sha1(json.dumps(document).encode()).hexdigest()}"'
        if mark == etag:
            self.not_modified += 1
            return 304, {"etag": mark}, None
        return 200, {"etag": mark}, document

    def _measurement(self, name: str, found: dict[str, Any], *, over: bool) -> dict[str, Any]:
        asked = found["asked"]
        seen = self.sees.get(
            asked["target"],
            {"http": http(), "dns": dns("192.0.2.1")}.get(asked["type"], ping(10.0, 11.0, 12.0)),
        )
        each = seen if isinstance(seen, list) else [seen] * len(found["probes"])
        if self.offline and found["reused"]:
            each = [OFFLINE] * len(found["probes"])
        results = each if over else [{"status": "in-progress", "rawOutput": ""}] * len(each)
        return {
            "id": name,
            "type": asked["type"],
            "target": asked["target"],
            "status": "finished" if over else "in-progress",
            "createdAt": "2026-01-01T00:00:00.000Z",
            "updatedAt": "2026-01-01T00:00:01.000Z",
            "probesCount": len(found["probes"]),
            "results": [
                {"probe": probe, "result": result}
                for probe, result in zip(found["probes"], results, strict=True)
            ],
        }

    def forget(self) -> None:
        """Measurements live for a while only."""
        self._asked.clear()


def _problem(
    status: int, kind: str, message: str, headers: Mapping[str, str] | None = None
) -> tuple[int, dict[str, str], Any]:
    return status, dict(headers or {}), {"error": {"type": kind, "message": message}}
