"""Notices that this worker no longer consumes, whatever the reason, and mends it.

Libraries lose a half-open link in ways that change with their versions; so the worker proves end to
end that it consumes, by sending itself a message and waiting for it. Anything else that arrives
proves it as well.
"""

import logging
from collections.abc import Callable
from enum import Enum
from threading import Event, Thread
from typing import Final

from worker.contract.clock import monotonic_s
from worker.contract.message import TASK_ECHO, echo_queue
from worker.messaging.away import BrokerAwayError
from worker.messaging.lookout import CHECK_S, HUNG_CHECKS
from worker.messaging.publisher import Publisher

ECHO_S: Final = 3.0
STUCK_S: Final = 7.0
"""An echo that the broker took and that did not come back for this long: the consumer is stuck."""
HOPELESS_S: Final = 10.0
"""So long after its sockets were cut, a consumer that still hears nothing will not mend itself."""

log = logging.getLogger(f"outscope.{__name__}")


class Step(Enum):
    """What to do now."""

    NOTHING = "nothing"
    ECHO = "echo"
    CUT = "cut"
    RESTART = "restart"


class Watch:
    """The rules, on times that are told: what is known of the consumer, and what to do next."""

    def __init__(self, at_s: float) -> None:
        self._heard_s = at_s
        self._echoed_s: float | None = None
        """When the broker took the first echo that nothing has answered; None when no answer is
        due.
        """
        self._cut_s: float | None = None

    def heard(self, at_s: float) -> None:
        """Something was consumed, or cannot be for a good reason."""
        self._heard_s = at_s
        self._echoed_s = self._cut_s = None

    def echoed(self, at_s: float) -> None:
        """The broker took an echo that was sent at this moment; it may have come back already."""
        if self._echoed_s is None and self._heard_s < at_s:
            self._echoed_s = at_s

    def unreachable(self) -> None:
        """The broker did not take an echo: it is away, and the consumer has nothing to hear."""
        self._echoed_s = self._cut_s = None

    def step(self, at_s: float) -> Step:
        """What to do at this moment."""
        if self._echoed_s is None:
            return Step.ECHO if at_s - self._heard_s >= ECHO_S else Step.NOTHING
        if self._cut_s is None and at_s - self._echoed_s >= STUCK_S:
            self._cut_s = at_s
            return Step.CUT
        if self._cut_s is not None and at_s - self._cut_s >= HOPELESS_S:
            return Step.RESTART
        return Step.NOTHING


class Watchdog:
    """Drives a Watch on its own thread and its own connection, so that nothing it watches can hold
    it up.

    `excused`: the consumer has a good reason to hear nothing. `hung`: the loop that looks turns no
    more, which only a restart mends.
    """

    def __init__(
        self,
        publisher: Publisher,
        *,
        region: str,
        worker: str,
        excused: Callable[[], bool],
        hung: Callable[[], bool],
        cut: Callable[[], None],
        restart: Callable[[], None],
    ) -> None:
        self._publisher = publisher
        self._queue = echo_queue(region, worker)
        self._excused = excused
        self._hung = hung
        self._hung_checks = 0
        self._acts = {Step.ECHO: self._echo, Step.CUT: cut, Step.RESTART: restart}
        self._watch = Watch(monotonic_s())
        self._stopping = Event()
        self._thread = Thread(target=self._run, name="watchdog", daemon=True)

    def start(self) -> None:
        """Begin to watch."""
        self._thread.start()

    def stop(self) -> None:
        """Watch no longer; does not wait."""
        self._stopping.set()

    def heard(self) -> None:
        """A message was consumed."""
        self._watch.heard(monotonic_s())

    def _run(self) -> None:
        while not self._stopping.wait(CHECK_S):
            step = self._next()
            if step in (Step.CUT, Step.RESTART):
                log.error("consumer_stuck act=%s", step.value)
            if step in self._acts:
                self._acts[step]()
        self._publisher.close()

    def _next(self) -> Step:
        self._hung_checks = self._hung_checks + 1 if self._hung() else 0
        if self._hung_checks >= HUNG_CHECKS:
            return Step.RESTART
        if self._excused():
            self.heard()
        return self._watch.step(monotonic_s())

    def _echo(self) -> None:
        sent_s = monotonic_s()
        try:
            self._publisher.send(self._queue, TASK_ECHO, b"null")
        except BrokerAwayError:
            self._watch.unreachable()
        else:
            self._watch.echoed(sent_s)
