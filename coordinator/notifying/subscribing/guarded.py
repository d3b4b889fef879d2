"""Requests to addresses that strangers gave: public ones alone. The address that is connected to is
the one that was judged, so a name cannot change in between, and no proxy is asked.
"""

import errno
import socket
from collections.abc import Callable, Sequence
from ipaddress import IPv4Network, IPv6Network, ip_address, ip_network
from typing import Final, TypeAlias
from urllib.request import OpenerDirector, ProxyHandler

from coordinator.runtime.redirects import Note, Plain, Secure, unredirected
from worker.contract.network.special import embedded, special

SETTING: Final = "OUTSCOPE_STATUS_HOOKS_ALLOW"
"""Networks that they may name although these are not public."""
Network: TypeAlias = IPv4Network | IPv6Network


def networks_of(text: str) -> list[Network]:
    """Networks with blanks or commas between; ValueError for what is none."""
    return [ip_network(one) for one in text.replace(",", " ").split()]


def is_public(text: str, allow: Sequence[Network]) -> bool:
    """Whether an address may be connected to."""
    address = ip_address(text.partition("%")[0])
    if any(address in network for network in allow):
        return True
    return embedded(address) is None and special(address) is None


def guarded(allow: Sequence[Network]) -> Callable[[Note], OpenerDirector]:
    """Makes openers that follow no redirect and connect to what is public, or allowed."""

    class PublicPlain(Plain):
        def reach(self) -> None:
            self.sock = _connected(self.host, self.port, self.timeout, allow)

    class PublicSecure(Secure):
        def reach(self) -> None:
            made = _connected(self.host, self.port, self.timeout, allow)
            self.sock = self._context.wrap_socket(made, server_hostname=self.host)

    return lambda note: unredirected(note, ProxyHandler({}), plain=PublicPlain, secure=PublicSecure)


def _connected(
    host: str, port: int | None, timeout_s: float | None, allow: Sequence[Network]
) -> socket.socket:
    """A connection to the first address of a name, if that and all others of it may be."""
    found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    if not all(is_public(str(one[4][0]), allow) for one in found):
        raise OSError(errno.EACCES, "it is at an address that is not public")
    family, kind, protocol, _, address = found[0]
    made = socket.socket(family, kind, protocol)
    try:
        made.settimeout(timeout_s)
        made.connect(address)
    except OSError:
        made.close()
        raise
    return made
