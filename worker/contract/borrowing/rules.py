"""What may be looked at from a vantage point that is not ours: Globalping's probes, which strangers
run, and whose measurements anybody may read. Pure.
"""

from collections.abc import Mapping
from ipaddress import ip_address
from typing import Any, Final
from urllib.parse import parse_qsl, urlsplit

from worker.contract.target import INNER_ENDINGS, plain_host, texts_in

GLOBALPING: Final = "globalping"
KINDS: Final = frozenset({"http", "dns", "icmp"})
FREE_TESTS: Final = 250
"""Tests an hour that one address may ask for without an account."""
TOKEN_TESTS: Final = 500
"""The same with one."""
KEEP: Final = 0.5
"""The part of them that is kept for looks that confirm a suspicion."""

_METHODS: Final = frozenset({"GET", "HEAD", "OPTIONS"})
_RECORDS: Final = frozenset(
    {"A", "AAAA", "CNAME", "DNSKEY", "DS", "HTTPS", "MX", "NS", "PTR", "SOA", "SRV", "TXT"}
)
_REFUSED: Final = {
    "http": ("body", "auth", "client", "proxy", "resolve", "ca", "common_name"),
    "dns": ("dnssec", "common_name", "server_name"),
    "icmp": ("size",),
}
"""Parameters that cannot be had there, or must not be told."""
_MOST_ECHOES: Final = 16
_TELLING: Final = ("auth", "cookie", "key", "secret", "token", "signature", "password", "session")
"""What is called so may open something."""


def broker_of(region: str) -> str:
    """The variable with the broker's URL of one borrowed region among several."""
    return f"OUTSCOPE_BROKER_{region.upper().replace('-', '_')}"


def objection(kind: str, params: Mapping[str, Any]) -> str:
    """Why a check of this kind is not looked at from there, in a few words; empty when it is."""
    if kind not in KINDS:
        return f"a check of the kind {kind} cannot be looked at from there"
    for name in _REFUSED[kind]:
        if params.get(name):
            return f"{name} cannot be had there, or must not be told"
    if any("${" in text for text in texts_in(dict(params))):
        return "a secret must not be told"
    return _OBJECTIONS[kind](params)


def private(host: str) -> str:
    """Why a host is not one of the public internet, in a few words; empty when it may be one."""
    name = plain_host(host)
    try:
        address = ip_address(name)
    except ValueError:
        inner = "." not in name or name.endswith(INNER_ENDINGS)
        return f"{name} is a name inside a network" if inner else ""
    return "" if address.is_global else f"{name} is no public address"


def _http(params: Mapping[str, Any]) -> str:
    parts = urlsplit(str(params.get("url", "")))
    if parts.username or parts.password:
        return "a login must not be told"
    if params.get("method", "GET") not in _METHODS:
        return f"the method {params['method']} cannot be had there"
    if str(params.get("http_version", "")) == "3":
        return "HTTP/3 cannot be had there"
    named = [*params.get("headers", ()), *(name for name, _ in parse_qsl(parts.query))]
    for name in named:
        if any(part in name.lower() for part in _TELLING):
            return f"{name} may be a secret, which must not be told"
    if any(name.lower() in ("host", "user-agent") for name in params.get("headers", ())):
        return "the headers Host and User-Agent are theirs"
    return private(parts.hostname or "")


def _dns(params: Mapping[str, Any]) -> str:
    if params.get("transport", "udp") not in ("udp", "tcp"):
        return f"the transport {params['transport']} cannot be had there"
    if params.get("record", "A") not in _RECORDS:
        return f"the record {params['record']} cannot be had there"
    server = params.get("server")
    return (private(server) if server else "") or private(str(params.get("name", "")))


def _icmp(params: Mapping[str, Any]) -> str:
    if params.get("count", 3) > _MOST_ECHOES:
        return f"more than {_MOST_ECHOES} requests cannot be had there"
    return private(str(params.get("host", "")))


_OBJECTIONS: Final = {"http": _http, "dns": _dns, "icmp": _icmp}
