"""On a machine without a network nobody is fit to speak: every verdict is unknown, and no incident
opens.
"""

import re
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from api.supervisor.claim import free_port
from coordinator.configuration import DEFAULT
from tests.e2e.running import Running, until

pytestmark = pytest.mark.slow

HOLDS_S = 8.0
"""Several looks at everything."""


@pytest.fixture
def cut_off(tmp_path: Path) -> Iterator[Running]:
    """The product with the built-in catalog on a fast clock, every endpoint of which is out of
    reach.
    """
    for source in DEFAULT.parent.glob("*.yaml"):
        text = source.read_text()
        text = re.sub(r"(https?://)([^/\"]+)", r"\1\2.invalid", text)
        text = re.sub(r"server: [0-9.]+", "server: 192.0.2.1", text)
        text = re.sub(r"interval: 30s", "interval: 2s", text)
        text = re.sub(r"timeout: \d+s", "timeout: 1s", text)
        (tmp_path / source.name).write_text(text.replace("catalog:regions", "regions.yaml"))
    config = tmp_path / "default.yaml"
    config.write_text(re.sub(r"catalog:(\w+)", r"\1.yaml", config.read_text()))
    running = Running(tmp_path / "data", free_port(), "--config", config, "--allow", "192.0.2.0/24")
    try:
        yield running.started()
    finally:
        running.close()


def test_every_region_is_unfit_and_every_verdict_unknown_with_that_reason(cut_off: Running) -> None:
    until("all regions are unfit", lambda: set(cut_off.fitness().values()) == {"unfit"})
    until("all verdicts are unknown", lambda: set(cut_off.scopes().values()) == {"unknown"})
    ends_s = time.monotonic() + HOLDS_S
    while time.monotonic() < ends_s:
        assert set(cut_off.scopes().values()) == {"unknown"}
        assert cut_off.get("/v1/incidents")["items"] == []
        time.sleep(0.5)
    for service in cut_off.get("/v1/services")["items"]:
        assert "reference" in service["verdict"]["reason"]
