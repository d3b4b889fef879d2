"""Asks a relay for orders and receipts, again and again, and hands them on as Celery would."""

import json
import logging
from collections.abc import Callable, Mapping
from datetime import datetime
from threading import Event
from typing import Any, Final

from worker.contract.clock import monotonic_s
from worker.contract.http.relaying import ORDERS
from worker.contract.instant import Instant
from worker.contract.message import SIGNED, TASK_LOOK, TASK_RECEIPT
from worker.contract.standing.orders import TASK_STANDING
from worker.messaging.away import BrokerAwayError, KeyRefusedError
from worker.messaging.handlers import Handlers
from worker.messaging.refusal import advice
from worker.relaying.link import Link, Stopped

WAIT_S: Final = 8.0
"""A link that went silently dead is noticed a few seconds later."""
PATIENCE_S: Final = 6.0
"""On top of the wait."""
PAUSES_S: Final = (0.2, 0.5, 1.0, 2.0)
"""Between questions that were not answered; the last one for ever."""
REFUSED_PAUSE_S: Final = 5.0
TELL_AGAIN_S: Final = 60.0

log = logging.getLogger(f"outscope.{__name__}")


class RelayConsumer:
    """Runs in the thread that calls `run`. `connected` is told once, when the relay has let this
    worker in.
    """

    def __init__(self, link: Link, handlers: Handlers, connected: Callable[[], None]) -> None:
        self._link = link
        self._handlers = handlers
        self._connected = connected
        self._is_connected = False
        self._failures = 0
        self._told_s = float("-inf")
        self._stopping = Event()
        self._batch = ""

    def run(self) -> None:
        """Go on until told to stop."""
        while not self._stopping.is_set():
            try:
                answer = self._ask()
            except Stopped:
                break
            except BrokerAwayError as error:
                self._wait(error)
                continue
            self._came_through()
            messages = answer.get("messages")
            for message in messages if isinstance(messages, list) else ():
                self._take(message)
            self._batch = str(answer.get("batch", ""))
        self._link.close()

    def stop(self) -> None:
        """Have `run` come to its end. May be called by a signal."""
        self._stopping.set()
        self._link.stop()

    def _ask(self) -> Mapping[str, Any]:
        wait_s = WAIT_S if self._is_connected else 0.0
        asked = {"wait_s": wait_s, "acknowledged": self._batch}
        return self._link.post(ORDERS, json.dumps(asked).encode(), wait_s + PATIENCE_S, {})

    def _wait(self, error: BrokerAwayError) -> None:
        """Say what is wrong, at first and then once a minute, and wait a little."""
        if monotonic_s() - self._told_s >= TELL_AGAIN_S:
            self._told_s = monotonic_s()
            log.warning("relay_unreachable error=%s%s", error, advice(error))
        pause_s = PAUSES_S[min(self._failures, len(PAUSES_S) - 1)]
        self._failures += 1
        is_refused = isinstance(error, KeyRefusedError)
        self._stopping.wait(REFUSED_PAUSE_S if is_refused else pause_s)

    def _came_through(self) -> None:
        if self._failures:
            log.info("relay_back after_attempts=%d", self._failures)
            self._failures, self._told_s = 0, float("-inf")
        if not self._is_connected:
            self._is_connected = True
            self._connected()

    def _take(self, message: Any) -> None:
        """Hand a message on; one that makes no sense costs nothing but itself."""
        self._handlers.consumed()
        try:
            task, said = message["task"], message["said"]
            argument = said[0][0] if said[0] else None
            signed = said[1].get(SIGNED)
            expires_at = _moment(message.get("expires"))
        except (KeyError, IndexError, TypeError, AttributeError, ValueError) as error:
            log.error("message_refused error=%s", type(error).__name__)  # noqa: TRY400 - a stranger's text has no place in the log
            return
        try:
            self._hand_on(task, argument, signed, expires_at)
        except Exception as error:  # the boundary: no message ends the worker
            log.error("message_refused error=%s", type(error).__name__)  # noqa: TRY400 - as above

    def _hand_on(self, task: Any, argument: Any, signed: Any, expires_at: Instant | None) -> None:
        to = self._handlers
        if task == TASK_RECEIPT:
            to.receipt(argument, signed)
        elif task == TASK_STANDING:
            to.standing(argument, signed)
        elif task == TASK_LOOK:
            to.arrived(argument, signed)
            if expires_at is not None and not to.holding() and to.now() > expires_at:
                to.expired(argument, signed)
            else:
                to.order(argument, signed, expires_at)
        else:
            log.error("message_refused error=unknown task")


def _moment(expires: Any) -> Instant | None:
    """When a message expires."""
    return None if expires is None else round(datetime.fromisoformat(expires).timestamp() * 1000)
