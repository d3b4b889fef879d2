"""Files that are whole or not there: never half of one, and none replaced that was not meant."""

import errno
import os
import resource
import stat
import subprocess
import sys
from pathlib import Path
from threading import Barrier, Thread

import pytest

from coordinator.runtime import durable
from coordinator.runtime.durable import writing

FULL = """
import sys
from pathlib import Path
from coordinator.runtime.durable import writing
with writing(Path(sys.argv[1]), overwrite=True) as file:
    for _ in range(100):
        file.write(b"x" * 65536)
"""


def test_a_file_that_is_there_stays_and_nothing_is_left_beside(tmp_path: Path) -> None:
    path = tmp_path / "kept"
    path.write_text("old")
    with pytest.raises(FileExistsError), writing(path, overwrite=False) as file:
        file.write(b"new")
    assert (path.read_text(), os.listdir(tmp_path)) == ("old", ["kept"])


def test_where_a_file_system_knows_no_second_names_a_file_stays_as_well(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refused(*_: object) -> None:
        raise OSError(errno.EPERM, "no links here")

    monkeypatch.setattr(durable.os, "link", refused)
    with writing(tmp_path / "a", overwrite=False) as file:
        file.write(b"first")
    with pytest.raises(FileExistsError), writing(tmp_path / "a", overwrite=False) as file:
        file.write(b"second")
    assert (tmp_path / "a").read_text() == "first"
    assert os.listdir(tmp_path) == ["a"]


def test_of_many_who_write_the_same_new_file_one_wins(tmp_path: Path) -> None:
    path, together, lost = tmp_path / "one", Barrier(8), list[int]()

    def write(number: int) -> None:
        try:
            with writing(path, overwrite=False) as file:
                file.write(str(number).encode() * 1000)
                together.wait()
        except FileExistsError:
            lost.append(number)

    threads = [Thread(target=write, args=(number,)) for number in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    won = {*range(8)} - {*lost}
    assert len(won) == 1
    assert path.read_text() == str(won.pop()) * 1000
    assert os.listdir(tmp_path) == ["one"]


def test_a_full_disk_leaves_the_old_file_and_nothing_else(tmp_path: Path) -> None:
    path = tmp_path / "kept"
    path.write_text("old")

    def small() -> None:
        resource.setrlimit(resource.RLIMIT_FSIZE, (1 << 20, 1 << 20))

    ran = subprocess.run(
        [sys.executable, "-c", FULL, str(path)], preexec_fn=small, capture_output=True, check=False
    )
    assert ran.returncode == 1
    assert b"File too large" in ran.stderr
    assert (path.read_text(), os.listdir(tmp_path)) == ("old", ["kept"])


def test_a_new_file_gets_the_usual_permissions_and_one_that_is_replaced_keeps_its_own(
    tmp_path: Path,
) -> None:
    before = os.umask(0o027)
    try:
        with writing(tmp_path / "new", overwrite=False):
            pass
        with writing(tmp_path / "secret", overwrite=False, mode=0o600):
            pass
        with writing(tmp_path / "secret", overwrite=True):
            pass
    finally:
        os.umask(before)
    modes = [stat.S_IMODE((tmp_path / name).stat().st_mode) for name in ("new", "secret")]
    assert modes == [0o640, 0o600]
