"""The commands of docs/how-to/follow-events.md, run as they stand."""

import re
import shlex
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from coordinator.store import Store
from tests.api import seeds
from tests.api.server import Server
from worker.contract.clock import now

pytestmark = pytest.mark.slow

PAGE = Path(__file__).parents[4] / "docs/how-to/follow-events.md"
PROGRAMS = re.findall(r"^```python\n(.*?)^```", PAGE.read_text(), re.MULTILINE | re.DOTALL)
COMMANDS = re.findall(r"^curl .*$", PAGE.read_text(), re.MULTILINE)


async def configure(store: Store) -> None:
    """Two services and a reference."""
    await store.configurations.save(seeds.configuration(), now())


@pytest.mark.parametrize("command", COMMANDS)
def test_the_stream_begins_as_the_page_shows(
    command: str, api_server: Server, seed: Callable[[Any], None]
) -> None:
    seed(configure)
    line = command.replace("http://127.0.0.1:8000", api_server.url)
    with subprocess.Popen(shlex.split(line), stdout=subprocess.PIPE, text=True) as curl:
        assert curl.stdout is not None
        told = [curl.stdout.readline().strip() for _ in range(5)]
        curl.kill()
    assert told[0] == "retry: 2000"
    assert told[2:4] == ["id: 0", "event: ready"]


def test_both_commands_are_there() -> None:
    assert len(COMMANDS) == 2
    assert len(PROGRAMS) == 1


def test_the_program_goes_on_where_it_was_when_the_api_is_back(
    api_database: str, free_port: Callable[[], int], seed: Callable[[Any], None]
) -> None:
    seed(configure)
    port = free_port()
    text = PROGRAMS[0].replace("127.0.0.1:8000", f"127.0.0.1:{port}")
    with subprocess.Popen([sys.executable, "-c", text], stdout=subprocess.PIPE, text=True) as told:
        assert told.stdout is not None
        try:
            for number in (1, 2):
                server = Server(api_database, port)
                server.start()
                lines = list(
                    iter(lambda: str(told.stdout.readline()).strip(), f"{number - 1} ready")
                )
                assert lines in ([], [f"{number - 1} closing"])
                seed(lambda store: store.verdicts.add(seeds.kept(seeds.verdict("claude", now()))))
                assert told.stdout.readline() == f"{number} verdict\n"
                server.stop()
        finally:
            told.kill()
