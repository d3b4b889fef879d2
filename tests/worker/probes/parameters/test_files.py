"""Files of the worker that a check may name: below one folder, and nowhere else."""

from pathlib import Path

import pytest

from worker.probes.parameters.files import SETTING, FileError, held, plain_name


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    folder = tmp_path / "certificates"
    (folder / "inner").mkdir(parents=True)
    (folder / "inner" / "a.pem").write_text("a")
    (tmp_path / "outside.pem").write_text("secret")
    (folder / "link.pem").symlink_to(tmp_path / "outside.pem")
    return folder


def test_a_file_below_the_folder_is_found(folder: Path) -> None:
    assert held("inner/a.pem", folder).read_text() == "a"


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("../outside.pem", "is not below"),
        ("link.pem", "is not below"),
        ("/etc/passwd", "is not below"),
        ("none.pem", "there is no file none.pem"),
        ("inner", "there is no file inner"),
    ],
)
def test_nothing_else_is(folder: Path, name: str, words: str) -> None:
    with pytest.raises(FileError, match=words):
        held(name, folder)


def test_without_a_folder_there_are_no_files() -> None:
    with pytest.raises(FileError, match=SETTING):
        held("a.pem", None)


@pytest.mark.parametrize("name", ["", "/a", "../a", "a/../../b", "a\0b"])
def test_names_that_lead_out_are_refused_at_once(name: str) -> None:
    with pytest.raises(ValueError, match="must be a path below"):
        plain_name(name)
