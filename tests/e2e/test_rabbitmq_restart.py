"""A RabbitMQ that goes away in the middle of a worker's work and comes back: each look that was
made is there, once.
"""

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from tests.e2e.apart import Apart
from tests.e2e.running import until
from tests.e2e.target import Target
from tests.faults.rabbitmq import RabbitMQ, program

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(program() is None, reason="RabbitMQ is not installed"),
]
REGION = "eu-west"
MOST_RESULTS = 500
SLOW_S = 120.0
"""An Erlang server on a machine that is busy takes its time."""


class Scene(NamedTuple):
    """A broker of its own, a product on it, and what it looks at."""

    broker: RabbitMQ
    product: Apart
    target: Target
    state: Path

    def made(self) -> int:
        """How many looks there are results of, but for those that nobody made."""
        found = self.product.results(region=REGION)
        assert len(found) < MOST_RESULTS
        return sum(one["reason"] != "late" for one in found)

    def outbox(self) -> list[str]:
        """What the worker still keeps."""
        return [path.name for path in (self.state / "outbox").glob("*.*")]


def configuration(target: Target) -> dict[str, Any]:
    """Five checks each 2 s, with a timeout that a busy machine keeps to."""
    found = target.configuration([REGION])
    for service in found["services"]:
        for component in service["components"]:
            component["checks"][0] |= {"interval": "2s", "timeout": "1800ms"}
    return found


@pytest.fixture
def broker(tmp_path: Path) -> Iterator[RabbitMQ]:
    """A server that only this test uses."""
    made = RabbitMQ(tmp_path / "rabbitmq")
    try:
        made.start()
        yield made
    finally:
        made.kill()


@pytest.fixture(params=["one process stores", "writers elsewhere"])
def scene(
    request: pytest.FixtureRequest,
    broker: RabbitMQ,
    tmp_path: Path,
    free_port: Callable[[], int],
) -> Iterator[Scene]:
    """A worker that joined is at work; storing is done by the coordinator, or by a writer."""
    target, elsewhere = Target(), request.param == "writers elsewhere"
    database = f"sqlite://{tmp_path}/apart.db"
    if elsewhere:
        database = request.getfixturevalue("postgres_url")
    product = Apart(
        tmp_path / "product",
        free_port(),
        OUTSCOPE_DATABASE=database,
        OUTSCOPE_BROKER=broker.vhost("outscope"),
        OUTSCOPE_BROKER_MANAGEMENT=broker.management,
        **({"OUTSCOPE_WRITERS": "elsewhere"} if elsewhere else {}),
    )
    try:
        path = tmp_path / "outscope.yaml"
        path.write_text(json.dumps(configuration(target)))
        product.run("apply", path)
        product.coordinate()
        if elsewhere:
            product.start("writer", "writer")
        state = tmp_path / "state"
        words = (*product.invite(REGION), "--state-dir", state, "--allow", "127.3.0.0/16")
        product.start("worker", "worker", *words, bare=True)
        yield Scene(broker, product, target, state)
    finally:
        product.stop()
        target.close()


def test_a_broker_that_is_killed_and_comes_back_loses_no_look_and_doubles_none(
    scene: Scene,
) -> None:
    product, target = scene.product, scene.target
    log = product.log("worker")
    (name,) = {one["worker"] for one in until("results", lambda: product.results(region=REGION))}
    until("some more", lambda: scene.made() > 10)
    scene.broker.kill()
    asked = len(target.asked)
    until("looks without a broker", lambda: len(target.asked) > asked + 10)
    known = scene.made()
    scene.broker.start()
    until("results again", lambda: scene.made() > known + 20, SLOW_S)
    product.run("worker", "drain", name)
    assert product.processes["worker"].wait(SLOW_S) == 0, log.read_text()
    until("every look that was made", lambda: scene.made() >= len(target.asked), SLOW_S)
    assert scene.made() == len(target.asked)
    assert scene.outbox() == []
    assert "look_failed" not in log.read_text()
