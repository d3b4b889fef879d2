"""Clean environments with one extra of the wheel each, made by uv from its cache."""

import os
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from importlib.metadata import PathDistribution
from pathlib import Path
from zipfile import Path as ZipPath
from zipfile import ZipFile

from worker.contract.installed import Extras, read_extras

ROOT = Path(__file__).parents[2]
PINNED = ROOT / "requirements" / "dev.txt"
LEFT_OUT = ("PYTHON", "OUTSCOPE_", "VIRTUAL_ENV", "PIP_", "COLUMNS")
"""What a clean environment must not learn from this one."""


def uv(*arguments: object) -> None:
    """Run uv; its complaint is the failure."""
    command = [sys.executable, "-m", "uv", "--quiet", *map(str, arguments)]
    done = subprocess.run(command, capture_output=True, text=True, timeout=400, check=False)
    assert done.returncode == 0, done.stderr


@dataclass(frozen=True)
class Wheel:
    """The wheel of this source tree."""

    path: Path

    @cached_property
    def names(self) -> frozenset[str]:
        """The files in it."""
        with ZipFile(self.path) as archive:
            return frozenset(archive.namelist())

    @cached_property
    def extras(self) -> Extras:
        """What each extra brings, as its metadata says."""
        (folder,) = {name.partition("/")[0] for name in self.names if ".dist-info/" in name}
        told = PathDistribution(ZipPath(self.path, f"{folder}/")).requires  # type: ignore[arg-type]
        return read_extras(told or ())

    def wanted(self, extra: str) -> str:
        """What to ask an installer for."""
        return f"outscope[{extra}] @ {self.path.as_uri()}" if extra else str(self.path)


@dataclass(frozen=True)
class Environment:
    """A virtual environment with the wheel, and an extra of it."""

    folder: Path

    @classmethod
    def made(cls, folder: Path, wheel: Wheel, extra: str) -> "Environment":
        """A new one."""
        uv("venv", "--python", sys.executable, folder)
        environment = cls(folder)
        environment.add(wheel, extra)
        return environment

    def add(self, wheel: Wheel, extra: str) -> None:
        """Install a further extra."""
        python = self.folder / "bin/python"
        uv("pip", "install", "--python", python, "-c", PINNED, wheel.wanted(extra))

    def run(
        self, program: str, *arguments: object, **settings: str
    ) -> subprocess.CompletedProcess[str]:
        """Run a program of it, outside of the source tree."""
        return run([str(self.folder / "bin" / program), *map(str, arguments)], **settings)


def run(command: Sequence[str], **settings: str) -> subprocess.CompletedProcess[str]:
    """Run a program that knows nothing of this environment."""
    return subprocess.run(
        command,
        cwd="/",
        env=bare_environment(**settings),
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


def bare_environment(**settings: str) -> dict[str, str]:
    """The variables of this process without those that would lead back into the source tree."""
    kept = {name: text for name, text in os.environ.items() if not name.startswith(LEFT_OUT)}
    return {**kept, **settings}
