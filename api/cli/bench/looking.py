"""The measuring itself: `python -m api.cli.bench.looking JOB` prints the figures as one line of
JSON.

It is a process of its own that has loaded what a worker loads and nothing else, so its memory is a
worker's.
"""

import asyncio
import json
import sys
import time
import urllib.request
from collections.abc import Callable, Coroutine, Mapping, Sequence
from contextlib import suppress
from dataclasses import asdict, dataclass
from functools import partial
from importlib import import_module
from typing import Any, Final

import uvloop

from worker.contract.clock import now
from worker.contract.outcome import Outcome
from worker.lean import leave_out_unused, settle
from worker.probes.run import ParsedCheck, Vantage, look_once, parse_spec
from worker.reporting.rows import encode_row
from worker.targets.guard import Guard
from worker.vitals import rss_mb

TIMED_MOST_PER_S: Final = 2000.0
"""Timing is judged at no more looks a second than this, and at no more than half of what the
machine can do.
"""
TIMED_S: Final = 1.0
TIMED_ROUNDS: Final = 3
"""The middle one counts: on a machine that is shared, somebody else's second is not ours."""


@dataclass(frozen=True, slots=True)
class Job:
    """What to measure. `delays_url` is where the server tells how long it took; without it timing
    is not judged.
    """

    kind: str
    params: dict[str, Any]
    timed_url: str | None
    delays_url: str | None
    allow: tuple[str, ...]
    ca_file: str | None
    seconds: float
    concurrency: int
    timed_per_s: float | None = None


@dataclass(slots=True)
class Figures:
    """What was measured; None could not be."""

    looks_per_s: float
    cpu_us_per_look: float
    rss_mb: float
    ttfb_error_ms_p99: float | None
    ttfb_error_ms_p50: float | None
    timed_looks_per_s: float | None
    looks: int
    failed: int
    first_failure: str


class Counted:
    """Counts outcomes, each written as the row that a worker would send."""

    def __init__(self) -> None:
        self.looks = 0
        self.failed = 0
        self.first_failure = ""

    def add(self, outcome: Outcome) -> None:
        """One look is done."""
        at = now()
        encode_row("bench", self.looks, 0, at, at, outcome)
        self.looks += 1
        if not outcome.ok:
            self.failed += 1
            self.first_failure = self.first_failure or f"{outcome.reason}: {outcome.detail}"


async def measure(job: Job) -> Figures:
    """Look as fast as possible for a while, then look at a steady rate and compare with the
    server's own times.
    """
    vantage = Vantage(guard=Guard(job.allow), ca_file=job.ca_file)
    parsed = parse_job(job.kind, job.params)
    # opens what is lazy
    await asyncio.gather(*(look_once(parsed, vantage) for _ in range(min(20, job.concurrency))))
    counted = Counted()
    cpu_s, wall_s = time.process_time(), time.perf_counter()
    await _as_fast_as_possible(parsed, vantage, job, counted)
    cpu_s, wall_s = time.process_time() - cpu_s, time.perf_counter() - wall_s
    memory_mb = rss_mb()
    per_s = counted.looks / wall_s
    timed_per_s = job.timed_per_s or min(TIMED_MOST_PER_S, per_s / 2)
    errors = [] if counted.failed else await _timing_errors(job, vantage, timed_per_s)
    await vantage.close()
    return Figures(
        looks_per_s=round(per_s, 1),
        cpu_us_per_look=round(cpu_s / counted.looks * 1e6, 1),
        rss_mb=round(memory_mb, 1),
        ttfb_error_ms_p99=_quantile(errors, 0.99),
        ttfb_error_ms_p50=_quantile(errors, 0.5),
        timed_looks_per_s=round(timed_per_s, 1) if errors else None,
        looks=counted.looks,
        failed=counted.failed,
        first_failure=counted.first_failure,
    )


def parse_job(kind: str, params: dict[str, Any]) -> ParsedCheck:
    """A check of this kind and parameters."""
    spec = {
        "id": "bench",
        "kind": kind,
        "interval_ms": 10_000,
        "timeout_ms": 10_000,
        "params": params,
    }
    return parse_spec(json.dumps(spec))


async def _as_fast_as_possible(
    parsed: ParsedCheck, vantage: Vantage, job: Job, counted: Counted
) -> None:
    until_s = time.perf_counter() + job.seconds

    async def keep_going() -> None:
        while time.perf_counter() < until_s:  # a task for each look, as the agent makes them
            counted.add(await asyncio.create_task(look_once(parsed, vantage)))

    await asyncio.gather(*(keep_going() for _ in range(job.concurrency)))


async def _timing_errors(job: Job, vantage: Vantage, per_s: float) -> list[float]:
    """How far each reported time to first byte is from the time that the server took, in
    milliseconds, sorted.
    """
    if job.timed_url is None or job.delays_url is None:
        return []
    count = max(20, int(per_s * min(TIMED_S, job.seconds)))
    rounds = [
        await _timed_round(job.timed_url, range(n * count, (n + 1) * count), vantage, per_s)
        for n in range(TIMED_ROUNDS)
    ]
    delays = await asyncio.get_running_loop().run_in_executor(None, fetch_delays, job.delays_url)
    found = [_errors(times, delays) for times in rounds]
    by_worst = sorted(filter(None, found), key=lambda errors: errors[int(len(errors) * 0.99)])
    return by_worst[len(found) // 2]


def _errors(times: Mapping[str, float], delays: Mapping[str, float]) -> list[float]:
    known = times.keys() & delays.keys()
    return sorted(abs(times[number] - delays[number]) for number in known)


async def _timed_round(
    timed_url: str, numbers: range, vantage: Vantage, per_s: float
) -> dict[str, float]:
    """The time to first byte of one look at each number, begun at this rate."""
    checks = [parse_job("http", {"url": f"{timed_url}{number}"}) for number in numbers]
    outcomes = await at_a_steady_rate(
        [partial(look_once, check, vantage) for check in checks], per_s
    )
    return {
        str(n): o.ttfb_ms for n, o in zip(numbers, outcomes, strict=True) if o.ttfb_ms is not None
    }


async def at_a_steady_rate(
    looks: Sequence[Callable[[], Coroutine[Any, Any, Outcome]]], per_s: float
) -> list[Outcome]:
    """Begin the looks evenly spaced, whatever becomes of those before; their outcomes in order."""
    began_s = time.perf_counter()
    tasks: list[asyncio.Task[Outcome]] = []
    for number, look in enumerate(looks):
        if (wait_s := began_s + number / per_s - time.perf_counter()) > 0:
            await asyncio.sleep(wait_s)
        tasks.append(asyncio.create_task(look()))
    return list(await asyncio.gather(*tasks))


def fetch_delays(url: str) -> dict[str, float]:
    """How long our server took for each number, in milliseconds, by its own account."""
    with urllib.request.urlopen(url, timeout=10) as answer:  # noqa: S310 - our own server's address
        told: dict[str, float] = json.load(answer)
    return told


def _quantile(values: Sequence[float], share: float) -> float | None:
    """A quantile of sorted values; None of none."""
    return round(values[int(len(values) * share)], 3) if values else None


def main() -> None:
    """Do the job that the first argument tells as JSON."""
    job = Job(**json.loads(sys.argv[1]))
    leave_out_unused()
    # for its memory: Celery and all else that a worker process holds
    import_module("worker.process")
    settle()
    with suppress(KeyboardInterrupt):
        print(json.dumps(asdict(uvloop.run(measure(job)))), flush=True)


if __name__ == "__main__":
    main()
