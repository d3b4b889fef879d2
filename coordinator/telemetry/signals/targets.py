"""Whom a check asks, in the words of OpenTelemetry's semantic conventions. Pure."""

from collections.abc import Mapping
from typing import Any, Final
from urllib.parse import urlsplit

from opentelemetry.semconv.attributes.http_attributes import HTTP_REQUEST_METHOD
from opentelemetry.semconv.attributes.server_attributes import SERVER_ADDRESS, SERVER_PORT
from opentelemetry.semconv.attributes.url_attributes import URL_SCHEME

from coordinator.domain.model.topology import Check

_PORTS: Final = {"http": 80, "https": 443, "ws": 80, "wss": 443}
_HOSTS: Final = ("host", "name", "server")
HTTP: Final = "http"


def target_of(check: Check) -> dict[str, str | int]:
    """Its server, without the path and the query, which may be secret."""
    params = check.params
    found = _of_url(params.get("url")) or _of_host(params)
    if check.kind == HTTP:
        found[HTTP_REQUEST_METHOD] = str(params.get("method") or "GET").upper()
    return found


def _of_url(url: Any) -> dict[str, str | int]:
    try:
        parts = urlsplit(url) if isinstance(url, str) else urlsplit("")
        host, port = parts.hostname, parts.port
    except ValueError:
        return {}
    if not host:
        return {}
    found: dict[str, str | int] = {SERVER_ADDRESS: host, URL_SCHEME: parts.scheme}
    port = port or _PORTS.get(parts.scheme)
    return {**found, SERVER_PORT: port} if port else found


def _of_host(params: Mapping[str, Any]) -> dict[str, str | int]:
    host = next((params[name] for name in _HOSTS if isinstance(params.get(name), str)), "")
    port = params.get("port")
    found: dict[str, str | int] = {SERVER_ADDRESS: host} if host else {}
    return {**found, SERVER_PORT: port} if host and isinstance(port, int) else found
