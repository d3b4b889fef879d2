"""The way out: rows become reports on disk, reports go to the broker in order, receipts end
them.
"""

import logging
from collections.abc import Callable, Sequence
from itertools import count
from threading import Event, Thread
from typing import Final

from worker.contract.clock import monotonic_s
from worker.contract.message import (
    TASK_REPORT,
    VERSION,
    Report,
    Vitals,
    Whereabouts,
    reports_queue,
)
from worker.messaging.publisher import BrokerAwayError, Publisher
from worker.messaging.refusal import advice
from worker.reference_clock import ReferenceClock
from worker.reporting.delivery import Delivery
from worker.reporting.outbox import Key, Outbox

HEARTBEAT_S: Final = 5.0
RETRY_S: Final = (0.5, 1.0, 2.0)
"""Pauses before the broker is tried again; the last one for ever."""

log = logging.getLogger(f"outscope.{__name__}")


class Sender:
    """Keeps reports until they are receipted. `vitals` and `whereabouts` are asked before each
    heartbeat, the first of which is sent `first_beat_s` after this was made, or when `beat_now`
    says so.
    """

    def __init__(
        self,
        publisher: Publisher,
        outbox: Outbox,
        *,
        region: str,
        worker: str,
        boot: str,
        vitals: Callable[[], Vitals],
        reference: ReferenceClock | None = None,
        first_beat_s: float = 0.0,
        whereabouts: Callable[[], Whereabouts] | None = None,
    ) -> None:
        self._publisher = publisher
        self._outbox = outbox
        self._delivery = Delivery(outbox.keys())
        self._queue = reports_queue(region)
        self._worker = worker
        self._boot = boot
        self._vitals = vitals
        self._whereabouts = whereabouts or Whereabouts
        self._where = self._whereabouts()
        self._reference = reference or ReferenceClock()
        self._seq = count()
        self._beat_at = monotonic_s() + first_beat_s
        self._failures = 0
        self.is_refused = False
        """Whether the broker refused the login, or the permission to report, when last asked."""
        self._wake = Event()
        self._stopping = Event()
        self._thread = Thread(target=self._run, name="sender", daemon=True)

    def start(self) -> None:
        """Begin to send what waits, and heartbeats."""
        self._thread.start()

    def keep(self, rows: Sequence[bytes]) -> None:
        """Make a report of these rows; when this returns it is on disk, and will be sent."""
        key = Key(self._boot, next(self._seq))
        who = f'"worker":"{self._worker}","boot":"{key.boot}","seq":{key.seq}'
        head = f'{{"v":{VERSION},{who},"sent_at":{self._reference.now()}'
        head += f',"whereabouts":{self._where.model_dump_json(exclude_none=True)}'
        self._outbox.add(key, head.encode() + b',"rows":[' + b",".join(rows) + b"]}")
        self._delivery.add(key)
        self._wake.set()

    def receipted(self, boot: str, seqs: Sequence[int]) -> None:
        """The coordinator has these reports for good."""
        keys = [Key(boot, seq) for seq in seqs]
        lost = self._delivery.receipted(keys, monotonic_s())
        self._outbox.remove(keys)
        if lost:
            log.warning("reports_lost_on_the_way count=%d; they are sent again", len(lost))
        self._wake.set()

    def beat_now(self) -> None:
        """Send a heartbeat now, whenever the next one would have been due."""
        self._beat_at = 0.0
        self._wake.set()

    def stop(self, within_s: float) -> None:
        """Send what waits for as long as the broker takes it, at most this long. The rest stays on
        disk.
        """
        self._stopping.set()
        self._wake.set()
        self._thread.join(within_s)

    def _run(self) -> None:
        while not self._stopping.is_set():
            self._wake.wait(self._pause_s())
            self._wake.clear()
            if self._failures and not self._stopping.is_set():
                self._stopping.wait(RETRY_S[min(self._failures, len(RETRY_S)) - 1])
            self._send()
        self._send()  # what came in last
        self._publisher.close()

    def _pause_s(self) -> float:
        return max(0.0, self._beat_at - monotonic_s())

    def _send(self) -> None:
        """One round: every report that may be sent, and heartbeats whenever one is due."""
        try:
            self._beat_if_due()
            while (key := self._delivery.next()) is not None:
                self._send_report(key)
                self._beat_if_due()
        except BrokerAwayError as error:
            self._failures += 1
            todo = advice(error)
            if self._failures == 1 or (todo and not self.is_refused):
                log.warning("broker_away waiting=%d error=%s%s", len(self._outbox), error, todo)
            self.is_refused = bool(todo)
            return
        self.is_refused = False
        if self._failures:
            log.info("broker_back after_attempts=%d waiting=%d", self._failures, len(self._outbox))
            self._failures = 0

    def _send_report(self, key: Key) -> None:
        body = self._outbox.read(key)
        if body is None:
            self._delivery.gone(key)
            return
        self._publisher.send(self._queue, TASK_REPORT, body)
        self._delivery.sent(key, monotonic_s())

    def _beat_if_due(self) -> None:
        """A report with vitals and no rows. It is worth nothing later, so it is not kept on
        disk.
        """
        if monotonic_s() < self._beat_at:
            return
        key = Key(self._boot, next(self._seq))
        self._where = self._whereabouts()
        report = Report(
            worker=self._worker,
            boot=key.boot,
            seq=key.seq,
            sent_at=self._reference.now(),
            vitals=self._vitals(),
            whereabouts=self._where,
        )
        self._reference.asked(key.boot, key.seq)
        self._publisher.send(self._queue, TASK_REPORT, report.model_dump_json().encode())
        self._delivery.beaten(key)
        self._beat_at = monotonic_s() + HEARTBEAT_S
