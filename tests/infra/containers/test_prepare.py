"""What `docker compose run --rm prepare` runs: secrets once, certificates as often as need be."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

SCRIPT = Path("infra/containers/prepare.sh").absolute()


@pytest.fixture
def command(tmp_path: Path) -> Path:
    """A folder with this tree's `outscope`."""
    found = tmp_path / "bin" / "outscope"
    found.parent.mkdir()
    found.write_text(f'#!/bin/sh\nexec {sys.executable} -m api.cli "$@"\n')
    found.chmod(0o755)
    return found.parent


def prepared(command: Path, folder: Path, name: str) -> subprocess.CompletedProcess[str]:
    path = f"{command}:{os.environ['PATH']}"
    return subprocess.run(
        ["sh", str(SCRIPT), str(folder)],
        env={**os.environ, "PATH": path, "BROKER_NAME": name},
        capture_output=True,
        text=True,
        check=False,
    )


def test_what_is_there_stays_without_a_word_and_another_name_is_told(
    command: Path, tmp_path: Path
) -> None:
    folder = tmp_path / "secrets"
    first = prepared(command, folder, "broker.example.com")
    assert (first.returncode, first.stderr) == (0, ""), first.stderr
    made = {path.name: path.read_bytes() for path in folder.iterdir() if path.is_file()}

    again = prepared(command, folder, "broker.example.com")
    other = prepared(command, folder, "other.example.com")

    assert (again.returncode, again.stderr) == (0, "")
    assert other.returncode == 1
    assert "broker.pem is for another name than other.example.com" in other.stderr
    assert made == {path.name: path.read_bytes() for path in folder.iterdir() if path.is_file()}


def test_a_new_certificate_is_of_the_same_authority(command: Path, tmp_path: Path) -> None:
    folder = tmp_path / "secrets"
    prepared(command, folder, "broker.example.com")
    authority = (folder / "ca.pem").read_bytes()
    (folder / "broker.pem").unlink()

    renewed = prepared(command, folder, "other.example.com")

    assert renewed.returncode == 0, renewed.stderr
    assert (folder / "ca.pem").read_bytes() == authority
    subprocess.run(
        [
            "openssl",
            "verify",
            "-CAfile",
            "ca.pem",
            "-verify_hostname",
            "other.example.com",
            "broker.pem",
        ],
        cwd=folder,
        check=True,
        capture_output=True,
    )
