"""A tree is ready when its versions agree, its changelog closes with them, and builds are equal."""

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[3]
sys.path.insert(0, str(ROOT / "infra" / "dev"))
from release import (  # noqa: E402
    PLACES,
    NotReadyError,
    check_changelog,
    check_versions,
    set_version,
    versions,
)

READY = "# Changelog\n\n## Unreleased\n\n## 0.2.0 - 2026-12-01\n\n### Added\n- A thing.\n"


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    """A copy of the files in which a version stands."""
    for name in (*PLACES, "CHANGELOG.md"):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(ROOT / name, tmp_path / name)
    return tmp_path


def test_the_version_is_the_same_in_every_place() -> None:
    assert all(len(found) == 1 for found in versions(ROOT).values())
    check_versions(ROOT)


def test_a_version_is_set_everywhere_and_closes_the_changelog(tree: Path) -> None:
    set_version(tree, "9.8.7", "2026-12-01")
    assert check_versions(tree) == "9.8.7"
    changelog = (tree / "CHANGELOG.md").read_text()
    check_changelog(changelog, "9.8.7")
    set_version(tree, "9.8.7", "2026-12-02")  # again: nothing changes
    assert (tree / "CHANGELOG.md").read_text() == changelog


def test_a_place_that_was_forgotten_is_named(tree: Path) -> None:
    set_version(tree, "9.8.7", "2026-12-01")
    chart = tree / "infra/helm/outscope/Chart.yaml"
    chart.write_text(chart.read_text().replace("9.8.7", "0.1.0"))
    with pytest.raises(NotReadyError, match=r"Chart\.yaml says 0\.1\.0 and pyproject"):
        check_versions(tree)


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        (READY.replace("## 0.2.0", "- One more.\n\n## 0.2.0"), "entries that no version holds"),
        (READY.replace(" - 2026-12-01", ""), "no section '## 0.2.0 - DATE'"),
        (READY.replace("- A thing.\n", ""), "no section '## 0.2.0 - DATE' with entries"),
    ],
)
def test_a_changelog_that_does_not_close_is_refused(text: str, sentence: str) -> None:
    check_changelog(READY, "0.2.0")
    with pytest.raises(NotReadyError, match=sentence):
        check_changelog(text, "0.2.0")


def test_what_is_no_version_is_refused(tree: Path) -> None:
    with pytest.raises(NotReadyError, match="is no version; write one such as"):
        set_version(tree, "next", "2026-12-01")


@pytest.mark.slow
def test_a_tree_with_its_version_set_is_built_twice_alike_and_installed(tmp_path: Path) -> None:
    tree = tmp_path / "tree"
    listed = ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"]
    names = subprocess.run(listed, cwd=ROOT, capture_output=True, text=True, check=False)
    if names.returncode:
        pytest.skip("this is no clone of git")
    for name in filter(None, names.stdout.split("\0")):
        if (ROOT / name).is_file():
            (tree / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(ROOT / name, tree / name)
    git = ["git", "-c", "user.name=x", "-c", "user.email=x@example.com"]
    for words in (["init", "-q"], ["add", "-A"], ["commit", "-q", "-m", "x"]):
        subprocess.run([*git, *words], cwd=tree, check=True)
    release = [sys.executable, str(ROOT / "infra/dev/release.py"), "--root", str(tree)]
    subprocess.run([*release, "set", "9.8.7"], check=True, timeout=60)
    done = subprocess.run(
        [*release, "check"], capture_output=True, text=True, timeout=900, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert done.stdout.count("is the same twice") == 2
    assert "outscope 9.8.7" in done.stdout
