"""Echo requests to one address, one after the other, and how long each took to come back."""

import asyncio
import secrets
import socket
import struct
import time
from dataclasses import dataclass, field
from typing import Final

from worker.contract.clock import monotonic_s
from worker.contract.outcome import Fault
from worker.probes.kinds.icmp.packet import reply, request
from worker.probes.kinds.icmp.socket import TIMESTAMPS, EchoSocket
from worker.probes.network.connection import not_connected

_TOKEN: Final = 8
_LARGEST: Final = 65_535
_TIMESPEC: Final = struct.Struct("=qq")


@dataclass(slots=True)
class Echoes:
    """What came back: round trips in milliseconds by request, and what the network had against
    it.
    """

    sent: int = 0
    round_trips: dict[int, float] = field(default_factory=dict)
    fault: Fault | None = None


async def echoes(
    to: EchoSocket, *, count: int, interval_s: float, patience_s: float, size: int
) -> Echoes:
    """Send so many requests with so many bytes, and wait so long after the last one. Closes the
    socket.
    """
    exchange = _Exchange(to, count, size)
    loop = asyncio.get_running_loop()
    loop.add_reader(to.sock.fileno(), exchange.hear)
    try:
        for sequence in range(count):
            if sequence:
                await asyncio.sleep(interval_s)
            exchange.send(sequence)
        async with asyncio.timeout(patience_s):
            await exchange.complete.wait()
    except TimeoutError:
        pass  # what has not come back by now is lost
    finally:
        loop.remove_reader(to.sock.fileno())
        to.sock.close()
    return exchange.result


class _Exchange:
    """Requests on their way."""

    def __init__(self, to: EchoSocket, count: int, size: int) -> None:
        self._to = to
        self._count = count
        # tells our replies from those to others, whose number may be ours
        self._token = secrets.token_bytes(_TOKEN)
        self._payload = self._token + bytes(max(0, size - _TOKEN))
        self._sent_s: dict[int, float] = {}
        self._refused = 0
        self.result = Echoes()
        self.complete = asyncio.Event()

    def send(self, sequence: int) -> None:
        packet = request(self._to.version, self._to.number, sequence, self._payload)
        self.result.sent += 1
        self._sent_s[sequence] = monotonic_s()
        try:
            self._to.sock.send(packet)
        except OSError as error:  # of this packet, or of an earlier one
            self._fail(error)

    def hear(self) -> None:
        """Take in everything that has come."""
        while True:
            try:
                data, ancillary, _, _ = self._to.sock.recvmsg(_LARGEST, 64)
            except BlockingIOError:
                return
            except OSError as error:
                self._fail(error)
                return
            self._take(data, monotonic_s() - _queued_s(ancillary))

    def _take(self, data: bytes, at_s: float) -> None:
        heard = reply(self._to.version, data, below_ip=self._to.below_ip)
        if (
            heard is None
            or not heard.payload.startswith(self._token)
            or heard.sequence in self.result.round_trips
        ):
            return
        sent_s = self._sent_s.get(heard.sequence)
        if sent_s is not None:
            self.result.round_trips[heard.sequence] = max(0.0, at_s - sent_s) * 1000
            self._settle()

    def _fail(self, error: OSError) -> None:
        self.result.fault = not_connected(error.errno or 0)
        self._refused += 1
        self._settle()

    def _settle(self) -> None:
        """Nothing more will come when every request was answered or spoken against."""
        if len(self.result.round_trips) + self._refused >= self._count:
            self.complete.set()


def _queued_s(ancillary: list[tuple[int, int, bytes]]) -> float:
    """How long a packet has waited for us, by the kernel's clock: our own queue is no part of a
    round trip.
    """
    for level, kind, data in ancillary:
        if level == socket.SOL_SOCKET and kind == TIMESTAMPS and len(data) >= _TIMESPEC.size:
            seconds, nanoseconds = _TIMESPEC.unpack_from(data)
            waited_s = time.time() - seconds - nanoseconds / 1e9
            return waited_s if 0 <= waited_s < 1 else 0.0
    return 0.0
