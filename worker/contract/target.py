"""Whom a look asks, read off its parameters: what policies, opt-outs and back-offs go by. Pure."""

from typing import Any, Final, NamedTuple
from urllib.parse import urlsplit

USUAL_PORTS: Final = {"http": 80, "https": 443, "ws": 80, "wss": 443, "tls": 443, "dns": 53}
_WEB: Final = frozenset({"http", "https", "ws", "wss"})
_URLS: Final = ("url", "base")
_HOSTS: Final = ("host", "server")


class Target(NamedTuple):
    """The scheme (of the URL, else the kind's name), the host in lower case, and the port when
    there is one.
    """

    scheme: str
    host: str
    port: int | None = None

    @property
    def is_web(self) -> bool:
        """Whether it is asked by web requests."""
        return self.scheme in _WEB


def target_of(kind: str, params: Any) -> Target | None:
    """Whom a check of this kind asks first; None when its parameters name nobody."""
    for name in _URLS:
        if isinstance(url := getattr(params, name, None), str):
            return url_target(url)
    for name in _HOSTS:
        if isinstance(host := getattr(params, name, None), str):
            port = getattr(params, "target_port", None) or getattr(params, "port", None)
            return Target(kind, plain_host(host), port or USUAL_PORTS.get(kind))
    return None


def url_target(url: str) -> Target | None:
    """Whom a URL names; None when it names nobody or cannot be read."""
    try:
        parts = urlsplit(url)
        port, host = parts.port, parts.hostname
    except ValueError:
        return None
    return (
        Target(parts.scheme, plain_host(host), port or USUAL_PORTS.get(parts.scheme))
        if host
        else None
    )


def plain_host(host: str) -> str:
    """A host's one spelling: lower case, without the dot of the root."""
    return host.lower().rstrip(".")
