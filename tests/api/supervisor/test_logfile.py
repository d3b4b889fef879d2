"""Logs stay small, and their writer is not disturbed."""

from pathlib import Path

from api.supervisor.logfile import KEPT, last_lines, opened, roll, roll_if_large


def test_a_rolled_log_begins_anew_while_its_writer_goes_on(tmp_path: Path) -> None:
    path = tmp_path / "logs" / "worker.log"
    with opened(path) as log:
        log.write(b"one\n")
        log.flush()
        roll(path)
        log.write(b"two\n")
    assert path.read_bytes() == b"two\n"
    assert path.with_name("worker.log.1").read_bytes() == b"one\n"


def test_only_a_few_old_logs_are_kept(tmp_path: Path) -> None:
    path = tmp_path / "worker.log"
    for number in range(KEPT + 3):
        path.write_text(str(number))
        roll(path)
    assert sorted(file.name for file in tmp_path.iterdir()) == [
        "worker.log",
        *(f"worker.log.{number}" for number in range(1, KEPT + 1)),
    ]
    assert path.with_name("worker.log.1").read_text() == str(KEPT + 2)


def test_an_empty_or_small_log_is_left_alone(tmp_path: Path) -> None:
    path = tmp_path / "worker.log"
    roll(path)
    path.write_text("small")
    roll_if_large(path, largest=10)
    assert [file.name for file in tmp_path.iterdir()] == ["worker.log"]
    roll_if_large(path, largest=4)
    assert path.read_text() == ""


def test_logs_are_for_their_owner_only(tmp_path: Path) -> None:
    path = tmp_path / "worker.log"
    with opened(path):
        assert path.stat().st_mode & 0o077 == 0


def test_the_last_lines_tell_why(tmp_path: Path) -> None:
    path = tmp_path / "worker.log"
    assert last_lines(path) == []
    path.write_text("".join(f"line {number}\n" for number in range(5000)))
    assert last_lines(path, 2) == ["line 4998", "line 4999"]
