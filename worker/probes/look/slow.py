"""How long the phases of a look may take before the answer counts as slow. Pure."""

from typing import Any, Final

from pydantic import Field

from worker.contract.kind import Params
from worker.contract.outcome import Blame, Fault, Reason

_PHASES: Final = (
    ("dns", "resolving the name", Blame.RESOLVER),
    ("connect", "connecting", Blame.PATH),
    ("tls", "the TLS handshake", Blame.TARGET),
    ("ttfb", "the first byte", Blame.TARGET),
    ("body", "the rest of the answer", Blame.TARGET),
    ("total", "the answer", Blame.TARGET),
)


class SlowLimits(Params):
    """Milliseconds that each phase may take, redirects added up."""

    dns: int | None = Field(default=None, gt=0, description="Resolving the name.")
    connect: int | None = Field(default=None, gt=0, description="Connecting.")
    tls: int | None = Field(default=None, gt=0, description="The TLS handshake.")
    ttfb: int | None = Field(
        default=None, gt=0, description="From the request to the first byte of the answer."
    )
    body: int | None = Field(default=None, gt=0, description="From the first byte to the last.")
    total: int | None = Field(default=None, gt=0, description="Everything.")


def slow_fault(limits: SlowLimits, took: dict[str, Any]) -> Fault | None:
    """The first phase that took longer than it may; None when none did. `took` are milliseconds by
    phase.
    """
    for phase, said, blame in _PHASES:
        limit, ms = getattr(limits, phase), took.get(phase)
        if limit is not None and ms is not None and ms > limit:
            return Reason.SLOW, blame, f"{said} took {ms:.0f} ms, more than {limit} ms"
    return None
