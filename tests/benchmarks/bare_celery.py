"""The least that Celery costs: `python -m tests.benchmarks.bare_celery` is a Celery worker that
takes the same orders from the same queues, and reports a row for each look which it does not make.

It keeps nothing on disk, checks nothing and reads receipts away. What a worker costs beyond it is
looking, and being sure that no result is lost. The libraries that make looks are loaded and not
used, so that its memory is the least of a worker that looks.
"""

import json
import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

from worker.contract.broker import celery_of
from worker.contract.clock import now
from worker.contract.message import (
    TASK_LOOK,
    TASK_RECEIPT,
    TASK_REPORT,
    VERSION,
    probes_queue,
    reports_queue,
    worker_queue,
)
from worker.lean import leave_out_unused, settle

_SEEN: Final = (True, "ok", "none", "", 200, None, 0.123, None, 1.234, 1.357, "127.0.0.1")
_EXTRA: Final = {"http_version": "1.1", "ip_version": "4"}
_LOOKING: Final = ("pycurl", "uvloop")


def main() -> None:
    """Work until killed, by the settings of a worker's environment."""
    leave_out_unused()  # before Celery, as a worker does
    from celery import Celery, signals
    from kombu import Exchange, Queue

    for name in _LOOKING:
        __import__(name)

    def queue(name: str) -> Queue:
        return Queue(name, Exchange(""), routing_key=name)

    region, worker = os.environ["OUTSCOPE_REGION"], os.environ["OUTSCOPE_WORKER"]
    app = Celery("bare", set_as_current=False)
    app.conf.update(
        **celery_of(os.environ["OUTSCOPE_BROKER"]),
        task_queues=[queue(probes_queue(region)), queue(worker_queue(region, worker))],
        task_ignore_result=True,
        worker_prefetch_multiplier=1,
        worker_enable_remote_control=False,
    )
    sent = iter(range(1 << 60))

    def look(order: Mapping[str, Any], **_: object) -> None:
        names = [json.loads(text)["id"] for text in order["checks"]]
        rows = [
            (names[index], slot, attempt, at, at, *_SEEN, _EXTRA)
            for index, slot, attempt, at in order["looks"]
        ]
        report = {"v": VERSION, "worker": worker, "boot": "bare", "seq": next(sent)}
        app.send_task(
            TASK_REPORT,
            args=[{**report, "sent_at": now(), "rows": rows}],
            queue=queue(reports_queue(region)),
            ignore_result=True,
        )

    def receipt(*_: object, **__: object) -> None:
        """Read away."""

    app.task(name=TASK_LOOK, ignore_result=True, shared=False)(look)
    app.task(name=TASK_RECEIPT, ignore_result=True, shared=False)(receipt)

    def ready(**_: object) -> None:
        settle()
        Path(os.environ["OUTSCOPE_READY_FILE"]).touch()

    signals.worker_ready.connect(ready, weak=False)
    quiet = ["--without-gossip", "--without-mingle", "--without-heartbeat", "--loglevel=WARNING"]
    app.worker_main(["worker", "--pool=threads", "--concurrency=2", *quiet])


if __name__ == "__main__":
    main()
