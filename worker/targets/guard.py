"""Which targets may be probed: public addresses and what the operator allows, and nobody who does
not want to be.

A check is data that came over a broker, and a redirect is data that came from a target; neither may
turn a worker into a way into the network that it stands in. The guard judges the address that a
socket is about to connect to, never a name, so there is no moment between the judgement and the
connection in which a name could change.
"""

from collections.abc import Iterable
from functools import lru_cache
from ipaddress import IPv4Address, IPv6Address, IPv6Network, ip_address, ip_network
from typing import Final, TypeAlias

from worker.contract.target import Target, plain_host, url_target
from worker.targets.policy import NEVER_SETTING, Network, Policy

Address: TypeAlias = IPv4Address | IPv6Address

SETTING: Final = "OUTSCOPE_ALLOW_ADDRESSES"
REMEMBERED: Final = 4096

_NO_POLICY: Final = Policy()

_SPECIAL: Final[tuple[tuple[Network, str], ...]] = tuple(
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


class Guard:
    """Judges targets. `allow` are networks that the operator lets through although they are not
    public.
    """

    def __init__(self, allow: Iterable[str | Network] = (), policy: Policy = _NO_POLICY) -> None:
        self.allow: tuple[Network, ...] = tuple(ip_network(network) for network in allow)
        self.policy = policy
        self._remembered = lru_cache(maxsize=REMEMBERED)(self._judge)
        self.objection = lru_cache(maxsize=REMEMBERED)(policy.objection)
        self.url_objection = lru_cache(maxsize=REMEMBERED)(self._url_objection)

    def refusal(self, ip: str) -> str | None:
        """Why this address must not be probed, in one sentence that says how to allow it; None when
        it may be.
        """
        return self._remembered(ip)

    def rules_out(self, host: str) -> bool:
        """Whether this host or address does not want to be probed, whoever leads there."""
        if self.policy.never(plain_host(host)):
            return True
        try:
            address = ip_address(host.partition("%")[0])
        except ValueError:
            return False
        inner = _embedded(address)
        return any(
            _within(one, self.policy.networks) for one in (address, inner) if one is not None
        )

    def _url_objection(self, url: str) -> str | None:
        """Why whoever this URL names must not be asked; None when it may be, or when it names
        nobody.
        """
        target: Target | None = url_target(url)
        return None if target is None else self.policy.objection(target)

    def _judge(self, ip: str) -> str | None:
        try:
            address = ip_address(ip.partition("%")[0])
        except ValueError:
            return f"{ip!r} is not an IP address"
        return self._objection(address, ip)

    def _objection(self, address: Address, shown: str) -> str | None:
        if _within(address, self.policy.networks):
            return f"{shown} is on the list of targets that are never probed ({NEVER_SETTING})"
        if _within(address, self.allow):
            return None
        inner = _embedded(address)
        if inner is not None:
            return self._objection(inner, f"{shown} leads to {inner}, which")
        what = _what(address)
        if what is None:
            return None
        return (
            f"{shown} is {what}, and workers do not probe those; the operator can allow it with"
            f" {SETTING}={address}"
        )


def _within(address: Address, networks: Iterable[Network]) -> bool:
    return any(address.version == network.version and address in network for network in networks)


def _what(address: Address) -> str | None:
    """What makes an address special; None for a public one."""
    for network, what in _SPECIAL:
        if address.version == network.version and address in network:
            return what
    if isinstance(address, IPv6Address) and address not in _GLOBAL_V6:
        return "a reserved address"
    return None


def _embedded(address: Address) -> IPv4Address | None:
    if isinstance(address, IPv6Address) and int(address) > 1:  # :: and ::1 embed nothing
        for network, below in _EMBEDDED:
            if address in network:
                return IPv4Address(int(address) >> below & 0xFFFF_FFFF)
    return None
