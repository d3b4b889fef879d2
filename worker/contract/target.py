"""Whom a look asks, as its kind says it: what policies, opt-outs, back-off and politeness go by;
and whom a list of hosts names, for secrets that are bound to them. Pure.
"""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from ipaddress import IPv4Network, IPv6Network, ip_address, ip_network
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
_LONGEST_LABEL: Final = 63
_PUNYCODE: Final = "xn--"
_JOINERS: Final = frozenset("\u200c\u200d")
_PLAIN: Final = re.compile(r"[a-z0-9._-]+")
"""A host that no two parsers read differently."""


def first_public(*addresses: str | None) -> str | None:
    """The first of these that is an address of the public internet."""
    for address in addresses:
        try:
            if address and ip_address(address).is_global:
                return address
        except ValueError:
            continue
    return None


def address_of(peer: str) -> str | None:
    """The address of what a broker calls its client, such as `192.0.2.7:4711` or
    `[2001:db8::7]:4711`.
    """
    host = peer.rpartition(":")[0].strip("[]")
    try:
        return str(ip_address(host))
    except ValueError:
        return None


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
            host = ascii_host(host)
        except UnicodeError:  # no name that could be resolved
            return host.lower()
    return host.lower().rstrip(".")


def ascii_host(host: str) -> str:
    """A host name in ASCII, in lower case, as browsers write it; UnicodeError when it is none that
    could be looked up. That is UTS 46 as the WHATWG's URL standard asks for it: not transitional
    (`ß` stays itself, where IDNA 2003 makes it `ss`), and an underscore or an emoji is let be.
    """
    import idna  # late: its tables are a megabyte, and most names are ASCII

    mapped = idna.uts46_remap(host, std3_rules=False, transitional=False)
    labels = mapped.split(".")
    if not all(labels[:-1]):
        raise UnicodeError("a label is empty")
    return ".".join(map(_label, labels))


def _label(label: str) -> str:
    if not label.isascii() and not _JOINERS.isdisjoint(label):
        import idna

        return idna.alabel(label).decode("ascii")  # joiners may stand in few places
    written = label if label.isascii() else _PUNYCODE + label.encode("punycode").decode("ascii")
    if len(written) > _LONGEST_LABEL:
        raise UnicodeError("a label is too long")
    return written.lower()


def hosts_named(params: Mapping[str, Any]) -> frozenset[str]:
    """Every host that written parameters name, under whatever word and however deep: in URLs, as
    names of the public internet, as addresses.

    For those who have the parameters and not their kind. It may name too many, such as a name that
    is only expected in an answer; whom the kind asks is among them as far as it is written.
    """
    found = (_host_in(text) for text in texts_in(dict(params)))
    return frozenset(host for host in found if host is not None)


def texts_in(value: Any) -> Iterator[str]:
    """Every text in what a JSON document may hold."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for inner in value.values():
            yield from texts_in(inner)
    elif isinstance(value, list | tuple):
        for inner in value:
            yield from texts_in(inner)


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


@dataclass(frozen=True, slots=True)
class Hosts:
    """Hosts by their names, domains with everything below, and networks of addresses."""

    names: frozenset[str] = frozenset()
    domains: tuple[str, ...] = ()
    networks: tuple[IPv4Network | IPv6Network, ...] = ()

    def has(self, host: str) -> bool:
        """Whether a host in its one spelling, or the address that it is written as, is named."""
        address = _network(host)
        if address is not None:
            first = address.network_address
            return any(first.version == net.version and first in net for net in self.networks)
        if not _PLAIN.fullmatch(host):
            return False
        return host in self.names or any(
            host == domain[1:] or host.endswith(domain) for domain in self.domains
        )


def read_hosts(entries: Iterable[str]) -> Hosts:
    """The hosts that entries such as `a.example`, `.b.example` and `192.0.2.0/24` name; ValueError
    says which of them names none.
    """
    texts = [entry.strip() for entry in entries if entry.strip()]
    networks = [network for text in texts if (network := _network(text)) is not None]
    names = [_entry(text) for text in texts if _network(text) is None]
    return Hosts(
        names=frozenset(name for name in names if not name.startswith(".")),
        domains=tuple(name for name in names if name.startswith(".")),
        networks=tuple(networks),
    )


def _network(text: str) -> IPv4Network | IPv6Network | None:
    try:
        return ip_network(text, strict=False)
    except ValueError:
        return None


def _entry(text: str) -> str:
    dot, bare = ("." if text.startswith(".") else ""), text.removeprefix(".")
    name = plain_host(bare)
    if not _PLAIN.fullmatch(name):
        raise ValueError(
            f"{text!r} is no host, .domain or network; give such as a.example, .b.example or"
            " 192.0.2.0/24"
        )
    return dot + name
