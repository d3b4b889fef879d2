"""Whether a machine has a link, by the tables of Linux."""

from collections.abc import Callable

import pytest

from api.cli.commands.me.link import link
from coordinator.domain.localizing.seen import Link

ROUTES = "Iface\tDestination\tGateway\tFlags\neth0\t00000000\t0100A8C0\t0003\t0\t0\t0\n"
ARP = (
    "IP address HW type Flags HW address Mask Device\n192.168.0.1 0x1 0x{} 02:00:00:00:00:01 * e\n"
)


def machine(**files: str) -> Callable[[str], str]:
    told = {"route": ROUTES, "ipv6_route": "", "arp": ARP.format(2), "operstate": "up", **files}
    return lambda path: told[path.rpartition("/")[2]]


@pytest.mark.parametrize(
    ("files", "expected"),
    [
        ({}, Link.UP),
        ({"route": ROUTES.splitlines()[0]}, Link.DOWN),
        ({"operstate": "down"}, Link.DOWN),
        ({"operstate": "unknown"}, Link.UP),
        ({"arp": ARP.format(0)}, Link.DOWN),
        ({"arp": ""}, Link.UP),
        (
            {"route": "Iface\n", "ipv6_route": f"{'0' * 32} 00 x 00 x 1 1 1 00000003 eth0\n"},
            Link.UP,
        ),
        (
            {"route": "Iface\n", "ipv6_route": f"{'0' * 32} 00 x 00 x 1 1 1 00200200 lo\n"},
            Link.DOWN,
        ),
        ({"route": "Iface\nnonsense\n"}, Link.UNKNOWN),
    ],
)
def test_a_link_is_told_by_routes_and_neighbours(files: dict[str, str], expected: Link) -> None:
    assert link(machine(**files)) is expected


def test_where_nothing_can_be_read_the_link_is_not_known() -> None:
    def fails(path: str) -> str:
        raise FileNotFoundError(path)

    assert link(fails) is Link.UNKNOWN
