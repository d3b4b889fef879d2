"""One name leads from an order through all processes to the verdict that rests on it."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from api.supervisor.claim import free_port
from tests.e2e.running import Running, until
from tests.e2e.target import Target

pytestmark = pytest.mark.slow


@pytest.fixture
def product(
    fast_config: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Running]:
    """A product that tells everything, as objects."""
    monkeypatch.setenv("OUTSCOPE_LOG_LEVEL", "DEBUG")
    monkeypatch.setenv("OUTSCOPE_LOG_FORMAT", "json")
    allowed = ("--allow", "127.3.0.0/16")
    running = Running(tmp_path / "data", free_port(), "--config", fast_config, *allowed)
    try:
        yield running.started()
    finally:
        running.close()


def lines(product: Running, *events: str) -> list[dict[str, Any]]:
    """The lines of all processes that tell of one of these."""
    found = []
    for path in (product.data / "logs").glob("*.log"):
        for line in path.read_text().splitlines():
            if line.startswith("{"):
                told = json.loads(line)
                if told["event"].rpartition(".")[2] in events:
                    found.append(told)
    return found


def test_a_failure_is_followed_from_its_order_to_the_verdict(
    product: Running, target: Target
) -> None:
    until("the shop is well", lambda: product.scopes() == {"shop": "none"})
    target.fail("/web", "/api")
    try:
        until(
            "the shop fails",
            lambda: product.scopes()["shop"] in ("component", "system_wide"),
            120,
        )
        follows = until("a verdict and its looks", lambda: lines(product, "verdict_follows"))
    finally:
        target.fail()
    traces = {name for line in follows for name in line["traces"].split(",")}
    seen = {
        event: {line["trace"] for line in lines(product, event)}
        for event in ("ordered", "looked", "stored")
    }
    for event, names in seen.items():
        assert traces & names, event
    assert traces & seen["ordered"] & seen["looked"] & seen["stored"]
    assert {line["event"] for line in lines(product, "ordered", "looked", "stored")} == {
        "coordinator.scheduling.tick.ordered",
        "worker.agent.looked",
        "coordinator.ingest.pipeline.stored",
    }
