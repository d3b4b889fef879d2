"""A worker process that is killed and started again still knows what its looks at a language model
have cost today.
"""

import asyncio
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.faults.broker import Broker
from tests.faults.coordinator import Coordinator, check, until
from tests.faults.worker import WorkerProcess
from tests.worker.probes.vendors.anthropic import Anthropic
from tests.worker.probes.vendors.stage import KEY, Play, Stage

pytestmark = pytest.mark.slow


@pytest.fixture
def vendor() -> Iterator[tuple[Stage, int]]:
    """Anthropic on a stage in a thread of its own, and its port."""
    stage, began = Stage(Anthropic(), Play(pace_s=0)), threading.Event()
    served: list[tuple[int, asyncio.AbstractEventLoop, asyncio.Event]] = []

    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await stage(reader, writer)
        writer.close()
        await writer.wait_closed()

    async def serve() -> None:
        stop = asyncio.Event()
        async with await asyncio.start_server(answer, "127.0.0.1", 0) as server:
            served.append((server.sockets[0].getsockname()[1], asyncio.get_running_loop(), stop))
            began.set()
            await stop.wait()

    thread = threading.Thread(target=lambda: asyncio.run(serve()), daemon=True)
    thread.start()
    assert began.wait(5)
    port, loop, stop = served[0]
    yield stage, port
    loop.call_soon_threadsafe(stop.set)
    thread.join()


def test_a_worker_that_was_killed_keeps_to_the_budget(
    valkey: Broker, coordinator: Coordinator, vendor: tuple[Stage, int], tmp_path: Path
) -> None:
    stage, port = vendor
    spec = check(
        "answers",
        "llm",
        api="anthropic",
        model=Anthropic.model,
        key="${env:OUTSCOPE_SECRET_LLM}",
        url=f"http://127.0.0.1:{port}",
        budget={"tokens_per_day": 200},  # a look takes 35 tokens, and up to 172 are set aside
    )
    settings = {"OUTSCOPE_SECRET_LLM": KEY}

    def reasons(slot: int) -> str:
        ids = coordinator.order([spec], [(0, slot)])
        until(lambda: ids <= set(coordinator.looks_by_id), "the look")
        return str(coordinator.looks_by_id[ids.pop()][6])

    with WorkerProcess(valkey.url, tmp_path / "worker", settings=settings) as worker:
        assert reasons(1) == "ok"
        worker.kill()
        worker.start()
        assert reasons(2) == "blocked"
        assert KEY not in worker.log()
    assert len(stage.asked) == 1
    assert KEY not in str(coordinator.reports)
