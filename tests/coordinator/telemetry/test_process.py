"""`outscope otel` in processes of its own, beside a store that somebody else fills."""

import asyncio
import json
import os
import signal
import subprocess
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path
from urllib.error import HTTPError
from urllib.request import urlopen

import pytest

from coordinator.store import Store
from tests.coordinator.telemetry.collector import Collector, attributes_of
from tests.coordinator.telemetry.stored import failed
from tests.e2e.running import outscope
from worker.contract import clock

pytestmark = pytest.mark.slow


class Sending:
    """One such process."""

    def __init__(self, log: Path, **environ: str) -> None:
        self.log = log
        kept = {name: value for name, value in os.environ.items() if name[:9] != "OUTSCOPE_"}
        with log.open("wb") as out:
            self.process = subprocess.Popen(
                outscope("otel"), env={**kept, **environ}, stdout=out, stderr=out
            )

    def said(self, words: str) -> bool:
        assert self.process.poll() is None, self.log.read_text()
        return words in self.log.read_text()


@pytest.fixture
def start(store_url: str, tmp_path: Path, collector: Collector) -> Iterator[Callable[..., Sending]]:
    made: list[Sending] = []

    def begin(**environ: str) -> Sending:
        told = {
            "OUTSCOPE_DATABASE": store_url,
            "OTEL_EXPORTER_OTLP_ENDPOINT": collector.url,
            "OTEL_BSP_SCHEDULE_DELAY": "200",
            "OTEL_METRIC_EXPORT_INTERVAL": "1000",
        }
        made.append(Sending(tmp_path / f"otel-{len(made)}.log", **{**told, **environ}))
        return made[-1]

    yield begin
    for one in made:
        one.process.kill()
        one.process.wait()


async def until(what: str, condition: Callable[[], bool]) -> None:
    async with asyncio.timeout(60):
        while not condition():  # noqa: ASYNC110 - another process says so
            await asyncio.sleep(0.1)
    assert what


def times_told(collector: Collector) -> Counter[str]:
    told = [dict(attributes_of(span.attributes)) for span in collector.spans()]
    return Counter(one["outscope.result"] for one in told if "outscope.result" in one)


async def test_one_sends_and_another_takes_over_where_it_was(
    store: Store, start: Callable[..., Sending], collector: Collector
) -> None:
    first = start()
    await until("one sends", lambda: first.said("sending signals=traces,metrics looks=failed"))
    second = start()
    await until("the other waits", lambda: second.said("standing by: process"))
    early = [failed(n, received_at=clock.now() + n) for n in range(30)]
    await store.results.add(early)
    await store.results.add([failed(100, received_at=clock.now() + 1_000)])
    await until("they arrive", lambda: set(times_told(collector)) >= {one.id for one in early})
    first.process.send_signal(signal.SIGKILL)
    first.process.wait()
    late = [failed(200 + n, received_at=clock.now() + 2_000 + n) for n in range(30)]
    await store.results.add(late)
    await store.results.add([failed(300, received_at=clock.now() + 4_000)])
    await until("the others, too", lambda: set(times_told(collector)) >= {one.id for one in late})
    assert set(times_told(collector).values()) == {1}
    second.process.send_signal(signal.SIGTERM)
    assert second.process.wait(30) == 0


async def test_a_secret_in_a_file_is_read_again_and_never_logged(
    store: Store, start: Callable[..., Sending], collector: Collector, tmp_path: Path
) -> None:
    secret, ready = tmp_path / "headers", tmp_path / "ready"
    secret.write_text("api-key=the-old-one\n")
    collector.answer = (401, {}, b"api-key the-old-one is unknown")
    running = start(
        OTEL_EXPORTER_OTLP_HEADERS_FILE=str(secret),
        OUTSCOPE_READY_FILE=str(ready),
        OUTSCOPE_LOG_LEVEL="DEBUG",
    )
    await until("it is told", lambda: running.said("the collector answered 401"))
    collector.answer = (200, {}, b"")
    secret.write_text("api-key=the-new-one\n")
    running.process.send_signal(signal.SIGHUP)
    await until("it is read", lambda: running.said("reloaded changed="))
    await until("it is sent", lambda: bool(collector.headers))
    assert {headers["api-key"] for headers in collector.headers[-2:]} == {"the-new-one"}
    log = running.log.read_text()
    assert "the-old-one" not in log
    assert "the-new-one" not in log


async def test_its_health_says_that_the_collector_is_away(
    store: Store,
    start: Callable[..., Sending],
    collector: Collector,
    free_port: Callable[[], int],
) -> None:
    collector.answer = (503, {}, b"")
    port = free_port()
    start(OUTSCOPE_HEALTH=f"127.0.0.1:{port}", OTEL_EXPORTER_OTLP_TIMEOUT="500")

    def ready() -> tuple[int, str]:
        try:
            with urlopen(f"http://127.0.0.1:{port}/readyz", timeout=10) as answer:
                return answer.status, json.dumps(json.load(answer))
        except HTTPError as error:
            return error.code, error.read().decode()
        except OSError:
            return 0, ""

    await until("it is away", lambda: "the collector answered 503" in ready()[1])
    collector.answer = (200, {}, b"")
    await until("it is back", lambda: ready()[0] == 200)


@pytest.mark.parametrize(
    ("name", "value", "said"),
    [
        ("OUTSCOPE_DATABASE", "mysql://x", "database URL 'mysql://x' is not understood"),
        ("OTEL_EXPORTER_OTLP_TRACES_ENDPOINT", "ftp://x", "TRACES_ENDPOINT is no URL"),
        ("OTEL_EXPORTER_OTLP_ENDPOINT", "https://x/?k=v", "give the whole URL of each signal"),
        ("OTEL_EXPORTER_OTLP_CERTIFICATE", "/nowhere/ca.pem", "which cannot be read"),
        ("OTEL_EXPORTER_OTLP_TIMEOUT", "soon", "write a whole number from 1 to 600000"),
        ("OTEL_EXPORTER_OTLP_COMPRESSION", "zstd", "write none or gzip or deflate"),
        ("OTEL_EXPORTER_OTLP_HEADERS_FILE", "/nowhere/headers", "/nowhere/headers"),
        ("OTEL_TRACES_SAMPLER", "jaeger_remote", "write always_on or always_off or traceidratio"),
        ("OTEL_METRICS_EXPORTER", "prometheus", "write otlp or none"),
        (
            "OTEL_EXPORTER_OTLP_METRICS_TEMPORALITY_PREFERENCE",
            "delta",
            "processor cumulativetodelta",
        ),
    ],
)
def test_a_wrong_setting_is_one_sentence(name: str, value: str, said: str, tmp_path: Path) -> None:
    environ = {"OUTSCOPE_DATABASE": f"sqlite://{tmp_path}/store.db", name: value}
    kept = {key: text for key, text in os.environ.items() if key[:9] != "OUTSCOPE_"}
    done = subprocess.run(
        outscope("otel"),
        env={**kept, **environ},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.returncode == 2, done.stderr
    assert name in done.stderr
    assert said in done.stderr
    assert len(done.stderr.splitlines()) == 1
