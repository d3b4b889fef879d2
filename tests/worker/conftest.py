"""Fixtures of the worker's tests: a coordinator's wire, a target, and a worker process on a real
broker, or on a real relay in front of it.
"""

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any, Protocol

import pytest

from tests.api.proxy import NGINX
from tests.faults.broker import Broker
from tests.faults.coordinator import Coordinator
from tests.faults.joined import SECRET, acl
from tests.faults.proxy import Proxy
from tests.faults.relay import Relay, https_worker
from tests.faults.target import Target
from tests.faults.worker import WorkerProcess

WORKER = ("eu-west", "eu-west-1")


class Begin(Protocol):
    """Makes a worker process with a folder of its own, which is not started yet."""

    def __call__(self, folder: str, **settings: Any) -> WorkerProcess: ...


@pytest.fixture
def target() -> Iterator[Target]:
    """An HTTP server that answers and remembers."""
    with Target() as server:
        yield server


@pytest.fixture
def valkey(tmp_path: Path, free_port: Callable[[], int]) -> Iterator[Broker]:
    """A broker that lets in without a name, and one worker that joined by its own."""
    broker = Broker(free_port(), tmp_path / "valkey", acl=acl(*WORKER, SECRET))
    broker.start()
    yield broker
    broker.kill()


@pytest.fixture
def coordinator(valkey: Broker) -> Iterator[Coordinator]:
    """The coordinator's end of the wire, straight at the broker."""
    with Coordinator(valkey.url) as wire:
        yield wire


@pytest.fixture(params=["broker", "https"])
def relay(
    request: pytest.FixtureRequest, valkey: Broker, tmp_path: Path, free_port: Callable[[], int]
) -> Iterator[Relay | None]:
    """The way of the workers of a test: by the broker (None), or by a relay behind nginx."""
    if request.param == "broker":
        yield None
        return
    if not Path(NGINX).exists():
        pytest.skip("nginx is not installed (Debian: apt install nginx)")
    ports = free_port(), free_port(), free_port()
    with Relay(tmp_path / "relay", valkey.url, ports, *WORKER).door() as door:
        yield door


@pytest.fixture
def proxy(valkey: Broker, relay: Relay | None) -> Iterator[Proxy]:
    """The link between the worker and the broker, or the relay, which a test can break."""
    with Proxy(valkey.port if relay is None else relay.https_port) as link:
        yield link


@pytest.fixture
def begin(relay: Relay | None, proxy: Proxy, tmp_path: Path) -> Iterator[Begin]:
    """Workers that go the way of the test, through `proxy`."""
    with ExitStack() as stack:

        def made(folder: str, **settings: Any) -> WorkerProcess:
            at = tmp_path / folder
            process = (
                WorkerProcess(proxy.url, at, **settings)
                if relay is None
                else https_worker(at, proxy.port, relay.authority, **settings)
            )
            stack.callback(process.kill)
            return process

        yield made


@pytest.fixture
def worker(begin: Begin) -> WorkerProcess:
    """A worker process that takes orders, connected through `proxy`."""
    process = begin("worker")
    process.start()
    return process
