"""Which hosts a list names, for whom a secret may go to. Pure."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from ipaddress import IPv4Network, IPv6Network, ip_network
from typing import Final

from worker.contract.target import plain_host

_PLAIN: Final = re.compile(r"[a-z0-9._-]+")
"""A host that no two parsers read differently."""


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
    names = [_name(text) for text in texts if _network(text) is None]
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


def _name(text: str) -> str:
    dot, bare = ("." if text.startswith(".") else ""), text.removeprefix(".")
    name = plain_host(bare)
    if not _PLAIN.fullmatch(name):
        raise ValueError(
            f"{text!r} is no host, .domain or network; give such as a.example, .b.example or"
            " 192.0.2.0/24"
        )
    return dot + name
