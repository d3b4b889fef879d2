"""Many joined workers on one coordinator: `python -m tests.benchmarks.regions [seconds]`.

200 workers in 50 regions, 100 checks from each every 30 seconds, with a real Valkey, a real
coordinator and API on SQLite. 199 of the workers are played by one process that takes orders and
reports as they would; one is a real process that joined, and is weighed: memory, and bytes over its
connections to the broker.
"""

import json
import os
import subprocess
import sys
import tempfile
import threading
import time
from base64 import b64encode
from collections.abc import Mapping, Sequence
from contextlib import ExitStack
from itertools import count
from pathlib import Path
from sqlite3 import connect
from typing import Any

from redis import Redis

from api.supervisor.claim import free_port
from tests.benchmarks.worker import cpu_s, rss_mb
from tests.e2e.apart import Apart
from tests.e2e.running import until
from tests.e2e.target import SHOP, Target
from tests.faults.broker import Broker
from worker.contract.clock import now
from worker.contract.message import own_reports_queue, probes_queue

REGIONS = tuple(f"region-{number:02}" for number in range(50))
WORKERS = 4
"""In each region."""
CHECKS = 100
INTERVAL_S = 30
WARM_UP_S = 35
ALLOWED = "127.3.0.0/16"
SEEN = (True, "ok", "none", "", 200, 1.0, 1.0, None, 2.0, 3.0, SHOP, {})
HEADERS = {"lang": "py", "task": "outscope.report", "id": "x", "root_id": "x"}


class Played:
    """199 workers: each order of a region is taken by the next of its workers."""

    def __init__(self, port: int) -> None:
        self._link = Redis(port=port)
        self._seq = count()
        self._turn = count()
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._run)
        self.lateness_ms: list[int] = []

    def __enter__(self) -> "Played":
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._over.set()
        self._thread.join()

    def _run(self) -> None:
        queues, beat_s = [probes_queue(region) for region in REGIONS[1:]], 0.0
        while not self._over.is_set():
            if time.monotonic() - beat_s > 5:
                beat_s = time.monotonic()
                for region in REGIONS:
                    for number in range(region == REGIONS[0], WORKERS):
                        self._report(region, number, (), {"version": "0.1.0"})
            found = self._link.brpop(queues, 1)
            if found:
                self._take(json.loads(found[1]))

    def _take(self, message: Mapping[str, Any]) -> None:
        from base64 import b64decode

        at = now()
        order = json.loads(b64decode(message["body"]))[0][0]
        checks = [json.loads(text)["id"] for text in order["checks"]]
        self.lateness_ms += [at - row[3] for row in order["looks"]]
        rows = [
            [checks[index], slot, attempt, due, due, *SEEN]
            for index, slot, attempt, due in order["looks"]
        ]
        self._report(order["region"], next(self._turn) % WORKERS, rows, None)

    def _report(self, region: str, number: int, rows: Any, vitals: Any) -> None:
        name = f"{region}-{number}"
        report = {"v": 1, "worker": name, "boot": "b", "seq": next(self._seq), "sent_at": now()}
        body = json.dumps([[{**report, "rows": rows, "vitals": vitals}], {}, {}]).encode()
        message = {
            "body": b64encode(body).decode(),
            "headers": HEADERS,
            "properties": {"body_encoding": "base64"},
            "content-type": "application/json",
            "content-encoding": "utf-8",
        }
        self._link.lpush(own_reports_queue(region, name), json.dumps(message))


def configuration(target: Target, regions: Sequence[str] = REGIONS) -> dict[str, Any]:
    """What is looked at: 100 checks."""
    found = target.configuration(regions)
    shop, internet = found["services"]
    (first, *_) = shop["components"][0]["checks"]
    names = [f"c{number:03}" for number in range(CHECKS - 3)]
    shop["components"] = [
        {"id": name, "checks": [{**first, "id": f"shop-{name}", "interval": f"{INTERVAL_S}s"}]}
        for name in names
    ]
    for component in internet["components"]:
        component["checks"][0]["interval"] = f"{INTERVAL_S}s"
    found["judge"] = {}
    return found


def join_all(database: Path) -> None:
    """Have the keys of those that are played in the table."""
    link, number = connect(database, timeout=30), count(10_000)
    with link:
        for region in REGIONS:
            for worker in range(region == REGIONS[0], WORKERS):
                link.execute(
                    "INSERT INTO worker_key (region, worker, digest, salted, invitation, made_at)"
                    " VALUES (?, ?, ?, '', ?, ?)",
                    (region, f"{region}-{worker}", os.urandom(32).hex(), next(number), now()),
                )
    link.close()


def bytes_of(link: Redis, user: str) -> int:
    """What went over all connections of a user that are open."""
    clients: list[dict[str, str]] = link.client_list()
    return sum(
        int(one["tot-net-in"]) + int(one["tot-net-out"]) for one in clients if one["user"] == user
    )


def main(seconds: int) -> int:
    """Measure and print."""
    with tempfile.TemporaryDirectory() as name, ExitStack() as stack:
        folder = Path(name)
        broker, target = Broker(free_port(), folder / "valkey"), Target()
        stack.callback(target.close)
        broker.start()
        stack.callback(broker.kill)
        (folder / "outscope.yaml").write_text(json.dumps(configuration(target)))
        product = Apart(
            folder / "product",
            free_port(),
            OUTSCOPE_DATABASE=f"sqlite://{folder}/outscope.db",
            OUTSCOPE_BROKER=broker.url,
        )
        stack.callback(product.stop)
        product.run("apply", folder / "outscope.yaml")
        join_all(folder / "outscope.db")
        product.coordinate()
        words = product.invite(REGIONS[0])
        state = ("--state-dir", folder / "state", "--allow", ALLOWED)
        command = [sys.executable, "-m", "worker", *words, *map(str, state)]
        bare = {k: v for k, v in product.env.items() if k[:9] != "OUTSCOPE_"}
        worker = subprocess.Popen(command, env=bare, stdout=-3, stderr=-3)
        stack.callback(worker.wait)
        stack.callback(worker.kill)
        until("its key", (folder / "state/key.json").exists)
        user = json.loads((folder / "state/key.json").read_text())["user"]
        played = stack.enter_context(Played(broker.port))
        until("its results", lambda: product.results(region=REGIONS[0]), 90)
        time.sleep(WARM_UP_S)
        _measure(product, broker, played, (worker.pid, user), seconds)
    return 0


def _measure(
    product: Apart, broker: Broker, played: Played, real: tuple[int, str], seconds: int
) -> None:
    coordinator = product.processes["coordinator"].pid
    played.lateness_ms.clear()
    before_s = cpu_s(coordinator)
    with broker.client() as link:
        before = bytes_of(link, real[1])
        time.sleep(seconds)
        over = (bytes_of(link, real[1]) - before) / seconds
    used = (cpu_s(coordinator) - before_s) / seconds
    late = sorted(played.lateness_ms)
    print(
        f"regions: {len(REGIONS) * WORKERS} workers in {len(REGIONS)} regions, {CHECKS} checks from"
        f" each every {INTERVAL_S} s, for {seconds} s: {len(late)} looks ordered"
    )
    p50, p99 = (max(0, late[int(share * len(late))]) for share in (0.5, 0.99))
    print(f"  late at the worker: p50 {p50} ms, p99 {p99} ms (promise: < 1 s)")
    print(f"  coordinator: {used * 100:.0f} % of one core, {rss_mb(coordinator):.0f} MB")
    print(f"  a joined worker: {rss_mb(real[0]):.0f} MB (promise: < 80)")
    print(f"  a region of one worker, over the broker: {over / 1000:.1f} kB/s (promise: < 5)")


if __name__ == "__main__":
    sys.exit(main(int(sys.argv[1]) if len(sys.argv) > 1 else 60))
