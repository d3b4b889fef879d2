"""Side by side with Prometheus' blackbox_exporter: the same nginx, fresh connections, 100 in
flight, one run.

`make bench-peers` installs the peer (a Debian package) and runs this. CPU time of the prober's own
process counts, because the machine is shared; rounds of both take turns, because its speed drifts,
and the middle round counts. Our side writes a full result row for each look; "with Celery" is a
whole worker process, orders in and reports out. Timing is judged against a server that says itself
how long it took. The exit code is 1 when a promise is not kept.
"""

import argparse
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path
from statistics import median
from typing import Any, Final

from api.cli.bench.local import Local, local_servers
from api.cli.bench.probes import local_job, measured
from tests.benchmarks.exporter import CONCURRENCY, blackbox, peer_cost, peer_timing
from tests.benchmarks.worker import ORDER_LOOKS, broker, measure, rss_mb
from tests.faults.coordinator import Coordinator
from tests.faults.worker import WorkerProcess

ROUNDS = 3
PACES = (2000, 500)
BARE: Final = ("tests.benchmarks.bare_celery",)
BARE_REGION: Final = "bare"
MORE_THAN_BARE_MB: Final = 3
BUSY_LOOKS_PER_S = 8000
BUSY_AHEAD = 8000
"""Ordered and not yet reported: the exporter is asked anew as soon as it has answered, so the
worker never waits for an order either. Reports come up to a second after their looks.
"""


class Promises:
    """Prints each figure beside its promise, and remembers whether all are kept."""

    def __init__(self) -> None:
        self.kept = True

    def ratio(self, what: str, ours_us: float, peers_us: float, least: float) -> None:
        """Ours is at least so many times as cheap."""
        ratio = peers_us / ours_us
        self._say(
            f"{what}: {ours_us:.0f} us CPU a look, {1e6 / ours_us:,.0f} looks per core-second;"
            f" blackbox_exporter {peers_us:.0f} us, {1e6 / peers_us:,.0f}: {ratio:.1f} times"
            f" (promise: {least})",
            ratio >= least,
        )

    def most(self, what: str, value: float, most: float, unit: str) -> None:
        """A figure is at most so much."""
        self._say(f"{what}: {value:.3g} {unit} (promise: at most {most:.3g})", value <= most)

    def least(self, what: str, value: float, least: float) -> None:
        """A figure is at least so much."""
        self._say(f"{what}: {value:,.0f} (promise: at least {least:,.0f})", value >= least)

    def _say(self, sentence: str, kept: bool) -> None:
        self.kept = self.kept and kept
        print(f"{'  ' if kept else '! '}{sentence}", flush=True)


def ours(local: Local, kind: str = "http", *, tls: bool = False, seconds: float) -> dict[str, Any]:
    """The figures of `outscope bench probes`."""
    return measured(
        {**local_job(local, kind, tls=tls), "seconds": seconds, "concurrency": CONCURRENCY}
    )


def middle(rounds: int, *sides: Callable[[], float]) -> list[float]:
    """The median of each side over rounds in which they take turns."""
    found = [[side() for side in sides] for _ in range(rounds)]
    return [median(values) for values in zip(*found, strict=True)]


def engines(local: Local, peer: tuple[int, int], seconds: float, promises: Promises) -> None:
    """The engine against the peer, HTTP and HTTPS."""
    for tls, least in ((False, 5.0), (True, 1.3)):
        target = f"{'https' if tls else 'http'}://127.0.0.1:{local.https if tls else local.http}/"
        engine_us, peer_us = middle(
            ROUNDS,
            lambda tls=tls: float(ours(local, tls=tls, seconds=seconds)["cpu_us_per_look"]),
            lambda target=target: peer_cost(*peer, target, seconds)[0],
        )
        promises.ratio("engine, HTTPS" if tls else "engine, HTTP", engine_us, peer_us, least)


def whole(
    folder: Path, local: Local, peer: tuple[int, int], seconds: float, promises: Promises
) -> None:
    """A worker process with Celery and the way to the broker against the peer, and its memory;
    beside it, what Celery costs a worker that takes and reports the same and looks at nothing.
    """
    settings = {"OUTSCOPE_CA_FILE": local.ca_file}
    target = f"http://127.0.0.1:{local.http}/"
    with (
        broker(folder) as valkey,
        WorkerProcess(valkey.url, folder / "worker", settings=settings) as worker,
        WorkerProcess(valkey.url, folder / "bare", region=BARE_REGION, module=BARE) as bare,
        Coordinator(valkey.url) as coordinator,
        Coordinator(valkey.url, BARE_REGION) as of_bare,
    ):
        looks = int(BUSY_LOOKS_PER_S * seconds)

        def asked(who: WorkerProcess, by: Coordinator, count: int, order: int, ahead: int) -> float:
            cpu, _, _ = measure(who, by, local.http, "http", count, order_looks=order, ahead=ahead)
            return cpu / count * 1e6

        for who, by in ((worker, coordinator), (bare, of_bare)):
            asked(who, by, 4000, CONCURRENCY, CONCURRENCY)
        bare_mb = rss_mb(bare.pid)
        promises.most(
            f"worker at {CONCURRENCY} in flight, memory, against bare Celery's {bare_mb:.0f} MB",
            rss_mb(worker.pid),
            bare_mb + MORE_THAN_BARE_MB,
            "MB",
        )
        ours_us, bare_us, peer_us = middle(
            ROUNDS,
            lambda: asked(worker, coordinator, looks, ORDER_LOOKS, BUSY_AHEAD),
            lambda: asked(bare, of_bare, looks, ORDER_LOOKS, BUSY_AHEAD),
            lambda: peer_cost(*peer, target, seconds)[0],
        )
        promises.ratio("worker with Celery, HTTP", ours_us, peer_us, 4.0)
        print(f"  bare Celery with the same orders and reports, and no looks: {bare_us:.0f} us")
        print(f"  worker with {BUSY_AHEAD:,} looks ordered ahead: {rss_mb(worker.pid):.0f} MB")


def timing(local: Local, port: int, seconds: float, promises: Promises) -> None:
    """Whose times to first byte are nearer to the truth at the same pace."""
    first = iter(range(10**7, 10**9, 10**6))
    for pace in PACES:

        def peers_p99(pace: int = pace) -> float:
            errors = peer_timing(port, local, pace, 1.0, next(first))
            return errors[int(len(errors) * 0.99)]

        def ours_p99(pace: int = pace) -> float:
            job = {
                **local_job(local, "http", tls=False),
                "seconds": seconds,
                "concurrency": CONCURRENCY,
            }
            return float(measured({**job, "timed_per_s": pace})["ttfb_error_ms_p99"])

        ours_ms, peers_ms = middle(ROUNDS, ours_p99, peers_p99)
        what = f"error of the time to first byte, p99 at {pace} looks/s, against the peer's"
        promises.most(what, ours_ms, peers_ms, "ms")


def kinds(local: Local, seconds: float, promises: Promises) -> None:
    """The other kinds, per core-second."""
    from worker.probes.kinds import KINDS

    for kind, least in (("tcp", 3000), ("dns", 3000), ("icmp", 3000), ("tls", 1000)):
        if kind in KINDS:
            figures = ours(local, kind, seconds=seconds)
            if figures["failed"]:
                print(f"  {kind}: cannot be measured here: {figures['first_failure']}")
            else:
                promises.least(
                    f"{kind}, looks per core-second", 1e6 / figures["cpu_us_per_look"], least
                )


def main() -> int:
    """Run everything once."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--seconds", type=float, default=4.0, help="how long each round takes")
    seconds = parser.parse_args().seconds
    promises = Promises()
    with tempfile.TemporaryDirectory() as name, local_servers() as local:
        if local.server != "nginx":
            print("this comparison needs nginx", file=sys.stderr)
            return 2
        with blackbox(Path(name), local.ca_file) as peer:
            engines(local, peer, seconds, promises)
            whole(Path(name), local, peer, seconds, promises)
            timing(local, peer[1], seconds, promises)
        kinds(local, seconds / 2, promises)
    return 0 if promises.kept else 1


if __name__ == "__main__":
    sys.exit(main())
