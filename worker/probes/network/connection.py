"""A TCP connection to a checked address, with resolving and connecting timed apart."""

import asyncio
import errno
import socket
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from worker.contract.outcome import Blame, Fault, Outcome, Reason, failure
from worker.probes.look.forbidden import name_astray
from worker.probes.look.vantage import Look
from worker.probes.names.resolver import Endpoint, Found, Unresolved
from worker.probes.parameters.place import IpVersion

RESETS: Final = frozenset({errno.ECONNRESET, errno.EPIPE, errno.ECONNABORTED})
_NO_WAY: Final[Fault] = (Reason.UNREACHABLE, Blame.PATH, "no network path leads to the target")
_CONNECTING: Final[Mapping[int, Fault]] = {
    errno.ECONNREFUSED: (Reason.REFUSED, Blame.TARGET, "the target refused the connection"),
    errno.ENETUNREACH: _NO_WAY,
    errno.EHOSTUNREACH: _NO_WAY,
    errno.ENETDOWN: _NO_WAY,
    errno.EHOSTDOWN: _NO_WAY,
    errno.ETIMEDOUT: (Reason.TIMEOUT, Blame.PATH, "the target did not take the connection"),
    **dict.fromkeys(
        RESETS, (Reason.RESET, Blame.PATH, "the connection was reset while it was made")
    ),
}
_ADDRESSES: Final = 4
"""Addresses of one name that are tried before giving up."""


@dataclass(slots=True)
class Connected:
    """An open connection, which its holder must close. `connect_ms` counts the addresses, too, that
    did not take it.
    """

    sock: socket.socket
    ip: str
    dns_ms: float | None
    connect_ms: float


async def connect(
    host: str, port: int, look: Look, ip_version: IpVersion = "any"
) -> Connected | Outcome:
    """Connect to the first address of the host that may be probed and answers; the failed outcome
    when none does.
    """
    found = await locate(host, port, look, ip_version)
    if isinstance(found, Outcome):
        return found
    return await _first(found.endpoints[:_ADDRESSES], found.dns_ms, look)


async def locate(
    host: str, port: int, look: Look, ip_version: IpVersion = "any"
) -> Found | Outcome:
    """The addresses of the host that may be probed; the failed outcome when there is none."""
    try:
        found = await look.vantage.resolver.find(
            host, port, look, ip_version, look.vantage.source_address
        )
    except Unresolved as error:
        look.step(str(error))
        return failure(
            Reason.DNS,
            str(error),
            blame=error.blame,
            dns_ms=look.elapsed_ms(),
            total_ms=look.elapsed_ms(),
        )
    refusals = [look.vantage.guard.refusal(endpoint.ip) for endpoint in found.endpoints]
    allowed = [
        endpoint
        for endpoint, refusal in zip(found.endpoints, refusals, strict=True)
        if refusal is None
    ]
    look.step(f"resolved to {', '.join(endpoint.ip for endpoint in found.endpoints[:_ADDRESSES])}")
    if not allowed:
        reason, blame, sentence = await name_astray(
            host, found.endpoints[0].ip, refusals[0] or "", look
        )
        look.step(sentence)
        return failure(
            reason, sentence, blame=blame, dns_ms=found.dns_ms, total_ms=look.elapsed_ms()
        )
    return Found(allowed, found.dns_ms)


def in_turn(endpoints: Sequence[Endpoint], look: Look) -> Iterator[tuple[Endpoint, float]]:
    """Each endpoint with the seconds that it may take: its share of what is left when its turn
    comes.
    """
    for tried, endpoint in enumerate(endpoints):
        yield endpoint, look.left_s() / (len(endpoints) - tried)


def not_connected(system_error: int) -> Fault:
    """What the system's error number of a connection attempt says."""
    name = errno.errorcode.get(system_error, "an unknown error")
    unknown = Reason.INTERNAL, Blame.PROBER, f"this worker could not connect: {name}"
    return _CONNECTING.get(system_error, unknown)


async def _first(
    endpoints: list[Endpoint], dns_ms: float | None, look: Look
) -> Connected | Outcome:
    fault: Fault = (Reason.INTERNAL, Blame.PROBER, "nothing was tried")
    began_ms = look.elapsed_ms()
    for endpoint, patience_s in in_turn(endpoints, look):
        result = await _attempt(endpoint, patience_s, look)
        if isinstance(result, socket.socket):
            look.step(f"connected to {endpoint.ip}")
            return Connected(result, endpoint.ip, dns_ms, look.elapsed_ms() - began_ms)
        fault = result
        look.step(f"{endpoint.ip}: {fault[2]}")
    reason, blame, sentence = fault
    return failure(
        reason,
        sentence,
        blame=blame,
        dns_ms=dns_ms,
        total_ms=look.elapsed_ms(),
        ip=endpoints[-1].ip,
    )


async def _attempt(endpoint: Endpoint, patience_s: float, look: Look) -> socket.socket | Fault:
    sock = socket.socket(endpoint.family, socket.SOCK_STREAM)
    try:
        sock.setblocking(False)
        if look.vantage.source_address is not None:
            sock.bind((look.vantage.source_address, 0))
        async with asyncio.timeout(patience_s):
            await asyncio.get_running_loop().sock_connect(sock, endpoint.address)
        return sock
    except TimeoutError:
        sock.close()
        return Reason.TIMEOUT, Blame.PATH, f"no connection within {look.timeout_ms} ms"
    except OSError as error:
        sock.close()
        return not_connected(error.errno or 0)
    except BaseException:
        sock.close()
        raise
