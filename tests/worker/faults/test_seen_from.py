"""A worker behind NAT learns by which address others see it: of the relay that it goes by, and of
the API that it joined at when it goes by the broker.
"""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.api.proxy import NGINX
from tests.faults import relay as relays
from tests.faults.broker import Broker
from tests.faults.coordinator import Coordinator, until
from tests.faults.relay import Relay, https_worker
from tests.worker.conftest import WORKER

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(not Path(NGINX).exists(), reason="no nginx"),
]
OUTSIDE = "9.9.9.9"


@pytest.fixture
def relay(
    valkey: Broker,
    tmp_path: Path,
    free_port: Callable[[], int],
    monkeypatch: pytest.MonkeyPatch,
) -> Iterator[Relay]:
    """A relay whose proxy sees everybody at one public address."""
    monkeypatch.setattr(relays, "SERVER", relays.SERVER.replace("$remote_addr", OUTSIDE))
    ports = free_port(), free_port(), free_port()
    with Relay(tmp_path / "relay", valkey.url, ports, *WORKER).door() as door:
        yield door


@pytest.mark.parametrize("way", ["https", "broker"])
def test_a_worker_tells_from_where_it_is_seen(
    way: str, relay: Relay, valkey: Broker, coordinator: Coordinator, tmp_path: Path
) -> None:
    worker = https_worker(
        tmp_path / "worker", relay.https_port, relay.authority, via=way, broker=valkey.url
    )
    with worker:
        until(
            lambda: (
                OUTSIDE in {where.outside for r in coordinator.reports if (where := r.whereabouts)}
            ),
            "the address",
            worker.log,
        )
