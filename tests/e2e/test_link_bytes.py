"""What a region costs its link to the broker, counted by a proxy between a worker that joined and
a real Valkey, with a real coordinator that signs.
"""

import json
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.benchmarks.regions import ALLOWED, configuration
from tests.e2e.apart import Apart
from tests.e2e.running import until
from tests.e2e.target import Target
from tests.faults.broker import Broker
from tests.faults.proxy import Proxy

pytestmark = pytest.mark.slow
REGION = "eu-west"
SECONDS = 45
MOST_BYTES_A_SECOND = 5_000


@pytest.fixture
def proxy(valkey: Broker) -> Iterator[Proxy]:
    """The link between the worker and the broker."""
    with Proxy(valkey.port) as link:
        yield link


@pytest.fixture
def product(
    tmp_path: Path, valkey: Broker, proxy: Proxy, free_port: Callable[[], int]
) -> Iterator[Apart]:
    """Coordinator and API, and a worker that joined and looks at 100 checks each 30 s."""
    target = Target()
    found = Apart(
        tmp_path / "product",
        free_port(),
        OUTSCOPE_DATABASE=f"sqlite://{tmp_path}/outscope.db",
        OUTSCOPE_BROKER=valkey.url,
        OUTSCOPE_BROKER_PUBLIC=proxy.url,
    )
    (tmp_path / "outscope.yaml").write_text(json.dumps(configuration(target, [REGION])))
    found.run("apply", tmp_path / "outscope.yaml")
    found.coordinate()
    state = ("--state-dir", tmp_path / "state", "--allow", ALLOWED)
    found.start("worker", "worker", *found.invite(REGION), *state, bare=True)
    yield found
    found.stop()
    target.close()


def test_a_hundred_checks_each_30_s_take_less_than_5_kb_a_second_over_the_broker(
    product: Apart, proxy: Proxy
) -> None:
    until("its results", lambda: product.results(region=REGION))
    time.sleep(5)  # what belongs to joining
    before, began = proxy.carried, time.monotonic()
    known = len(product.results(region=REGION))
    time.sleep(SECONDS)
    rate = (proxy.carried - before) / (time.monotonic() - began)
    made = len(product.results(region=REGION)) - known
    print(f"{rate:.0f} bytes a second, both ways together, for {made} looks")
    assert 0 < rate < MOST_BYTES_A_SECOND
    assert made > 0
