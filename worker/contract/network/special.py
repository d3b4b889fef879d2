"""Addresses that are not of the public internet, and those that only lead to others (IANA's
registries of special-purpose addresses, RFC 6890; metadata services of clouds).
"""

from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_network
from typing import Final, TypeAlias

Address: TypeAlias = IPv4Address | IPv6Address

_SPECIAL: Final[tuple[tuple[IPv4Network | IPv6Network, str], ...]] = tuple(
    (ip_network(network), what)
    for network, what in (
        ("127.0.0.0/8", "a loopback address"),
        ("10.0.0.0/8", "a private address"),
        ("172.16.0.0/12", "a private address"),
        ("192.168.0.0/16", "a private address"),
        ("169.254.169.254/32", "a cloud metadata address"),
        ("168.63.129.16/32", "a cloud metadata address"),  # Azure's, public by its number
        ("100.100.100.200/32", "a cloud metadata address"),
        ("192.0.0.192/32", "a cloud metadata address"),
        ("169.254.0.0/16", "a link-local address"),
        ("100.64.0.0/10", "a carrier's shared address"),
        ("0.0.0.0/8", "an unspecified address"),
        ("192.0.0.0/24", "a reserved address"),
        ("192.0.2.0/24", "an address for documentation"),
        ("192.88.99.0/24", "a reserved address"),
        ("198.18.0.0/15", "an address for benchmarks"),
        ("198.51.100.0/24", "an address for documentation"),
        ("203.0.113.0/24", "an address for documentation"),
        ("224.0.0.0/4", "a multicast address"),
        ("240.0.0.0/4", "a reserved address"),
        ("::1/128", "a loopback address"),
        ("::/128", "an unspecified address"),
        ("fd00:ec2::254/128", "a cloud metadata address"),
        ("fc00::/7", "a private address"),
        ("fe80::/10", "a link-local address"),
        ("fec0::/10", "a private address"),
        ("ff00::/8", "a multicast address"),
        ("2001:db8::/32", "an address for documentation"),
        ("3fff::/20", "an address for documentation"),
        # holds Teredo, whose embedded addresses are obfuscated
        (
            "2001::/23",
            "a reserved address",
        ),
    )
)
_GLOBAL_V6: Final = IPv6Network("2000::/3")
_EMBEDDED: Final[tuple[tuple[IPv6Network, int], ...]] = (
    (IPv6Network("::ffff:0:0/96"), 0),  # IPv4-mapped
    (IPv6Network("::/96"), 0),  # IPv4-compatible
    # NAT64; its local sibling 64:ff9b:1::/48 is refused as a whole
    (
        IPv6Network("64:ff9b::/96"),
        0,
    ),
    (IPv6Network("2002::/16"), 80),  # 6to4
)
"""IPv6 networks that lead to an IPv4 address, and how many bits stand below that address."""


def special(address: Address) -> str | None:
    """What makes an address special; None for a public one."""
    for network, what in _SPECIAL:
        if address.version == network.version and address in network:
            return what
    if isinstance(address, IPv6Address) and address not in _GLOBAL_V6:
        return "a reserved address"
    return None


def embedded(address: Address) -> IPv4Address | None:
    """The IPv4 address that an IPv6 address leads to; None when it leads to none."""
    if isinstance(address, IPv6Address) and int(address) > 1:  # :: and ::1 embed nothing
        for network, below in _EMBEDDED:
            if address in network:
                return IPv4Address(int(address) >> below & 0xFFFF_FFFF)
    return None
