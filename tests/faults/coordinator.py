"""A coordinator reduced to its wire: it sends orders and receipts, and remembers every report that
arrives.
"""

import itertools
import json
import threading
import time
from base64 import b64encode
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

from celery import Celery
from kombu import Connection, Consumer, Exchange, Queue
from kombu.exceptions import OperationalError
from nacl.signing import SigningKey

from worker.contract.broker import transport_options
from worker.contract.clock import now
from worker.contract.message import (
    SIGNED,
    TASK_LOOK,
    TASK_RECEIPT,
    Order,
    Receipt,
    Report,
    own_reports_queue,
    probes_queue,
    reports_queue,
    signed_bytes,
    worker_queue,
)
from worker.contract.result import result_id

PATIENCE_S = 90.0
"""How long a machine that tests keep busy may take for anything."""
INTERVAL_MS = 60_000


def check(
    name: str,
    kind: str,
    /,
    *,
    interval_ms: int = INTERVAL_MS,
    timeout_ms: int = 2000,
    **params: Any,
) -> str:
    """A CheckSpec as its JSON text."""
    spec = {
        "id": name,
        "kind": kind,
        "interval_ms": interval_ms,
        "timeout_ms": timeout_ms,
        "params": params,
    }
    return json.dumps(spec, separators=(",", ":"), sort_keys=True)


def queue(name: str) -> Queue:
    """A queue of the default exchange, which needs no bindings in the broker."""
    return Queue(name, Exchange(""), routing_key=name)


class Coordinator:
    """Orders looks of one region and collects what comes back. Receipts each report while
    `receipting`, signed with `key` when there is one.
    """

    def __init__(self, url: str, region: str = "eu-west") -> None:
        self.region = region
        self.receipting = True
        self.key: SigningKey | None = None
        self.reports: list[Report] = []
        """Everything that arrived, repeats and heartbeats included."""
        self.looks_by_id: dict[str, tuple[Any, ...]] = {}
        """The first row of each look that arrived, by its derived id."""
        self._url = url
        self._app = Celery(broker=url, set_as_current=False)
        self._app.conf.update(broker_transport_options=transport_options(), broker_pool_limit=1)
        self._orders = itertools.count()
        self._stop = threading.Event()
        self._listening = threading.Event()
        self._listening.set()
        self._thread = threading.Thread(target=self._listen, daemon=True)

    def __enter__(self) -> "Coordinator":
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._stop.set()
        self._thread.join()
        self._app.close()

    def stop_listening(self) -> None:
        """Be away: reports stay in the broker."""
        self._listening.clear()
        time.sleep(2)  # as long as a read from the broker that is under way may take

    def listen_again(self) -> None:
        """Be back."""
        self._listening.set()

    @property
    def reports_queues(self) -> tuple[str, str]:
        """Where workers of the region report to, and where its worker `<region>-1` does that
        joined.
        """
        return (
            reports_queue(self.region),
            own_reports_queue(self.region, f"{self.region}-1"),
        )

    @property
    def heartbeats(self) -> list[Report]:
        """The reports that carried vitals."""
        return [report for report in self.reports if report.vitals is not None]

    def order(
        self,
        checks: Sequence[str],
        looks: Iterable[tuple[int, int]],
        *,
        scheduled_at: int | None = None,
        expires_s: float = 30,
        to: str | None = None,
        attempt: int = 0,
        location: Mapping[str, Any] | None = None,
    ) -> set[str]:
        """Order (check index, slot) looks, due at once; the ids that results of worker `<region>-1`
        will have.
        """
        at = now()
        rows = tuple((index, slot, attempt, scheduled_at or at) for index, slot in looks)
        order = Order(
            order=f"order-{next(self._orders)}",
            region=self.region,
            issued_at=at,
            checks=tuple(checks),
            looks=rows,
            location=location,
        )
        self.send(order.model_dump(mode="json"), expires_s=expires_s, to=to)
        names = [json.loads(text)["id"] for text in checks]
        return {self.id_of(names[index], slot, attempt) for index, slot, _, _ in rows}

    def id_of(self, name: str, slot: int, attempt: int = 0) -> str:
        """The id of a look of worker `<region>-1`."""
        return result_id(name, self.region, f"{self.region}-1", slot, attempt)

    def send(
        self,
        argument: Any,
        *,
        task: str = TASK_LOOK,
        to: str | None = None,
        expires_s: float | None = 30,
        signed: Any = None,
    ) -> None:
        """Send any argument as a task of the region's queue; tried until the broker takes it."""
        name = to or probes_queue(self.region)
        self._app.send_task(
            task,
            args=[argument],
            kwargs={} if signed is None else {SIGNED: signed},
            queue=queue(name),
            expires=expires_s,
            ignore_result=True,
        )

    def _listen(self) -> None:
        while not self._stop.is_set():
            if not self._listening.wait(0.1):
                continue
            try:
                with Connection(self._url, transport_options=transport_options()) as connection:
                    self._consume(connection)
            except (OSError, OperationalError, *Connection(self._url).connection_errors):
                time.sleep(0.1)

    def _consume(self, connection: Connection) -> None:
        sources = [queue(name) for name in self.reports_queues]
        with Consumer(connection, sources, callbacks=[self._arrived], accept=["json"], no_ack=True):
            while self._listening.is_set() and not self._stop.is_set():
                try:
                    connection.drain_events(timeout=0.5)
                except TimeoutError:
                    continue

    def _arrived(self, body: Any, _message: Any) -> None:
        report = Report.model_validate(body[0][0])
        self.reports.append(report)
        for row in report.rows:
            self.looks_by_id.setdefault(
                result_id(row[0], self.region, report.worker, row[1], row[2]), row
            )
        if self.receipting:
            receipt = Receipt(worker=report.worker, boot=report.boot, seqs=(report.seq,), at=now())
            to = worker_queue(self.region, report.worker)
            body = receipt.model_dump(mode="json")
            signed = self.signature(TASK_RECEIPT, to, now() + 300_000, body)
            self.send(body, task=TASK_RECEIPT, to=to, expires_s=None, signed=signed)

    def signature(self, task: str, to: str, good_until: int, message: Any) -> Any:
        """What the key, if there is one, says of a message."""
        if self.key is None:
            return None
        by = self.key.sign(signed_bytes(task, to, good_until, message)).signature
        return {"to": to, "until": good_until, "by": b64encode(by).decode()}


def until(
    condition: Callable[[], object],
    what: str = "the condition",
    why: Callable[[], object] = lambda: "",
    *,
    within_s: float = PATIENCE_S,
) -> float:
    """Wait until the condition is true; the seconds it took. Fails the test after `within_s`,
    telling `why()`: name it where a user is promised so many seconds, or more are needed.
    """
    started = time.monotonic()
    while not condition():
        waited = time.monotonic() - started
        assert waited < within_s, f"{what}: not within {within_s} s {why()}"
        time.sleep(0.02)
    return time.monotonic() - started
