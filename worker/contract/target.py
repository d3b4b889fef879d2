"""Whom a look asks, as its kind says it: what policies, opt-outs, back-off and politeness go by.
Pure.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from ipaddress import ip_address
from typing import Any, Final
from urllib.parse import urlsplit

USUAL_PORTS: Final = {"http": 80, "https": 443, "ws": 80, "wss": 443, "tls": 443, "dns": 53}
INNER_ENDINGS: Final = (
    ".local",
    ".localhost",
    ".internal",
    ".intranet",
    ".private",
    ".corp",
    ".home",
    ".lan",
    ".home.arpa",
)
"""Ends of names that are used inside networks only: RFC 6761, 6762 (appendix G), 8375."""
_WEB: Final = frozenset({"http", "https", "ws", "wss"})
_NAME: Final = re.compile(r"(?:[a-z0-9_-]{1,63}\.)+(?:xn--[a-z0-9-]+|[a-z]{2,63})")
"""A name of the public internet in its one spelling."""
_LONGEST_NAME: Final = 253


@dataclass(frozen=True, slots=True)
class Target:
    """One whom a look asks: the scheme (of a URL, else the kind's name), the host in its one
    spelling, and the port when there is one.

    Without a host it is a server that the operator of the worker's machine chose, and no check.
    """

    scheme: str
    host: str | None
    port: int | None = None

    def __post_init__(self) -> None:
        if self.host is not None:
            object.__setattr__(self, "host", plain_host(self.host))

    @property
    def is_web(self) -> bool:
        """Whether it is asked by web requests."""
        return self.scheme in _WEB


def url_target(url: str) -> Target | None:
    """Whom a URL names; None when it names nobody or cannot be read."""
    try:
        parts = urlsplit(url)
        port, host = parts.port, parts.hostname
    except ValueError:
        return None
    if not host:
        return None
    return Target(parts.scheme, host, port or USUAL_PORTS.get(parts.scheme))


def asked_at(url: str) -> Target:
    """Whom a URL names that was found to name somebody; else ValueError."""
    target = url_target(url)
    if target is None:
        raise ValueError(f"{url!r} names no host")
    return target


def plain_host(host: str) -> str:
    """A host's one spelling: ASCII in lower case, without the dot of the root."""
    if not host.isascii():
        try:
            host = host.encode("idna").decode("ascii")
        except UnicodeError:  # no name that could be resolved
            return host.lower()
    return host.lower().rstrip(".")


def hosts_named(params: Mapping[str, Any]) -> frozenset[str]:
    """Every host that written parameters name, under whatever word and however deep: in URLs, as
    names of the public internet, as addresses.

    For those who have the parameters and not their kind. It may name too many, such as a name that
    is only expected in an answer; whom the kind asks is among them as far as it is written.
    """
    found = (_host_in(text) for text in _texts(dict(params)))
    return frozenset(host for host in found if host is not None)


def _texts(value: Any) -> Iterator[str]:
    """Every text in what a JSON document may hold."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for inner in value.values():
            yield from _texts(inner)
    elif isinstance(value, list | tuple):
        for inner in value:
            yield from _texts(inner)


def _host_in(text: str) -> str | None:
    if "://" in text:
        target = url_target(text)
        return None if target is None else target.host
    if len(text) > _LONGEST_NAME or not ("." in text or ":" in text):
        return None
    host = plain_host(text)
    return host if _NAME.fullmatch(host) or _is_address(host) else None


def _is_address(text: str) -> bool:
    try:
        ip_address(text)
    except ValueError:
        return False
    return True
