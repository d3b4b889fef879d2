"""The wheel, built once, and an environment for each extra."""

from collections.abc import Callable
from functools import cache
from pathlib import Path

import pytest

from tests.installation.environments import ROOT, Environment, Wheel, uv


@pytest.fixture(scope="session")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Wheel:
    """The wheel of this source tree."""
    folder = tmp_path_factory.mktemp("wheel")
    uv("build", "--wheel", "--out-dir", folder, ROOT)
    (path,) = folder.glob("*.whl")
    return Wheel(path)


@pytest.fixture(scope="session")
def environment(
    wheel: Wheel, tmp_path_factory: pytest.TempPathFactory
) -> Callable[[str], Environment]:
    """Gives the clean environment of an extra; of none for the empty name."""
    folder: Path = tmp_path_factory.mktemp("environments")

    @cache
    def made(extra: str) -> Environment:
        return Environment.made(folder / (extra or "none"), wheel, extra)

    return made
