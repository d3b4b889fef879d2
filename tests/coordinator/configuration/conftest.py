"""A configuration written to a file, and what is wrong with it."""

from collections.abc import Callable
from pathlib import Path

import pytest

from coordinator.configuration import Configuration, ConfigurationError, load_configuration
from worker.contract.kind import CheckParams
from worker.contract.target import Target, asked_at


class DoorParams(CheckParams):
    """Parameters of a kind that exists only in these tests."""

    url: str
    knocks: int = 3

    def targets(self) -> tuple[Target, ...]:
        return (asked_at(self.url),)


KINDS = {"door": DoorParams}

VALID = """\
regions:
  - {id: eu-west, name: Ireland, country: IE, continent: EU, latitude: 53.3, longitude: -6.3}
  - {id: us-east, country: US, continent: NA, latitude: 38.9, longitude: -77.5}
services:
  - id: shop
    name: Shop
    components:
      - id: web
        checks:
          - {id: shop-web, kind: door, url: "http://shop.example", interval: 30s, timeout: 5s}
"""

Load = Callable[[str], Configuration]
Mistakes = Callable[[str], list[str]]


@pytest.fixture
def valid_yaml() -> str:
    """A small configuration without mistakes."""
    return VALID


@pytest.fixture
def load(tmp_path: Path) -> Load:
    """Loads a configuration from its text."""

    def from_text(text: str) -> Configuration:
        path = tmp_path / "outscope.yaml"
        path.write_text(text)
        return load_configuration(path, KINDS)

    return from_text


@pytest.fixture
def mistakes(load: Load, tmp_path: Path) -> Mistakes:
    """The mistakes of a configuration, each as it is shown, without the folder."""

    def found(text: str) -> list[str]:
        with pytest.raises(ConfigurationError) as caught:
            load(text)
        return [str(mistake).replace(f"{tmp_path}/", "") for mistake in caught.value.mistakes]

    return found
