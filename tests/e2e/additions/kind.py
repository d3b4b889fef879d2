"""A server says one word to whoever connects.

Nothing is sent. The word must come before the deadline.
"""

from contextlib import closing
from typing import ClassVar

from pydantic import Field

from worker.contract.kind import Kind
from worker.contract.outcome import Blame, Outcome, Reason
from worker.contract.target import Target
from worker.probes.look.phases import Phases
from worker.probes.look.vantage import Look
from worker.probes.network.connection import connect
from worker.probes.network.stream import Stream
from worker.probes.parameters.place import HostPort


class ToyParams(HostPort):
    """Where to listen, and for what."""

    schemes: ClassVar[tuple[str, ...]] = ("toy",)

    word: str = Field(default="ready", description="The word that a toy must say.")

    def targets(self) -> tuple[Target, ...]:
        """The server."""
        return (Target("toy", self.host, self.port),)


async def run(params: ToyParams, look: Look) -> Outcome:
    """Connect and listen."""
    connected = await connect(params.host, params.port, look, params.ip_version)
    if isinstance(connected, Outcome):
        return connected
    phases = Phases.since(connected, look)
    with closing(Stream(connected.sock, look)) as stream:
        heard = (await stream.receive(100)).decode()
    phases.end("ttfb_ms")
    look.step(f"heard {heard!r}")
    fault = (Reason.CONTENT, Blame.TARGET, f"it said {heard!r}") if heard != params.word else None
    return phases.outcome(fault, {"heard": heard})


KIND = Kind("toy", ToyParams, run)
