"""The threads and clocks of a worker, driven by events of simulated time."""

import asyncio
from collections.abc import Callable, Sequence
from typing import Any, Final

from tests.simulation.clockwork import Host
from worker.autonomy import silence
from worker.autonomy.rounds import STEP_S, Rounds
from worker.contract.message import Signature
from worker.messaging.pinned import ForgedError, PinnedKeys
from worker.reporting.outbox import Outbox
from worker.reporting.sender import RETRY_S, Sender

Refused = Callable[[str, str], None]
"""Is told that something is wrong: of which kind, and what."""
IDLE_STEPS: Final = 5
"""So often in a heartbeat's time a worker that is not alone asks whether it is."""


class SimTimer:
    """A threading.Timer in simulated time."""

    def __init__(self, host: Host, delay_s: float, act: Callable[[], None]) -> None:
        self.daemon = True
        self._host, self._delay_s, self._act = host, delay_s, act
        self._handle: asyncio.TimerHandle | None = None

    def start(self) -> None:
        """From now on."""
        self._handle = self._host.later(self._delay_s, self._act)

    def cancel(self) -> None:
        """Not any more."""
        if self._handle is not None:
            self._handle.cancel()


class SimSender(Sender):
    """The product's, round by round, whenever it is woken or something is due."""

    def __init__(self, host: Host, out: Any, outbox: Outbox, **told: Any) -> None:
        super().__init__(out, outbox, **told)
        self._host = host
        self._next: asyncio.TimerHandle | None = None
        self._wake = _Wake(self._soon)  # type: ignore[assignment]

    def start(self) -> None:
        """As of the sender."""
        self._take_up()
        self._plan()

    def end(self) -> None:
        """What came in last is sent, if anybody takes it."""
        self._unbundle()
        self._send()

    def _soon(self) -> None:
        if not self._failures:
            self._at(0.0)

    def _plan(self) -> None:
        failures = self._failures
        self._at(RETRY_S[min(failures, len(RETRY_S)) - 1] if failures else self._pause_s())

    def _at(self, delay_s: float) -> None:
        if self._next is not None:
            self._next.cancel()
        if delay_s != float("inf"):
            self._next = self._host.later(delay_s, self._round)

    def _round(self) -> None:
        self._send()
        self._plan()


class _Wake:
    """A threading.Event that nobody waits for."""

    def __init__(self, act: Callable[[], None]) -> None:
        self.set = act

    def clear(self) -> None:
        """There is nothing to clear."""


class SimRounds(Rounds):
    """The product's, step by step."""

    def __init__(self, host: Host, *told: Any, **more: Any) -> None:
        super().__init__(*told, **more)
        self._host = host

    def start(self) -> None:
        """As of the rounds."""
        self._take_up()
        self._round()

    def _round(self) -> None:
        now_s = self._host.monotonic_s()
        self._clock.save_when_due(now_s)
        self.step(self._reference.now(), now_s)
        self._host.later(
            STEP_S if self._reached is not None else silence.HEARTBEAT_S / IDLE_STEPS, self._round
        )


class SimPinned(PinnedKeys):
    """The product's; `refused` is told of what the coordinators' key did not sign, though nobody
    else writes here.
    """

    def __init__(self, host: Host, key: bytes, queues: Sequence[str], refused: Refused) -> None:
        super().__init__([key], queues)
        self._host, self._refused = host, refused

    def _authentic(self, task: str, message: Any, signed: Any) -> Signature:
        try:
            return super()._authentic(task, message, signed)
        except ForgedError as error:
            self._refused("forged", f"{task} at {self._host.name}: {error}")
            raise
