"""What a worker's way out is, whichever it goes, and how it fails."""

from collections.abc import Sequence
from typing import Protocol


class BrokerAwayError(OSError):
    """The broker did not take a message; whether it arrived is not known."""


class KeyRefusedError(BrokerAwayError):
    """A relay does not let this worker in, which no waiting mends."""


class WayOut(Protocol):
    """Sends Celery messages whose only argument is JSON that was made before. Belongs to one
    thread.
    """

    @property
    def at_once(self) -> int:
        """How many messages go together at most."""

    @property
    def linger_s(self) -> float:
        """How long to wait for more messages that may go together."""

    def send_all(self, queue: str, task: str, arguments: Sequence[bytes]) -> None:
        """Put messages on a queue; BrokerAwayError when they are not taken in time."""

    def close(self) -> None:
        """Let go of the connection; the next message opens another."""


class Way(Protocol):
    """How a worker is connected: what it sends by, and what brings it orders and receipts."""

    @property
    def sending(self) -> WayOut:
        """What reports go by."""

    @property
    def seen_from(self) -> str | None:
        """The address by which this worker is seen at the other end; None when it is not told."""

    def run(self) -> int:
        """Bring orders and receipts until told to stop; the exit code."""

    def stop(self) -> None:
        """Have `run` come to its end. May be called by a signal."""
