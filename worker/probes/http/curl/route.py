"""Where a request may go: names are resolved, addresses are judged, and libcurl is told no other.

Through a proxy there are two addresses to judge: the proxy's own, to which this worker connects,
and the target's, to which the proxy does. The worker finds the target's address itself and asks the
proxy for that very address, so that a proxy opens no way that the guard would refuse. A proxy that
resolves names itself is one that its operator vouches for: its address must be among those that are
allowed in so many words.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from ipaddress import ip_address
from typing import Any, Final, Protocol
from urllib.parse import urlsplit

import pycurl

from worker.contract.outcome import Blame
from worker.contract.target import plain_host
from worker.probes.http.curl.faults import UNRESOLVED
from worker.probes.http.curl.gate import Gate
from worker.probes.http.curl.refusal import fault_of_name, fault_of_way, refused
from worker.probes.http.request import Answer, Proxy, Request
from worker.probes.look.forbidden import not_asked
from worker.probes.look.vantage import Look
from worker.probes.names.resolver import Unresolved
from worker.probes.parameters.web_address import bracketed
from worker.targets.guard import SETTING, Guard

_LITERAL: Final = re.compile(
    r"https?://(?:(\d+\.\d+\.\d+\.\d+)|\[([0-9a-f:.]+)\])(?::\d+)?(?:[/?#]|$)", re.I
)
"""A URL whose host is an address and can be read in one way only."""
_NUMERIC: Final = re.compile(r":|(?:^|\.)(?:\d+|0x[0-9a-f]*)\.?$", re.I)
"""A host that is an address in one spelling or another: 127.1 and 0x7f.1 are read as 127.0.0.1 by
many.
"""
_NOWHERE: Final = "192.0.2.1"
REMEMBERED: Final = 4096
"""URLs whose parts are not found anew in each look."""
_PROXY_PORTS: Final = {"http": 80, "https": 443, "socks5": 1080}


class Opens(Protocol):
    """What libcurl asks for its sockets."""

    opened: bool
    refusal: str | None
    sent: int

    def sends(self, *_addresses: Any) -> int:
        """Whether libcurl may send the request, once more or for the first time."""

    def open(self, _purpose: int, address: Any) -> Any:
        """A socket for this address, or libcurl's word for none."""


@dataclass(frozen=True, slots=True)
class Route:
    """What libcurl is told of the way: an entry for its cache of names, another address than the
    URL's, a gate.
    """

    gate: Opens | None = None
    resolved: str | None = None
    connect_to: str | None = None
    dns_ms: float | None = None
    addresses: Sequence[str] = ()
    proxy: Proxy | None = None
    ip: str | None = None
    """The address that the proxy was asked for; None when it was told a name."""
    only_warm: bool = False


STRAIGHT: Final = Route()
"""The way to a URL that names an address, which was judged."""


class _Shut:
    """Opens no socket, so that only a connection that is there already can be used."""

    opened = False
    refusal: str | None = None
    sent = 1

    def sends(self, *_addresses: Any) -> int:
        """It may; should that fail, there is no other connection to send it on."""
        return pycurl.PREREQFUNC_OK  # type: ignore[no-any-return]

    def open(self, _purpose: int, _address: Any) -> Any:
        return pycurl.SOCKET_BAD


async def find_route(request: Request, look: Look) -> Route | Answer:
    """The way to the target; the failed answer when there is none that may be taken."""
    if request.proxy is not None:
        return await _through(request.proxy, request, look)
    address = literal(request.url)
    if address is not None:
        guard = look.vantage.guard
        refusal = guard.refusal(address)
        if refusal is None:
            return Route(Gate(guard)) if request.may_be_http2 else STRAIGHT
        return refused(fault_of_way(request, address, refusal, guard))
    host, port = place(request.url)
    if (pinned := request.pinned(host)) is not None:
        return _pinned(pinned, port, look.vantage.guard)
    allowed = await _allowed(host, port, request, look)
    if isinstance(allowed, Answer):
        return allowed
    addresses, dns_ms = allowed
    # libcurl finds the name in its own cache then; whatever else it may connect to, the gate sees
    # it
    return Route(
        Gate(look.vantage.guard), _entry(host, port, addresses), dns_ms=dns_ms, addresses=addresses
    )


def warm_route(request: Request) -> Route:
    """The way over a connection that is open already, and no other."""
    host, port = place(request.url)
    pinned = request.pinned(host)
    return Route(
        _Shut(),
        resolved=None if literal(request.url) else f"{host}:{port}:{_NOWHERE}",
        connect_to=None if pinned is None else f"::{bracketed(pinned)}:{port}",
        only_warm=True,
    )


@lru_cache(maxsize=REMEMBERED)
def place(url: str) -> tuple[str, int]:
    """Host and port of a URL."""
    parts = urlsplit(url)
    host = parts.hostname or ""
    return host, parts.port or (443 if parts.scheme == "https" else 80)


@lru_cache(maxsize=REMEMBERED)
def literal(url: str) -> str | None:
    """The address that a URL names instead of a host name, when no two parsers could disagree about
    it.
    """
    match = _LITERAL.match(url)
    return None if match is None else match[1] or match[2]


def _pinned(address: str, port: int, guard: Guard) -> Route | Answer:
    refusal = guard.refusal(address)
    return (
        refused(not_asked(refusal))
        if refusal is not None
        else Route(Gate(guard), connect_to=f"::{bracketed(address)}:{port}", ip=address)
    )


async def _allowed(
    host: str, port: int, request: Request, look: Look
) -> tuple[list[str], float | None] | Answer:
    """The addresses of a name that may be probed, and how long it took to find them."""
    try:
        found = await look.vantage.resolver.find(
            host, port, look, request.ip_version, look.vantage.source_address
        )
    except Unresolved as error:
        return Answer(
            UNRESOLVED, str(error), unresolved_blame=error.blame, total_ms=look.elapsed_ms()
        )
    refusals = [look.vantage.guard.refusal(endpoint.ip) for endpoint in found.endpoints]
    allowed = [
        endpoint.ip
        for endpoint, refusal in zip(found.endpoints, refusals, strict=True)
        if refusal is None
    ]
    if allowed:
        return allowed, found.dns_ms
    fault = await fault_of_name(request, host, found.endpoints[0].ip, refusals[0] or "", look)
    return refused(fault, found.dns_ms)


async def _through(proxy: Proxy, request: Request, look: Look) -> Route | Answer:
    to_proxy = await _to_proxy(proxy, look)
    if isinstance(to_proxy, Answer):
        return replace(to_proxy, proxy=proxy.url)
    target = (
        await find_route(replace(request, proxy=None), look)
        if _judged_here(proxy, request)
        else STRAIGHT
    )
    if isinstance(target, Answer):
        return target
    if target.connect_to is not None:
        return replace(to_proxy, connect_to=target.connect_to, ip=target.ip)
    if target.resolved is None:
        return replace(to_proxy, ip=literal(request.url))
    _, port = place(request.url)
    address = target.addresses[0]
    return replace(
        to_proxy,
        connect_to=f"::{bracketed(address)}:{port}",
        ip=address,
        dns_ms=target.dns_ms,
        addresses=target.addresses,
    )


def _judged_here(proxy: Proxy, request: Request) -> bool:
    """Whether this worker knows the address that the proxy will connect to."""
    host, _ = place(request.url)
    overridden = request.pinned(host) is not None
    return not proxy.resolves or overridden or _NUMERIC.search(host) is not None


async def _to_proxy(proxy: Proxy, look: Look) -> Route | Answer:
    parts = urlsplit(proxy.url)
    host, port = parts.hostname or "", parts.port or _PROXY_PORTS[parts.scheme]
    guard = look.vantage.guard
    if guard.policy.never(plain_host(host)):
        told = f"the proxy {host} is on the list of targets that are never probed"
        return refused(not_asked(told))
    allowed = await _allowed(host, port, Request(proxy.url), look)
    if isinstance(allowed, Answer):
        if allowed.code == UNRESOLVED:
            return replace(
                allowed, unresolved_blame=Blame.PROBER, words=f"the proxy: {allowed.words}"
            )
        return replace(allowed, refusal=not_asked(f"the proxy: {allowed.words}"))
    addresses, _ = allowed
    if proxy.resolves:
        addresses = [address for address in addresses if _vouched(address, guard)]
        if not addresses:
            told = f"the proxy {host} resolves names itself, so its address must be in {SETTING}"
            return refused(not_asked(f"{told} in so many words"))
    return Route(Gate(guard), _entry(host, port, addresses), proxy=proxy)


def _entry(host: str, port: int, addresses: Sequence[str]) -> str:
    return f"{host}:{port}:{','.join(map(bracketed, addresses))}"


def _vouched(address: str, guard: Guard) -> bool:
    ip = ip_address(address.partition("%")[0])
    return any(ip.version == network.version and ip in network for network in guard.allow)
