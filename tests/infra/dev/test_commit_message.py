import os
import subprocess
import sys
from pathlib import Path
from shutil import copy

import pytest

from infra.dev.commit_message import mistakes

ROOT = Path(__file__).parents[3]
WHY = "\n\nIt was in the way of the next change.\n"


def test_a_subject_of_72_characters_and_a_body_are_well() -> None:
    assert not list(mistakes("x" * 72 + WHY))


def test_a_longer_subject_is_told_with_its_length() -> None:
    (said,) = mistakes("x" * 73 + WHY)
    assert "73 characters; at most 72" in said


@pytest.mark.parametrize(
    "message",
    [
        "Give rooms doors",
        "Give rooms doors\n\n# Please enter the commit message for your changes.\n",
        "Give rooms doors\n\nSigned-off-by: Somebody <somebody@example.com>\n",
        "Give rooms doors\n\n# ------------ >8 ------------\ndiff --git a b\n",
    ],
)
def test_a_message_without_a_body_that_says_why_is_told(message: str) -> None:
    (said,) = mistakes(message)
    assert "say in it why" in said


def test_a_body_that_follows_at_once_is_told() -> None:
    (said,) = mistakes("Give rooms doors\nIt was dark.\n")
    assert "second line is not empty" in said


@pytest.mark.parametrize("subject", ["Merge branch 'main' into rooms", "fixup! Give rooms doors"])
def test_what_git_writes_itself_is_left_alone(subject: str) -> None:
    assert not list(mistakes(subject))


@pytest.fixture
def repository(tmp_path: Path) -> Path:
    """A repository with this one's hooks installed; `make check` leaves a file there."""
    for name in (".pre-commit-config.yaml", "infra/dev/commit_message.py"):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        copy(ROOT / name, tmp_path / name)
    (tmp_path / "Makefile").write_text("check:\n\t@touch .git/checked\n")
    git(tmp_path, "init", "--quiet")
    git(tmp_path, "add", ".")
    git(tmp_path, "config", "user.name", "Somebody")
    git(tmp_path, "config", "user.email", "somebody@example.com")
    run(tmp_path, sys.executable, "-m", "pre_commit", "install")
    return tmp_path


def git(folder: Path, *words: str) -> subprocess.CompletedProcess[str]:
    return run(folder, "git", *words)


def run(folder: Path, *command: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        command,
        cwd=folder,
        env={
            "PATH": os.environ["PATH"],
            "HOME": str(folder),
            "PRE_COMMIT_HOME": f"{folder}/.git/pre-commit",
        },
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


@pytest.mark.slow
def test_git_runs_the_checks_and_refuses_a_message_that_says_no_why(repository: Path) -> None:
    refused = git(repository, "commit", "-m", "Give rooms doors")
    assert refused.returncode != 0
    assert "say in it why" in refused.stdout + refused.stderr
    assert (repository / ".git/checked").exists()
    taken = git(repository, "commit", "-m", "Give rooms doors", "-m", "It was dark.")
    assert taken.returncode == 0, taken.stderr
