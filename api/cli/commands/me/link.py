"""Whether this machine has a link to its network, by what Linux tells of routes and neighbours."""

from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Final

from coordinator.domain.localizing.seen import Link

_DEFAULT: Final = "00000000"
_UP: Final = 0x1
_ANSWERED: Final = 0x2
"""The flag of a neighbour that answered (ATF_COM)."""
Read = Callable[[str], str]


def link(read: Read | None = None) -> Link:
    """Down without a way out, or where its interface has no carrier, or its gateway does not answer
    on the wire; unknown where that cannot be read.
    """
    read = read or _read
    try:
        routes = [*_routes(read("/proc/net/route")), *_routes6(read("/proc/net/ipv6_route"))]
        if not routes:
            return Link.DOWN
        neighbours = _neighbours(read("/proc/net/arp"))
        alive = [_is_alive(one, gateway, neighbours, read) for one, gateway in routes]
    except (OSError, ValueError, IndexError):
        return Link.UNKNOWN
    return Link.UP if any(alive) else Link.DOWN


def _read(path: str) -> str:
    return Path(path).read_text(encoding="ascii", errors="replace")


def _routes(table: str) -> Iterable[tuple[str, str]]:
    """(interface, gateway) of the default routes over IPv4 that are up."""
    for line in table.splitlines()[1:]:
        name, to, gateway, flags, *_ = line.split()
        if to == _DEFAULT and int(flags, 16) & _UP:
            octets = reversed(bytes.fromhex(gateway))
            yield name, ".".join(map(str, octets))


def _routes6(table: str) -> Iterable[tuple[str, str]]:
    """The same over IPv6; whether that gateway answers is not told in a file."""
    for line in table.splitlines():
        to, length, *_, flags, name = line.split()
        if int(to, 16) == 0 and length == "00" and int(flags, 16) & _UP and name != "lo":
            yield name, ""


def _neighbours(table: str) -> dict[str, bool]:
    """Whether each neighbour on the wire answered."""
    lines = map(str.split, table.splitlines()[1:])
    return {address: bool(int(flags, 16) & _ANSWERED) for address, _, flags, *_ in lines}


def _is_alive(name: str, gateway: str, neighbours: dict[str, bool], read: Read) -> bool:
    state = read(f"/sys/class/net/{name}/operstate").strip()
    return state != "down" and neighbours.get(gateway, True)
