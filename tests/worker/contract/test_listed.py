"""A folder that lists itself."""

import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from worker.contract.listed import Listed

PACKAGE = "made_for_test_listed"


@pytest.fixture
def fruit(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Listed[str]]:
    """A package of two files and a folder."""
    folder = tmp_path / PACKAGE
    (folder / "cherry").mkdir(parents=True)
    (folder / "__init__.py").touch()
    (folder / "cherry" / "__init__.py").write_text("TASTE = 'dark'")
    (folder / "cherry" / "stone.py").write_text("TASTE = 'none'")
    (folder / "banana.py").write_text("TASTE = 'sweet'")
    (folder / "apple.py").write_text("raise ImportError('worm')")
    monkeypatch.syspath_prepend(str(tmp_path))
    yield Listed(PACKAGE, [str(folder)], "TASTE")
    for name in [name for name in sys.modules if name.startswith(PACKAGE)]:
        del sys.modules[name]


def test_files_and_folders_are_listed_in_alphabetical_order_and_what_is_inside_is_not(
    fruit: Listed[str],
) -> None:
    assert list(fruit) == ["apple", "banana", "cherry"]
    assert len(fruit) == 3
    assert "stone" not in fruit


def test_a_file_is_loaded_when_it_is_first_asked_for(fruit: Listed[str]) -> None:
    assert (fruit["banana"], fruit["cherry"]) == ("sweet", "dark")
    assert {f"{PACKAGE}.banana", f"{PACKAGE}.cherry"} <= sys.modules.keys()
    assert f"{PACKAGE}.apple" not in sys.modules
    with pytest.raises(ImportError, match="worm"):
        fruit["apple"]


def test_what_is_not_there_is_not_looked_for(fruit: Listed[str]) -> None:
    assert fruit.get("cherry.stone") is None
    assert fruit.get("durian") is None
