"""The measurement that a check means. Pure."""

from collections.abc import Mapping
from typing import Any
from urllib.parse import urlsplit

from worker.contract.borrowing.rules import KEEP
from worker.contract.kind import CheckParams
from worker.probes.kinds.dns.params import DnsParams
from worker.probes.kinds.http import HttpParams
from worker.probes.kinds.icmp.kind import IcmpParams


def measurement(params: CheckParams) -> dict[str, Any]:
    """What is asked of the API, without the places to ask it from. TypeError for a kind that it
    does not know.
    """
    if isinstance(params, HttpParams):
        return _http(params)
    if isinstance(params, DnsParams):
        return _dns(params)
    if isinstance(params, IcmpParams):
        options: dict[str, Any] = {"packets": params.count}
        return _of("ping", params.host, options, params.ip_version)
    raise TypeError(f"{type(params).__name__} cannot be measured")


def _http(params: HttpParams) -> dict[str, Any]:
    parts = urlsplit(params.url)
    secure = parts.scheme == "https"
    request: dict[str, Any] = {"method": params.method, "path": parts.path or "/"}
    if parts.query:
        request["query"] = parts.query
    if params.headers:
        request["headers"] = dict(params.headers)
    protocol = "HTTP2" if params.http_version == "2" and secure else parts.scheme.upper()
    port = parts.port or (443 if secure else 80)
    options = {"request": request, "protocol": protocol, "port": port}
    return _of("http", parts.hostname or "", options, params.ip_version)


def _dns(params: DnsParams) -> dict[str, Any]:
    options: dict[str, Any] = {
        "query": {"type": params.record},
        "protocol": params.transport.upper(),
    }
    if params.server is not None:
        options |= {"resolver": params.server, "port": params.target_port}
    return _of("dns", params.name, options, params.ip_version if params.server else "any")


def _of(kind: str, target: str, options: Mapping[str, Any], ip_version: str) -> dict[str, Any]:
    chosen = {} if ip_version == "any" else {"ipVersion": int(ip_version)}
    return {"type": kind, "target": target, "measurementOptions": {**options, **chosen}}


def places(location: Mapping[str, Any], before: str | None) -> str | list[dict[str, Any]]:
    """Where to measure from: the probes of a measurement before, or those of a location."""
    if before is not None:
        return before
    place = {name: value for name, value in location.items() if name != "keep"}
    return [{"limit": 1, **place}]


def tests(location: Mapping[str, Any]) -> int:
    """How many tests one measurement from there is."""
    return int(location.get("limit", 1))


def kept(location: Mapping[str, Any]) -> float:
    """The part of all tests that regular looks from there leave to those that confirm."""
    return float(location.get("keep", KEEP))
