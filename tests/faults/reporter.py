"""A worker reduced to its wire: it answers orders as a test decides, and keeps reports until they
are receipted.
"""

import itertools
import json
import threading
import time
from collections.abc import Callable
from typing import Any

from celery import Celery
from kombu import Connection, Consumer, Exchange, Message, Queue

from worker.contract.broker import transport_options
from worker.contract.clock import now
from worker.contract.message import (
    TASK_LOOK,
    TASK_RECEIPT,
    TASK_REPORT,
    Order,
    Report,
    Vitals,
    probes_queue,
    reports_queue,
    worker_queue,
)
from worker.contract.result import result_id

RESEND_S = 3.0
BEAT_S = 1.0

Answer = Callable[[str, int], tuple[bool, str, str]]
"""From a check and its slot's due moment to (ok, reason, blame)."""


def well(_check: str, _scheduled_at: int) -> tuple[bool, str, str]:
    """Everything is fine."""
    return True, "ok", "none"


class Reporter:
    """One worker of a region in a thread. `answer` decides what it sees; `orders` and `receipted`
    are what it got.
    """

    def __init__(
        self, url: str, region: str, answer: Answer = well, name: str | None = None
    ) -> None:
        self.region = region
        self.name = name or f"{region}-1"
        self.answer = answer
        self.deaf = False
        """While it is, it beats on and takes nothing that it is sent."""
        self.orders: list[Order] = []
        self.lateness_ms: list[int] = []
        """For each look: the moment its order arrived less the moment it was due."""
        self.receipted: set[str] = set()
        """Ids of results that the coordinator receipted."""
        self.waiting: dict[int, tuple[float, Report]] = {}
        self._url = url
        self._boot = f"boot-{time.time_ns()}"
        self._seq = itertools.count()
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run, daemon=True)
        self._app = Celery(broker=url, set_as_current=False)
        self._app.conf.update(broker_transport_options=transport_options(), broker_pool_limit=1)

    def __enter__(self) -> "Reporter":
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._stop.set()
        self._thread.join()
        self._app.close()

    def report(self, *rows: tuple[Any, ...], vitals: Vitals | None = None) -> None:
        """Send these rows until they are receipted."""
        report = Report(
            worker=self.name,
            boot=self._boot,
            seq=next(self._seq),
            sent_at=now(),
            vitals=vitals,
            rows=rows,
        )
        self.waiting[report.seq] = (0.0, report)

    def send(self, body: Any, task: str = TASK_REPORT) -> None:
        """Send anything at all, once."""
        self._app.send_task(
            task,
            args=[body],
            queue=Queue(
                reports_queue(self.region), Exchange(""), routing_key=reports_queue(self.region)
            ),
        )

    def row(self, check: str, slot: int, scheduled_at: int) -> tuple[Any, ...]:
        """A row of a report that says what `answer` decides."""
        ok, reason, blame = self.answer(check, scheduled_at)
        status = 200 if ok else None
        return (
            check,
            slot,
            0,
            scheduled_at,
            now(),
            ok,
            reason,
            blame,
            "",
            status,
            1.0,
            2.0,
            3.0,
            4.0,
            10.0,
            "8.8.8.8",
            {},
        )

    def _run(self) -> None:
        while not self._stop.is_set():
            try:
                self._work()
            except Exception:
                self._stop.wait(0.3)

    def _work(self) -> None:
        with Connection(self._url, transport_options=transport_options()) as link:
            names = (probes_queue(self.region), worker_queue(self.region, self.name))
            queues = [Queue(name, Exchange(""), routing_key=name) for name in names]
            with Consumer(
                link,
                queues,
                on_message=self._took,
                no_ack=True,
                auto_declare=False,
                accept=["json"],
            ):
                beat_at = 0.0
                while not self._stop.is_set():
                    if time.monotonic() >= beat_at:
                        self.report(vitals=Vitals(version="test"))
                        beat_at = time.monotonic() + BEAT_S
                    self._send_waiting()
                    if self.deaf:
                        self._stop.wait(0.05)
                        continue
                    try:
                        link.drain_events(timeout=0.1)
                    except TimeoutError:
                        continue

    def _send_waiting(self) -> None:
        for seq, (sent_s, report) in list(self.waiting.items()):
            if time.monotonic() - sent_s > RESEND_S:
                self.send(report.model_dump(mode="json"))
                self.waiting[seq] = (time.monotonic(), report)

    def _took(self, message: Message) -> None:
        argument = json.loads(message.body)[0][0]
        if message.headers["task"] == TASK_RECEIPT:
            for seq in argument["seqs"]:
                self._forget(seq)
        elif message.headers["task"] == TASK_LOOK:
            self._look(Order.model_validate(argument))

    def _forget(self, seq: int) -> None:
        _, report = self.waiting.pop(seq, (0.0, None))
        for row in report.rows if report else ():
            self.receipted.add(result_id(row[0], self.region, self.name, row[1], row[2]))

    def _look(self, order: Order) -> None:
        at = now()
        self.orders.append(order)
        self.lateness_ms += [at - look[3] for look in order.looks]
        checks = [json.loads(text)["id"] for text in order.checks]
        self.report(
            *(
                self.row(checks[index], slot, scheduled_at)
                for index, slot, _, scheduled_at in order.looks
            )
        )
