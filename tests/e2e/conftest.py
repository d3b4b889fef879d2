"""A target to look at, and a product that looks at it, shared by the tests of a file."""

import json
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from api.supervisor.claim import free_port
from tests.e2e.apart import Apart
from tests.e2e.running import Running
from tests.e2e.target import Target


@pytest.fixture(scope="module")
def target() -> Iterator[Target]:
    """Servers that are well."""
    target = Target()
    yield target
    target.close()


@pytest.fixture(scope="module")
def fast_config(target: Target, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A configuration on a fast clock that looks at the target from three regions."""
    path = tmp_path_factory.mktemp("config") / "outscope.yaml"
    path.write_text(json.dumps(target.configuration()))
    return path


@pytest.fixture(scope="module")
def product(fast_config: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    """A product that runs and looks at the target."""
    data = tmp_path_factory.mktemp("product") / "data"
    running = Running(data, free_port(), "--config", fast_config, "--allow", "127.3.0.0/16")
    try:
        yield running.started()
    finally:
        running.close()


@pytest.fixture
def apart(tmp_path: Path, free_port: Callable[[], int]) -> Iterator[Callable[..., Apart]]:
    made: list[Apart] = []

    def make(**environ: str) -> Apart:
        made.append(Apart(tmp_path / "product", free_port(), **environ))
        return made[-1]

    yield make
    for one in made:
        one.stop()
