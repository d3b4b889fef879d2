"""A link of 200 ms that loses every hundredth packet, to the broker and to a relay: nothing is
lost, nothing comes twice, and nothing waits for longer than an interval.
"""

from collections.abc import Callable, Iterator
from pathlib import Path
from statistics import median

import pytest

from tests.api.proxy import NGINX
from tests.faults.broker import Broker
from tests.faults.coordinator import Coordinator, until
from tests.faults.proxy import Proxy
from tests.faults.relay import Relay, https_worker
from tests.faults.target import Target
from tests.faults.thin_link import ThinLink, possible
from tests.faults.traffic import Traffic
from tests.faults.worker import WorkerProcess
from tests.worker.conftest import WORKER

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(not possible(), reason="no TUN devices and namespaces of the network"),
    pytest.mark.skipif(not Path(NGINX).exists(), reason="no nginx"),
]
ONE_WAY_S, LOSS = 0.1, 0.01
INTERVAL_S = 30.0
LOOKS = 60


@pytest.fixture
def thin() -> Iterator[ThinLink]:
    with ThinLink(ONE_WAY_S, LOSS) as link:
        yield link


@pytest.fixture(params=["broker", "https"])
def worker(
    request: pytest.FixtureRequest,
    thin: ThinLink,
    valkey: Broker,
    tmp_path: Path,
    free_port: Callable[[], int],
) -> Iterator[WorkerProcess]:
    folder = tmp_path / "worker"
    if request.param == "broker":
        with Proxy(valkey.port, address=thin.near) as door:
            yield from started(WorkerProcess(door.url, folder), thin)
        return
    ports = free_port(), free_port(), free_port()
    relay = Relay(tmp_path / "relay", valkey.url, ports, *WORKER, names=[thin.near])
    with relay.door(), Proxy(relay.https_port, address=thin.near) as door:
        process = https_worker(folder, door.port, relay.authority, host=thin.near)
        yield from started(process, thin)


def started(worker: WorkerProcess, thin: ThinLink) -> Iterator[WorkerProcess]:
    """A worker at the far end."""
    try:
        with thin.inside():
            worker.start(ready=False)
        until(worker._ready.exists, "the worker's ready file", worker.log)
        yield worker
    finally:
        worker.kill()


def test_a_thin_link_loses_nothing_and_adds_at_most_an_interval(
    worker: WorkerProcess, thin: ThinLink, coordinator: Coordinator
) -> None:
    with thin.inside():
        target = Target()
    with target:
        with Traffic(coordinator, target, expires_s=INTERVAL_S) as traffic:
            until(lambda: len(traffic.ordered) >= LOOKS, "the orders")
        until(
            lambda: traffic.arrived() >= set(traffic.ordered),
            "every result",
            worker.log,
            within_s=90,
        )
        until(lambda: worker.waiting() == 0, "a receipt for every report", worker.log)
    assert traffic.arrived() == set(traffic.ordered) == set(target.seen)
    assert target.requests == len(target.seen)
    took = [target.seen[path] - at for path, at in traffic.ordered.items()]
    print(
        f"order to look: median {median(took):.2f} s, longest {max(took):.2f} s;"
        f" {thin.lost} of {thin.carried + thin.lost} packets lost"
    )
    assert max(took) < INTERVAL_S
