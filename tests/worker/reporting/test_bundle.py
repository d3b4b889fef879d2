"""Rows of a time in which nobody is heard: on disk at once, and one report of many."""

import json
from pathlib import Path

from worker.reporting.bundle import Bundle, left_behind, path_of
from worker.reporting.outbox import Key

KEY = Key("b", 3)


def row(number: int) -> bytes:
    return json.dumps(["web", number, 0, number, number, True]).encode()


def test_rows_are_on_disk_as_soon_as_they_are_added(tmp_path: Path) -> None:
    bundle = Bundle(tmp_path, KEY)
    bundle.add([row(1), row(2)])
    bundle.add([row(3)])
    assert list(left_behind(tmp_path)) == [(KEY, path_of(tmp_path, KEY), [row(1), row(2), row(3)])]
    bundle.forget()
    assert list(left_behind(tmp_path)) == []


def test_a_torn_row_is_left_out_and_the_others_are_not(tmp_path: Path) -> None:
    bundle = Bundle(tmp_path, KEY)
    bundle.add([row(1), row(2)])
    path = path_of(tmp_path, KEY)
    path.write_bytes(path.read_bytes()[:-4])
    assert [rows for _, _, rows in left_behind(tmp_path)] == [[row(1)]]


def test_what_is_no_bundle_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "what-is-this.rows").write_bytes(b"x\n")
    (tmp_path / "b-0000000001.rows").write_bytes(b"\xff\xfe\n\x00\n{}\n")
    assert [rows for _, _, rows in left_behind(tmp_path)] == [[]]
