"""What is found about this machine."""

import os
import resource
import subprocess
import sys
from pathlib import Path

import pytest

from coordinator.doctor import State, machine
from coordinator.doctor.finding import masked, secrets_of


def room(total: int, free: int) -> machine.Usage:
    return lambda _: (total, total - free, free)


@pytest.mark.parametrize(
    ("free", "state"),
    [(50_000_000_000, State.OK), (1_000_000_000, State.WARNING), (100_000_000, State.FAILURE)],
)
def test_room_on_a_disk(tmp_path: Path, free: int, state: State) -> None:
    (told,) = machine.look_at_disk([tmp_path / "not" / "yet", tmp_path], room(80_000_000_000, free))
    assert told.state is state
    assert f"{free / 1e9:,.1f} GB of 80.0 GB" in told.said
    assert told.said.endswith(f"{tmp_path}/not/yet and {tmp_path}")
    assert not (tmp_path / "not").exists()


def test_the_real_disk_has_a_size(tmp_path: Path) -> None:
    (told,) = machine.look_at_disk([tmp_path])
    assert " of 0.0 GB" not in told.said


@pytest.mark.parametrize(
    ("offset", "state"),
    [(0, State.OK), (900, State.OK), (-1_500, State.WARNING), (31_000, State.FAILURE)],
)
def test_clocks_that_differ(offset: int, state: State) -> None:
    told = machine.look_at_clock([("the broker", 0), ("the database", offset)])
    assert told.state is state
    assert f"the database is {offset / 1000:+.1f} s from here" in told.said


def test_what_lies_within_the_question_is_no_difference() -> None:
    assert machine.offset_ms(1000, 1040, 1080) == 0
    assert machine.offset_ms(1000, 1090, 1080) == 10
    assert machine.offset_ms(1000, 990, 1080) == -10


def test_few_open_files_are_a_warning() -> None:
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    try:
        resource.setrlimit(resource.RLIMIT_NOFILE, (512, hard))
        told = machine.look_at_open_files()
    finally:
        resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))
    assert (told.state, "ulimit -n" in told.todo) == (State.WARNING, True)


def test_python_and_sqlite_are_told() -> None:
    told = machine.look_at_python()
    assert told.state is State.OK
    assert "SQLite 3." in told.said


@pytest.mark.parametrize(
    ("url", "shown"),
    [
        ("postgres://me:p%40ss@db.internal:5432/x?password=y", "postgres://db.internal:5432/x"),
        ("rediss://:secret@[fd00::1]:6379/0", "rediss://[fd00::1]:6379/0"),
        ("sqlite:///var/lib/x.db", "sqlite:///var/lib/x.db"),
        ("redis://u:p@host:notaport/0", "a URL that cannot be read"),
    ],
)
def test_urls_are_shown_without_secrets(url: str, shown: str) -> None:
    assert masked(url) == shown


def test_secrets_are_known_in_every_form() -> None:
    assert secrets_of("postgres://me:p%40ss@db/x?sslkey=abc&port=1") == ["p%40ss", "p@ss", "abc"]
    assert secrets_of(None) == []


def test_a_folder_that_can_be_written_is_well(tmp_path: Path) -> None:
    told = machine.look_at_writing([tmp_path / "not" / "yet"])
    assert told.state is State.OK
    assert not (tmp_path / "not").exists()


def test_a_read_only_file_system_is_named(tmp_path: Path) -> None:
    if os.getuid() != 0:
        pytest.skip("only root mounts something")
    look = "from coordinator.doctor import machine; from pathlib import Path; "
    look += f"print(machine.look_at_writing([Path({str(tmp_path)!r}) / 'not' / 'yet']))"
    mount = f'mount -t tmpfs -o ro none "{tmp_path}" && exec "$@"'
    done = subprocess.run(
        ["unshare", "--mount", "sh", "-c", mount, "sh", sys.executable, "-c", look],
        capture_output=True,
        text=True,
        check=True,
        timeout=60,
    )
    assert "yet cannot be written: its file system is mounted read-only" in done.stdout
    assert "OUTSCOPE_DATA" in done.stdout


@pytest.mark.parametrize(("limit", "state"), [("max", State.OK), ("400000000", State.WARNING)])
def test_little_memory_is_told(tmp_path: Path, limit: str, state: State) -> None:
    file = tmp_path / "memory.max"
    file.write_text(limit)
    told = machine.look_at_memory([str(tmp_path / "missing"), str(file)])
    assert told.state is state
    assert told.said.endswith("MB of memory")
