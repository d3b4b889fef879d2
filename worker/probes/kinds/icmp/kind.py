"""A host answers echo requests (ping): how long that takes, how many are lost, and how much the
times vary.

Sends `count` requests, `interval_ms` apart, and waits `patience_ms` after the last one. `ttfb_ms`
is the median round trip, without the time that an answer waited for the worker; `extra` has the
least, mean and greatest one in milliseconds, the loss in percent, and the jitter: the mean
difference of one round trip to the next.

Needs an unprivileged ICMP socket (the worker's group in `net.ipv4.ping_group_range`) or the
capability NET_RAW. Without both, looks fail with the reason `internal`, which counts against
nobody.
"""

from itertools import pairwise
from statistics import fmean, median
from typing import Any, ClassVar

from pydantic import Field

from worker.contract.kind import Kind
from worker.contract.outcome import Blame, Fault, Outcome, Reason, failure
from worker.contract.target import Target
from worker.probes.kinds.icmp.echoes import Echoes, echoes
from worker.probes.kinds.icmp.socket import NotAllowed, echo_socket
from worker.probes.look.phases import Phases
from worker.probes.look.vantage import Look
from worker.probes.network.connection import locate, not_connected
from worker.probes.parameters.place import Host


class IcmpParams(Host):
    """Whom to send how many requests, and how they must be answered."""

    schemes: ClassVar[tuple[str, ...]] = ("icmp",)

    count: int = Field(default=3, ge=1, le=50, description="Echo requests to send.")
    interval_ms: int = Field(
        default=200, ge=10, le=10_000, description="Milliseconds from one request to the next."
    )
    patience_ms: int = Field(
        default=1000,
        ge=1,
        le=60_000,
        description="Milliseconds to wait for answers after the last request.",
    )
    size: int = Field(default=56, ge=8, le=1400, description="Bytes that a request carries.")
    max_loss: float = Field(
        default=50,
        ge=0,
        lt=100,
        description="Percent of the requests that may stay without an answer.",
    )
    slow_ms: float | None = Field(
        default=None, gt=0, description="A median round trip above this is a failure: slow."
    )
    max_jitter_ms: float | None = Field(
        default=None, gt=0, description="More jitter than this is a failure: slow."
    )

    def targets(self) -> tuple[Target, ...]:
        """The host, which has no port for this."""
        return (Target("icmp", self.host),)


async def run(params: IcmpParams, look: Look) -> Outcome:
    """Resolve, send, wait, judge."""
    found = await locate(params.host, 0, look, params.ip_version)
    if isinstance(found, Outcome):
        return found
    endpoint = found.endpoints[0]
    phases = Phases(look, endpoint.ip, dns_ms=found.dns_ms)
    try:
        socket = echo_socket(endpoint, look)
    except NotAllowed as error:
        return failure(Reason.INTERNAL, str(error), blame=Blame.PROBER)
    except OSError as error:
        return phases.outcome(not_connected(error.errno or 0))
    left_s = look.left_s()
    sent = await echoes(
        socket,
        count=params.count,
        # all are sent in half the time left
        interval_s=min(params.interval_ms / 1000, left_s / 2 / params.count),
        patience_s=min(params.patience_ms / 1000, left_s / 2),
        size=params.size,
    )
    return _told(params, phases, sent, look)


def _told(params: IcmpParams, phases: Phases, sent: Echoes, look: Look) -> Outcome:
    round_trips = [sent.round_trips[sequence] for sequence in sorted(sent.round_trips)]
    look.step(f"{len(round_trips)} of {sent.sent} requests answered")
    extra: dict[str, Any] = {
        "sent": sent.sent,
        "received": len(round_trips),
        "loss_percent": round(100 * (1 - len(round_trips) / sent.sent), 2),
    }
    if not round_trips:
        phases.end("ttfb_ms")
        return phases.outcome(
            sent.fault or (Reason.TIMEOUT, Blame.PATH, "no echo request was answered"), extra
        )
    steps = [abs(later - earlier) for earlier, later in pairwise(round_trips)]
    jitter_ms = fmean(steps) if steps else 0.0
    extra |= {
        "rtt_min_ms": round(min(round_trips), 3),
        "rtt_avg_ms": round(fmean(round_trips), 3),
        "rtt_max_ms": round(max(round_trips), 3),
        "jitter_ms": round(jitter_ms, 3),
    }
    rtt_ms = median(round_trips)
    phases.spent("ttfb_ms", rtt_ms)
    return phases.outcome(_fault(params, extra, rtt_ms), extra)


def _fault(params: IcmpParams, extra: dict[str, Any], rtt_ms: float) -> Fault | None:
    loss, jitter_ms = extra["loss_percent"], extra["jitter_ms"]
    if loss > params.max_loss:
        return Reason.TIMEOUT, Blame.PATH, f"{loss:g} % of the requests stayed without an answer"
    if params.slow_ms is not None and rtt_ms > params.slow_ms:
        return (
            Reason.SLOW,
            Blame.TARGET,
            f"the round trip took {rtt_ms:.1f} ms, more than {params.slow_ms:g} ms",
        )
    if params.max_jitter_ms is not None and jitter_ms > params.max_jitter_ms:
        return (
            Reason.SLOW,
            Blame.PATH,
            f"the jitter is {jitter_ms:.1f} ms, more than {params.max_jitter_ms:g} ms",
        )
    return None


KIND = Kind("icmp", IcmpParams, run)
