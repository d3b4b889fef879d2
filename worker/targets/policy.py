"""What the operator of a worker says about targets before any of them is asked: schemes, ports, and
who never is.

The guard judges addresses; this judges what a check or a redirect names. Whoever does not want to
be probed goes on the list of targets that never are, by host, by domain or by network.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from ipaddress import IPv4Network, IPv6Network, ip_network
from typing import Final, TypeAlias

from worker.contract.target import Target, ascii_host, plain_host

Network: TypeAlias = IPv4Network | IPv6Network

SCHEMES_SETTING: Final = "OUTSCOPE_SCHEMES"
PORTS_SETTING: Final = "OUTSCOPE_PORTS"
NEVER_SETTING: Final = "OUTSCOPE_NEVER_PROBE"
# Of the WHATWG's Fetch standard, "port blocking": a request's lines could be taken for commands by
# what listens there.
_NOT_FOR_WEB: Final = frozenset(
    (
        0,
        1,
        7,
        9,
        11,
        13,
        15,
        17,
        19,
        20,
        21,
        22,
        23,
        25,
        37,
        42,
        43,
        53,
        69,
        77,
        79,
        87,
        95,
        101,
        102,
        103,
        104,
        109,
        110,
        111,
        113,
        115,
        117,
        119,
        123,
        135,
        137,
        139,
        143,
        161,
        179,
        389,
        427,
        465,
        512,
        513,
        514,
        515,
        526,
        530,
        531,
        532,
        540,
        548,
        554,
        556,
        563,
        587,
        601,
        636,
        989,
        990,
        993,
        995,
        1719,
        1720,
        1723,
        2049,
        3659,
        4045,
        4190,
        5060,
        5061,
        6000,
        6566,
        6665,
        6666,
        6667,
        6668,
        6669,
        6679,
        6697,
        10080,
    )
)


class PolicyError(ValueError):
    """A part of a policy that means nothing; the sentence says what would."""


@dataclass(frozen=True, slots=True)
class Policy:
    """Without `schemes` all may be asked; without `ports` all, but web requests go to no port of
    another protocol.
    """

    schemes: frozenset[str] = frozenset()
    ports: tuple[range, ...] = ()
    hosts: frozenset[str] = frozenset()
    domains: tuple[str, ...] = ()
    networks: tuple[Network, ...] = ()

    def objection(self, target: Target) -> str | None:
        """Why this target must not be asked, in one sentence that names the setting; None when it
        may be.
        """
        scheme, host, port = target.scheme, target.host, target.port
        if host is not None and self.never(host):
            return f"{host} is on the list of targets that are never probed ({NEVER_SETTING})"
        if self.schemes and scheme not in self.schemes:
            allowed = ", ".join(sorted(self.schemes))
            return (
                f"this worker looks by {allowed} only, and this is {scheme}; see {SCHEMES_SETTING}"
            )
        if port is None:
            return None
        if self.ports and not any(port in span for span in self.ports):
            return (
                f"this worker does not look at port {port}; the operator can allow it with"
                f" {PORTS_SETTING}"
            )
        if not self.ports and target.is_web and port in _NOT_FOR_WEB:
            return (
                f"port {port} belongs to another protocol, which could take a web request for"
                f" commands; the operator can allow it with {PORTS_SETTING}"
            )
        return None

    def never(self, host: str) -> bool:
        """Whether a host is one that does not want to be probed."""
        return host in self.hosts or any(
            host == domain[1:] or host.endswith(domain) for domain in self.domains
        )


def read_policy(schemes: str = "", ports: str = "", never: str = "") -> Policy:
    """The policy that settings mean; PolicyError says what is wrong with the first that means
    nothing.

    `schemes` and `ports` are lists such as `https,tcp` and `443,8000-8999`. `never` holds hosts,
    networks and domains: `.example.com` is example.com and everything below. Parts of it end with a
    comma or a line; # begins a comment.
    """
    entries = [
        part.strip() for line in never.splitlines() for part in line.partition("#")[0].split(",")
    ]
    networks = [network for entry in entries if (network := _network(entry)) is not None]
    names = [_name(entry) for entry in entries if entry and _network(entry) is None]
    return Policy(
        schemes=frozenset(_parts(schemes.lower())),
        ports=tuple(_span(part) for part in _parts(ports)),
        hosts=frozenset(name for name in names if not name.startswith(".")),
        domains=tuple(name for name in names if name.startswith(".")),
        networks=tuple(networks),
    )


def _parts(text: str) -> Iterable[str]:
    return [part.strip() for part in text.split(",") if part.strip()]


def _span(text: str) -> range:
    first, dash, last = text.partition("-")
    try:
        span = range(int(first), int(last if dash else first) + 1)
    except ValueError:
        span = range(0)
    if not span or span[0] < 1 or span[-1] > 65_535:
        raise PolicyError(f"{text!r} is no port; give ports such as 443,8000-8999")
    return span


def _network(text: str) -> Network | None:
    try:
        return ip_network(text, strict=False)
    except ValueError:
        return None


def _name(text: str) -> str:
    """A host or a .domain in ASCII."""
    dot, bare = (
        ("." if text.startswith((".", "*.")) else ""),
        text.removeprefix("*").removeprefix("."),
    )
    try:
        name = plain_host(bare if bare.isascii() else ascii_host(bare))
        name.encode("idna")  # UnicodeError for labels that are empty or too long
    except UnicodeError:
        name = ""
    if not name or any(letter in name for letter in "/:*@ "):
        raise PolicyError(
            f"{text!r} is no host, .domain or network; give parts such as"
            " a.example,.b.example,192.0.2.0/24"
        )
    return dot + name
