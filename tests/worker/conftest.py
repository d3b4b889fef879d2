"""Fixtures of the worker's tests: a coordinator's wire, a target, and a worker process on a real
broker.
"""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.faults.broker import Broker
from tests.faults.coordinator import Coordinator
from tests.faults.proxy import Proxy
from tests.faults.target import Target
from tests.faults.worker import WorkerProcess


@pytest.fixture
def target() -> Iterator[Target]:
    """An HTTP server that answers and remembers."""
    with Target() as server:
        yield server


@pytest.fixture
def coordinator(valkey: Broker) -> Iterator[Coordinator]:
    """The coordinator's end of the wire, straight at the broker."""
    with Coordinator(valkey.url) as wire:
        yield wire


@pytest.fixture
def proxy(valkey: Broker) -> Iterator[Proxy]:
    """The link between the worker and the broker, which a test can break."""
    with Proxy(valkey.port) as link:
        yield link


@pytest.fixture
def worker(proxy: Proxy, tmp_path: Path) -> Iterator[WorkerProcess]:
    """A worker process that takes orders, connected through `proxy`."""
    with WorkerProcess(proxy.url, tmp_path / "worker") as process:
        yield process
