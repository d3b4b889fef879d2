"""The plain Python of the guide to routing does what the guide says, against a real API."""

import asyncio
import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from coordinator.store import open_store
from tests.api import seeds
from tests.api.server import Server
from tests.faults.coordinator import until
from worker.contract.clock import now

GUIDE = Path(__file__).parents[2] / "docs/how-to/route-around-outages.md"
BLOCKS = re.compile(r"^```python\n(.*?)^```", re.MULTILINE | re.DOTALL)
DOWN = ("system_wide", "outage", list(seeds.REGIONS), ["api", "web", "console"])


@pytest.fixture
def server(tmp_path: Path, free_port: Callable[[], int]) -> Iterator[Server]:
    """An API whose judge says that Claude is down."""
    database = f"sqlite://{tmp_path / 'outscope.db'}"

    async def judged() -> None:
        async with open_store(database) as store:
            await store.configurations.save(seeds.configuration(), now())
            verdict = seeds.verdict("claude", now(), *DOWN)
            verdict["evidence"]["disruptions"][0]["severity"] = "outage"
            await seeds.judged(store, now(), verdict, seeds.verdict("openai", now()))

    asyncio.run(judged())
    server = Server(database, free_port(), coordinator_silent_ms=600_000)
    server.start()
    yield server
    server.stop()


@pytest.mark.slow
def test_the_plain_python_of_the_guide_takes_the_first_that_is_not_down(server: Server) -> None:
    code = BLOCKS.findall(GUIDE.read_text())[-1]
    assert len([line for line in code.splitlines() if line.strip()]) <= 32
    names: dict[str, Any] = {}
    exec(code.replace("http://127.0.0.1:8000", server.url), names)
    first = names["first"]
    assert first("claude/api", "openai/api") in ("claude/api", "openai/api")
    until(lambda: first("claude/api", "openai/api") == "openai/api")
    assert first("claude/api") == "claude/api", "the last choice is never taken away"
    names["heard"]["at"] -= 61
    assert first("claude/api", "openai/api") == "claude/api", "old news is no opinion"
