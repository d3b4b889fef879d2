"""What it costs to send looks to an OpenTelemetry collector, by a process that does nothing else.

    python -m tests.benchmarks.telemetry [LOOKS]

Prints the CPU a look that is counted (metrics) and a look that is traced (six spans), against the
bare reading of the same rows and against the SDK's own processor with the same spans and exporter;
what a look costs that is neither; and the memory while the collector is away. The collector is a
process of its own, the store a SQLite file.
"""

import asyncio
import multiprocessing
import resource
import sys
import tempfile
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Final

from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import BatchSpanProcessor
from opentelemetry.trace import SpanKind, set_span_in_context

from coordinator.store import Store, open_store
from coordinator.telemetry.loops import MetricsLoop, TracesLoop
from coordinator.telemetry.settings import Sending, read_sending
from coordinator.telemetry.signals.resource import resource as who
from coordinator.telemetry.signals.totals import phases
from tests.coordinator.telemetry.stored import look
from worker.contract import clock
from worker.contract.result import Result

LOOKS: Final = 100_000
TRACED: Final = 5_000
SERVICES: Final = 100
REGIONS: Final = 5
FAR: Final = 1 << 62


def used_s() -> float:
    """Seconds of processor time of this process."""
    used = resource.getrusage(resource.RUSAGE_SELF)
    return used.ru_utime + used.ru_stime


def rss_mb() -> float:
    """The memory of this process now."""
    pages = int(Path("/proc/self/statm").read_text().split()[1])
    return pages * resource.getpagesize() / 1e6


def collector(told: Connection) -> None:
    """Takes everything and forgets it."""

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_POST(self) -> None:
            self.rfile.read(int(self.headers["content-length"]))
            self.send_response(200)
            self.send_header("content-length", "0")
            self.end_headers()

        def log_message(self, *_: object) -> None:
            """Say nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    told.send(server.server_port)
    server.serve_forever()


def made(number: int, begin: int) -> list[Result]:
    """Looks as they come: a hundredth fails."""
    return [
        look(
            n,
            received_at=begin + n // 100,
            service=f"s{n % SERVICES}",
            region=f"r{n % REGIONS}",
            ok=True,
        )
        for n in range(number)
    ]


async def bare(store: Store) -> int:
    """Only read the rows."""
    after, seen = (0, ""), 0
    while rows := await store.measuring.measures(after, FAR, 5_000):
        after, seen = (rows[-1][0], rows[-1][1]), seen + len(rows)
    return seen


def sending(url: str, **environ: str) -> Sending:
    """As the environment says it."""
    told = {"OTEL_EXPORTER_OTLP_ENDPOINT": url, "OUTSCOPE_OTEL_MOST_LOOKS": "100000"}
    return read_sending({**told, **environ})


def peer(results: list[Result], url: str) -> None:
    """The same spans by the SDK's own processor and exporter, without store, place or ids."""
    provider = TracerProvider(resource=who(), shutdown_on_exit=False)
    exporter = OTLPSpanExporter(endpoint=f"{url}/v1/traces")
    provider.add_span_processor(BatchSpanProcessor(exporter, max_queue_size=1_000_000))
    tracer = provider.get_tracer("peer")
    for one in results:
        told = {
            name: value
            for name, value in one._asdict().items()
            if isinstance(value, str | int) and value != ""
        }
        begin = one.started_at * 1_000_000
        span = tracer.start_span("look", kind=SpanKind.CLIENT, attributes=told, start_time=begin)
        within, end = set_span_in_context(span), begin
        took = (one.dns_ms, one.connect_ms, one.tls_ms, one.ttfb_ms, one.total_ms)
        for phase, took_ms in phases(took):
            part = tracer.start_span(phase, within, start_time=end)
            end += round(took_ms * 1_000_000)
            part.end(end)
        span.end(end)
    provider.shutdown()


async def counting(store: Store, url: str, number: int) -> None:
    """Metrics, against bare reading."""
    told = sending(url)
    assert told.metrics is not None
    rounds = []
    for _ in range(3):
        before = used_s()
        assert await bare(store) >= number
        read = used_s() - before
        loop = MetricsLoop(store, told.metrics, 60.0, who())
        loop.place.after = (0, "")
        before = used_s()
        loop.place.give_up = _nothing  # type: ignore[method-assign]
        await loop.count()
        rounds.append((read, used_s() - before))
        before = used_s()
        await loop.send()
        sent = used_s() - before
    read, counted = min(rounds)
    print(
        f"counted: {counted / number * 1e6:.1f} us a look, bare reading {read / number * 1e6:.1f}"
    )
    print(f"  ratio {counted / read:.1f}; the sending of all series, once a minute: {sent:.2f} s")


async def _nothing(*_: object) -> None:
    """What is old is read all the same."""


async def tracing(store: Store, url: str, results: list[Result], number: int) -> None:
    """Traces, against the SDK's own way."""
    some = results[:TRACED]
    before = used_s()
    await asyncio.to_thread(peer, some, url)
    theirs = used_s() - before
    told = sending(url, OUTSCOPE_OTEL_LOOKS="all")
    assert told.traces is not None
    loop = TracesLoop(store, told.traces, told.tracing, who())
    await loop.begin()
    loop.place.give_up = _nothing  # type: ignore[method-assign]
    loop.place.after = (0, "")
    before = used_s()
    while loop.place.delivered < TRACED * 6:
        batch = await loop._tracer.next(clock.now() + 3_600_000)
        assert await loop._sent(batch), loop.place.wrong
        loop._tracer.take(batch)
        await loop.place.keep(clock.now(), batch.reached)
    ours, looks = used_s() - before, loop.place.delivered / 6
    print(f"traced: {ours / looks * 1e6:.0f} us a look of six spans", end="; ")
    print(f"by the SDK's own processor {theirs / TRACED * 1e6:.0f}", end="; ")
    print(f"ratio {ours / looks / (theirs / TRACED):.2f}")
    none = sending(url)
    assert none.traces is not None
    loop = TracesLoop(store, none.traces, none.tracing, who())
    await loop.begin()
    loop.place.give_up = _nothing  # type: ignore[method-assign]
    loop.place.after = (0, "")
    before = used_s()
    await loop._tracer.next(clock.now() + 3_600_000)
    print(f"passed over (it did not fail): {(used_s() - before) / number * 1e6:.2f} us a look")


async def away(store: Store) -> None:
    """Memory while nobody takes anything."""
    told = sending("http://127.0.0.1:9", OUTSCOPE_OTEL_LOOKS="all")
    assert told.traces is not None
    loop = TracesLoop(store, told.traces, told.tracing, who())
    await loop.begin()
    loop.place.give_up = _nothing  # type: ignore[method-assign]
    loop.place.after = (0, "")
    await loop.round()
    before = rss_mb()
    for _ in range(100):
        loop.line._sender._exporter._client._timeout = 0.1  # type: ignore[union-attr]
        await loop.round()
    print(f"collector away, 100 rounds: {before:.0f} MB, then {rss_mb():.0f} MB")


async def measure(folder: Path, number: int, url: str) -> None:
    """All of it, one after the other."""
    results = made(number, clock.now() - 3_000_000)
    async with open_store(f"sqlite://{folder}/store.db") as store:
        for begin in range(0, number, 5_000):
            await store.results.add(results[begin : begin + 5_000])
        await counting(store, url, number)
        await tracing(store, url, results, number)
        await away(store)


def main(work: Callable[[Path, int, str], object]) -> None:
    """With a collector, which ends with us."""
    ours, theirs = multiprocessing.Pipe()
    process = multiprocessing.Process(target=collector, args=(theirs,), daemon=True)
    process.start()
    number = int(sys.argv[1]) if len(sys.argv) > 1 else LOOKS
    try:
        with tempfile.TemporaryDirectory() as folder:
            work(Path(folder), number, f"http://127.0.0.1:{ours.recv()}")
    finally:
        process.terminate()


if __name__ == "__main__":
    main(lambda *told: asyncio.run(measure(*told)))
