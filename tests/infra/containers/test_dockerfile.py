"""The Dockerfile keeps to what its linter knows, and copies what a build needs."""

import fnmatch
import re
import subprocess
import sys
import tomllib
from pathlib import Path

from tests.infra.containers.composed import FILES, FOLDER, ours, services

ROOT = Path(__file__).resolve().parents[3]
DOCKERFILE = FOLDER / "Dockerfile"
TEXT = DOCKERFILE.read_text()


def test_the_linter_finds_nothing() -> None:
    hadolint = Path(sys.executable).with_name("hadolint")
    done = subprocess.run(
        [hadolint, DOCKERFILE], capture_output=True, text=True, timeout=120, check=False
    )
    assert done.returncode == 0, done.stdout


def test_what_is_copied_is_there_and_nothing_keeps_it_out() -> None:
    kept = (FOLDER / "Dockerfile.dockerignore").read_text().splitlines()
    let_in = [line[1:] for line in kept if line.startswith("!")]
    copied = [
        name
        for line in re.findall(r"^COPY (?!--from)(.*)$", TEXT, re.MULTILINE)
        for name in line.split()[:-1]
    ]
    assert copied
    for name in copied:
        assert (ROOT / name).exists()
        assert any(fnmatch.fnmatch(name, pattern) for pattern in let_in), name


def test_every_image_that_compose_builds_is_a_stage() -> None:
    stages = set(re.findall(r"^FROM .* AS (\S+)$", TEXT, re.MULTILINE))
    built = [
        one["build"]["target"] for file in FILES for one in services(file).values() if ours(one)
    ]
    assert set(built) == {"outscope", "worker"}
    assert set(built) <= stages


def test_the_versions_are_those_of_the_product() -> None:
    version = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["version"]
    assert f'image.version="{version}"' in TEXT
    for file in FILES:
        for service in services(file).values():
            assert not ours(service) or service["image"].endswith(f":{version}")
