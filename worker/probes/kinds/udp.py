"""A UDP port answers a datagram.

The datagram is `send`, `send_hex`, or empty; any datagram that comes back is well, unless `expect`
or `expect_regex` ask for more. A system that has nobody at the port refuses, which is told as
`refused`. Silence may also be a datagram that was lost, so it is held against the path. `ttfb_ms`
is the time from the datagram to the answer.
"""

import asyncio
from typing import ClassVar

from worker.contract.kind import Kind
from worker.contract.outcome import Fault, Outcome
from worker.contract.target import Target, plain_host
from worker.probes.look.phases import Phases
from worker.probes.look.vantage import Look
from worker.probes.names.resolver import Endpoint
from worker.probes.network.connection import in_turn, locate
from worker.probes.network.datagrams import datagrams, unanswered
from worker.probes.parameters.place import HostPort
from worker.probes.parameters.receiver import Receiver
from worker.probes.parameters.wanted import Talk


class UdpParams(Talk, HostPort):
    """Where to send what, and what must come back."""

    schemes: ClassVar[tuple[str, ...]] = ("udp",)

    def targets(self) -> tuple[Target, ...]:
        """The port."""
        return (Target("udp", self.host, self.port),)


async def run(params: UdpParams, look: Look) -> Outcome:
    """Resolve, send, and wait for the answer of one address after the other."""
    found = await locate(params.host, params.port, look, params.ip_version)
    if isinstance(found, Outcome):
        return found
    for endpoint, patience_s in in_turn(found.endpoints, look):
        phases = Phases(look, endpoint.ip, dns_ms=found.dns_ms)
        fault = await _ask(params, endpoint, patience_s, look)
        phases.end("ttfb_ms")
        if fault is None:
            break
        look.step(f"{endpoint.ip}: {fault[2]}")
    return phases.outcome(fault, slow_ms=params.slow_ms)


async def _ask(
    params: UdpParams, endpoint: Endpoint, patience_s: float, look: Look
) -> Fault | None:
    message = params.message(Receiver(plain_host(params.host), proven=False))
    if not isinstance(message, bytes):
        return message
    try:
        with datagrams(endpoint, look) as socket:
            async with asyncio.timeout(patience_s):
                socket.send(message)
                look.step(f"sent {len(message)} bytes to {endpoint.ip}")
                data = await socket.receive()
    except OSError as error:
        return unanswered(error, look.timeout_ms)
    text = data.decode("utf-8", "replace")
    return None if params.heard(text) else params.another(text)


KIND = Kind("udp", UdpParams, run)
