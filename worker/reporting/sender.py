"""The way out: rows become reports on disk, reports go to the broker in order, receipts end
them.
"""

import logging
from collections.abc import Callable, Sequence
from itertools import count
from threading import Event, Lock, Thread
from typing import Final

from worker.contract.clock import monotonic_s
from worker.contract.message import (
    TASK_REPORT,
    VERSION,
    Report,
    Vitals,
    Whereabouts,
    own_reports_queue,
    reports_queue,
)
from worker.messaging.away import BrokerAwayError, WayOut
from worker.messaging.refusal import advice
from worker.reference_clock import ReferenceClock
from worker.reporting.bundle import MOST_ROWS, Bundle, left_behind
from worker.reporting.delivery import Delivery
from worker.reporting.outbox import Key, Outbox

HEARTBEAT_S: Final = 5.0
MOST_TOGETHER: Final = 1 << 20
"""Bytes of reports that are sent together; one may be longer alone."""
RETRY_S: Final = (0.5, 1.0, 2.0)
"""Pauses before the broker is tried again; the last one for ever."""

log = logging.getLogger(f"outscope.{__name__}")


class Sender:
    """Keeps reports until they are receipted. `vitals` and `whereabouts` are asked before each
    heartbeat, the first of which is sent `first_beat_s` after this was made, or when `beat_now`
    says so, and `beat_s` how long after it the next one is. `silent` says whether nobody is heard,
    and `noted` is told which vitals the coordinator has.
    """

    def __init__(
        self,
        publisher: WayOut,
        outbox: Outbox,
        *,
        region: str,
        worker: str,
        boot: str,
        vitals: Callable[[], Vitals],
        reference: ReferenceClock | None = None,
        first_beat_s: float = 0.0,
        whereabouts: Callable[[], Whereabouts] | None = None,
        beat_s: Callable[[], float] = lambda: HEARTBEAT_S,
        joined: bool = False,
        silent: Callable[[], bool] = lambda: False,
        noted: Callable[[Vitals], None] = lambda _vitals: None,
    ) -> None:
        """Who `joined` reports to a queue of its own."""
        self._publisher = publisher
        self._outbox = outbox
        self._delivery = Delivery(outbox.keys(packed=False), outbox.keys(packed=True))
        self._queue = own_reports_queue(region, worker) if joined else reports_queue(region)
        self._worker = worker
        self._boot = boot
        self._vitals = vitals
        self._whereabouts = whereabouts or Whereabouts
        self._where = self._whereabouts()
        self._reference = reference or ReferenceClock()
        self._seq = count()
        self._beat_at = monotonic_s() + first_beat_s
        self._beat_s = beat_s
        self._silent = silent
        self._noted = noted
        self._beaten: tuple[Key, Vitals] | None = None
        """The last heartbeat."""
        self._bundle: Bundle | None = None
        self._bundling = Lock()
        self._failures = 0
        self.is_refused = False
        """Whether the broker refused the login, or the permission to report, when last asked."""
        self._wake = Event()
        self._stopping = Event()
        self._thread = Thread(target=self._run, name="sender", daemon=True)

    def start(self) -> None:
        """Begin to send what waits, and heartbeats. What an earlier start left unbundled is made
        reports first.
        """
        self._take_up()
        self._thread.start()

    def _take_up(self) -> None:
        for key, path, rows in left_behind(self._outbox.folder):
            if rows:
                self._report(key, rows, late=True)
            path.unlink(missing_ok=True)

    def keep(self, rows: Sequence[bytes], within_s: float = 0.0) -> None:
        """Make a report of these rows; when this returns they are on disk, and will be sent within
        so many seconds, together with those that come until then. While nobody is heard, many make
        one report.
        """
        with self._bundling:
            silent = self._silent()
            if self._bundle is not None and self._bundle.is_late and not silent:
                self._unbundle()  # what is of the present does not come behind it
            # a way that gathers reports by itself needs no help, nor do rows that fill a report
            gathers = within_s > 0 and not self._publisher.linger_s and len(rows) < MOST_ROWS
            wanted = silent or gathers or self._bundle is not None
            if not (wanted and self._bundled(rows, within_s, silent=silent)):
                self._report(Key(self._boot, next(self._seq)), rows)

    def _bundled(self, rows: Sequence[bytes], within_s: float, *, silent: bool) -> bool:
        """Whether the disk took these rows into the bundle."""
        if self._bundle is None:
            self._bundle = Bundle(self._outbox.folder, Key(self._boot, next(self._seq)))
        bundle = self._bundle
        try:
            bundle.add(rows)
        except OSError as error:
            log.warning("rows_not_bundled error=%s", error.strerror or error)
            self._unbundle()
            return False
        due_s = monotonic_s() + within_s
        bundle.is_late = bundle.is_late or silent
        if bundle.is_full() or not (silent or within_s):
            self._unbundle()
        elif due_s < bundle.due_s:
            bundle.due_s = due_s
            self._wake.set()
        return True

    def _unbundle(self) -> None:
        """What waits in the bundle becomes a report."""
        bundle, self._bundle = self._bundle, None
        if bundle is not None:
            if bundle.rows():
                self._report(bundle.key, bundle.rows(), late=bundle.is_late)
            bundle.forget()

    def _report(self, key: Key, rows: Sequence[bytes], *, late: bool = False) -> None:
        who = f'"worker":"{self._worker}","boot":"{key.boot}","seq":{key.seq}'
        head = f'{{"v":{VERSION},{who},"sent_at":{self._reference.now()}'
        head += f',"whereabouts":{self._where.model_dump_json(exclude_none=True)}'
        body = head.encode() + b',"rows":[' + b",".join(rows) + b"]}"
        self._outbox.add(key, body, packed=late)
        self._delivery.add(key, late=late)
        self._wake.set()

    def receipted(self, boot: str, seqs: Sequence[int]) -> None:
        """The coordinator has these reports for good."""
        keys = [Key(boot, seq) for seq in seqs]
        lost = self._delivery.receipted(keys, monotonic_s())
        self._outbox.remove(keys)
        if self._beaten is not None and self._beaten[0] in keys:
            self._noted(self._beaten[1])
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
            if self._wake.wait(self._pause_s()) and self._pause_s():  # a heartbeat does not wait
                self._stopping.wait(self._publisher.linger_s)
            self._wake.clear()
            if self._failures and not self._stopping.is_set():
                self._stopping.wait(RETRY_S[min(self._failures, len(RETRY_S)) - 1])
            self._send()
        with self._bundling:
            self._unbundle()
        self._send()  # what came in last
        self._publisher.close()

    def _pause_s(self) -> float:
        """Until a heartbeat or the bundle is due."""
        return max(0.0, min(self._beat_at, self._bundle_due_s()) - monotonic_s())

    def _bundle_due_s(self) -> float:
        bundle = self._bundle
        return float("inf") if bundle is None or self._silent() else bundle.due_s

    def _send(self) -> None:
        """One round: every report that may be sent, and heartbeats whenever one is due."""
        if self._bundle_due_s() <= monotonic_s():
            with self._bundling:
                self._unbundle()
        try:
            self._beat_if_due()
            while keys := self._delivery.some(self._publisher.at_once):
                self._send_reports(keys)
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

    def _send_reports(self, keys: Sequence[Key]) -> None:
        """Send these, or as many of them as fit together."""
        found: dict[Key, bytes] = {}
        size = 0
        for key in keys:
            body = self._outbox.read(key)
            if body is None:
                self._delivery.gone(key)
                continue
            size += len(body)
            if found and size > MOST_TOGETHER:
                break
            found[key] = body
        if found:
            self._publisher.send_all(self._queue, TASK_REPORT, list(found.values()))
        for key in found:
            self._delivery.sent(key, monotonic_s())

    def _beat_if_due(self) -> None:
        """A report with vitals and no rows. It is worth nothing later, so it is not kept on
        disk.
        """
        if monotonic_s() < self._beat_at:
            return
        key = Key(self._boot, next(self._seq))
        self._where, vitals = self._whereabouts(), self._vitals()
        report = Report(
            worker=self._worker,
            boot=key.boot,
            seq=key.seq,
            sent_at=self._reference.now(),
            vitals=vitals,
            whereabouts=self._where,
        )
        self._reference.asked(key.boot, key.seq)
        self._beaten = key, vitals
        self._publisher.send_all(self._queue, TASK_REPORT, [report.model_dump_json().encode()])
        self._delivery.beaten(key)
        self._beat_at = monotonic_s() + self._beat_s()
