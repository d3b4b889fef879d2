"""Fixtures that every test may use: free ports and a real broker."""

import socket
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.faults.broker import Broker


@pytest.fixture
def free_port() -> Callable[[], int]:
    """Gives a TCP port of the loopback that nobody listens on, each time it is called."""

    def find() -> int:
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            return int(probe.getsockname()[1])

    return find


@pytest.fixture
def valkey(tmp_path: Path, free_port: Callable[[], int]) -> Iterator[Broker]:
    """A Valkey server process of this test's own, empty, on a free port; `valkey.url` leads to it."""
    broker = Broker(free_port(), tmp_path / "valkey")
    broker.start()
    yield broker
    broker.kill()
