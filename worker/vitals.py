"""How this worker is doing: measured, not assumed."""

import os
import socket
from collections.abc import Callable, Sequence
from contextlib import closing, suppress
from pathlib import Path
from typing import Final

from worker.contract.clock import now
from worker.contract.installed import own_version
from worker.contract.message import Vitals
from worker.reporting.outbox import Outbox
from worker.tally import Tally

BUSY_MS: Final = 250.0
"""A loop that lags this much measures itself, not the targets."""
OLD_MS: Final = 5_000
FUTURE_MS: Final = -2_000
"""Orders younger than nothing or this old tell of a wrong clock; a look's moment is then wrong as
well.
"""
SOMEWHERE: Final = "192.0.2.1"
SOMEWHERE_6: Final = "2001:db8::1"
"""Addresses for documentation (RFC 5737, RFC 3849): routed like the internet, and nobody's."""

_PAGE_MB: Final = os.sysconf("SC_PAGE_SIZE") / 1e6
_STATM: Final = Path("/proc/self/statm")


class Gauge:
    """Reads the vitals of one worker process."""

    def __init__(
        self,
        tally: Tally,
        outbox: Outbox,
        kinds: Sequence[str],
        source_address: str | None,
        public_address: str | None = None,
        ahead_ms: Callable[[], int] = lambda: 0,
        *,
        pins_key: bool = False,
        looks_from_here: bool = True,
        budget_left: Callable[[], int | None] = lambda: None,
    ) -> None:
        self._tally = tally
        self._outbox = outbox
        self._kinds = tuple(kinds)
        self._source_address = source_address
        self._public_address = public_address
        self._ahead_ms = ahead_ms
        self._pins_key = pins_key
        self._looks_from_here = looks_from_here
        self._budget_left = budget_left
        self._version = own_version()
        self._started_at = now()

    def read(self) -> Vitals:
        """The vitals now; the lag is the worst since the last reading."""
        lag_ms = self._tally.take_lag_ms()
        return Vitals(
            version=self._version,
            kinds=self._kinds,
            started_at=self._started_at,
            in_flight=self._tally.in_flight,
            outbox_reports=len(self._outbox),
            dropped_reports=self._outbox.dropped,
            late_looks=self._tally.late,
            refused_orders=self._tally.refused,
            loop_lag_ms=round(lag_ms, 1),
            rss_mb=round(rss_mb(), 1),
            address=self._address() if self._looks_from_here else None,
            clock_ahead_ms=(ahead_ms := self._ahead_ms()),
            pins_key=self._pins_key,
            budget_left=self._budget_left(),
            self_test=self._self_test(lag_ms, ahead_ms),
        )

    def _address(self) -> str | None:
        return self._public_address or self._source_address or outgoing_address()

    def _self_test(self, lag_ms: float, ahead_ms: int) -> str:
        """What is wrong with this vantage point itself, in one sentence; empty when nothing is."""
        if fault := address_fault(self._source_address):
            return fault
        if self._outbox.fault:
            return self._outbox.fault
        if forged := self._tally.take_forged():
            return (
                f"{forged} messages were refused that the coordinator's key did not sign for this"
                " worker: a wrong OUTSCOPE_COORDINATOR_KEY, or somebody else has the credential"
            )
        if lag_ms > BUSY_MS:
            return f"the machine is too busy to measure: the loop lagged {lag_ms:.0f} ms"
        age_ms = self._tally.take_order_age_ms()
        return clock_fault(ahead_ms) or age_fault(age_ms)


def address_fault(address: str | None) -> str:
    """Why this machine cannot look from the address, in one sentence; empty when it can."""
    if address is None:
        return ""
    family = socket.AF_INET6 if ":" in address else socket.AF_INET
    try:
        with closing(socket.socket(family, socket.SOCK_STREAM)) as probe:
            probe.bind((address, 0))
    except OSError as error:
        return f"cannot look from {address}: {error.strerror}"
    return ""


def outgoing_address() -> str | None:
    """The address that this machine sends from to the internet; None without a route. Nothing is
    sent.
    """
    for family, somewhere in ((socket.AF_INET, SOMEWHERE), (socket.AF_INET6, SOMEWHERE_6)):
        with suppress(OSError), closing(socket.socket(family, socket.SOCK_DGRAM)) as unsent:
            unsent.connect((somewhere, 9))
            return str(unsent.getsockname()[0])
    return None


def clock_fault(ahead_ms: int) -> str:
    """What is wrong with this machine's clock, in one sentence; empty when nothing is."""
    if not ahead_ms:
        return ""
    side = "ahead of" if ahead_ms > 0 else "behind"
    return (
        f"the clock is {abs(ahead_ms) / 1000:.0f} s {side} the coordinator's, which this worker"
        " goes by"
    )


def age_fault(age_ms: int | None) -> str:
    """What the age of the youngest order says against this machine, in one sentence; empty when
    nothing.
    """
    if age_ms is None or FUTURE_MS <= age_ms <= OLD_MS:
        return ""
    if age_ms < 0:
        return f"the clock is {-age_ms / 1000:.1f} s behind the coordinator's"
    return (
        f"orders are {age_ms / 1000:.1f} s old: the clock is ahead of the coordinator's, or the"
        " link is slow"
    )


def rss_mb() -> float:
    """Memory that this process holds, in megabytes; 0 where the system does not tell."""
    try:
        return int(_STATM.read_text().split()[1]) * _PAGE_MB
    except OSError:
        return 0.0
