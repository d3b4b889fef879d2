"""What is read again, taken over, or left as it is."""

import logging
from pathlib import Path

import pytest

from worker.contract.reloading.private import PrivateCopy, Retired
from worker.contract.reloading.reloads import ReloadError, Reloads, prefer, secret, told_in, touched


class Thing:
    """A value that can change, and what was taken of it."""

    def __init__(self, value: object) -> None:
        self.value = value
        self.taken: list[object] = []

    def read(self) -> object:
        if isinstance(self.value, Exception):
            raise self.value
        return self.value

    def take(self, value: object) -> None:
        if value == "refused":
            raise ReloadError("it does not work")
        self.taken.append(value)


def lines(caplog: pytest.LogCaptureFixture) -> list[tuple[str, str]]:
    return [(record.levelname, record.message) for record in caplog.records]


def test_only_what_differs_is_taken_and_named(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO)
    same, other, reloads = Thing(1), Thing(1), Reloads()
    reloads.add("SAME", 1, same.read, same.take)
    reloads.add("OTHER", 1, other.read, other.take)
    other.value = 2
    reloads.reload()
    reloads.reload()
    assert (same.taken, other.taken) == ([], [2])
    assert lines(caplog) == [
        ("INFO", "reloaded changed=OTHER kept=-"),
        ("INFO", "reloaded changed=- kept=-"),
    ]


@pytest.mark.parametrize(
    ("bad", "said"),
    [
        (ReloadError("it is empty"), "it is empty"),
        (FileNotFoundError(2, "No such file", "/x"), "[Errno 2] No such file: '/x'"),
        (KeyError("s3cret"), "KeyError"),
        ("refused", "it does not work"),
    ],
)
def test_what_is_of_no_use_stays_as_it_was_and_holds_nothing_else_up(
    bad: object, said: str, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO)
    broken, well, reloads = Thing("old"), Thing("old"), Reloads()
    reloads.add("BROKEN", "old", broken.read, broken.take)
    reloads.add("WELL", "old", well.read, well.take)
    broken.value, well.value = bad, "new"
    reloads.reload()
    assert (broken.taken, well.taken) == ([], ["new"])
    assert lines(caplog) == [
        ("WARNING", f"not_reloaded setting=BROKEN its old value stays in use: {said}"),
        ("INFO", "reloaded changed=WELL kept=BROKEN"),
    ]
    broken.value = "new"
    reloads.reload()
    assert broken.taken == ["new"]


def test_what_is_added_after_a_reload_catches_up() -> None:
    thing, reloads = Thing("new"), Reloads()
    reloads.add("THING", "old", thing.read, thing.take)
    reloads.catch_up()
    assert thing.taken == []
    reloads.reload()
    late = Thing("new")
    reloads.add("LATE", "old", late.read, late.take)
    reloads.catch_up()
    assert late.taken == ["new"]


def test_the_ready_file_is_touched_when_it_is_done(tmp_path: Path) -> None:
    ready = tmp_path / "ready"
    ready.touch()
    before = ready.stat().st_mtime_ns
    Reloads(touched(ready)).reload()
    assert ready.stat().st_mtime_ns > before
    Reloads(touched(None)).reload()


@pytest.mark.parametrize(
    ("works", "taken"),
    [({"new", "old"}, True), ({"new"}, True), ({"old"}, False), (set(), True)],
)
def test_a_new_one_is_refused_only_while_the_old_one_works(works: set[str], taken: bool) -> None:
    def trouble(one: str) -> str:
        return "" if one in works else "it does not answer"

    if taken:
        prefer("new", "old", trouble)
    else:
        with pytest.raises(ReloadError, match="does not answer"):
            prefer("new", "old", trouble)


def test_a_secret_is_read_from_its_file_first(tmp_path: Path) -> None:
    file = tmp_path / "secret"
    environ = {"X": "there", "X_FILE": str(file)}
    assert (told_in("X", environ), told_in("X", {"X": "there"})) == ("X_FILE", "X")
    for content, why in ((None, "No such file"), (b" \n", "is empty"), (b"\xff", "UTF-8")):
        if content is not None:
            file.write_bytes(content)
        with pytest.raises(ReloadError, match=f"X_FILE names {file}.*{why}"):
            secret("X", environ)
    file.write_text("here\n")
    assert secret("X", environ) == "here"
    assert (secret("X", {"X": " there "}), secret("X", {})) == ("there", "")


def test_a_private_copy_outlives_its_file_and_nobody_else_changes_it(tmp_path: Path) -> None:
    file = tmp_path / "ca.pem"
    file.write_bytes(b"first")
    copy = PrivateCopy(file.read_bytes())
    file.write_bytes(b"second")
    assert Path(copy.path).read_bytes() == b"first"
    assert Path(copy.path).read_bytes() == b"first"
    copy.close()


def test_what_is_retired_is_closed_once_nobody_can_be_using_it() -> None:
    closed: list[int] = []
    lasting, passing = Retired(after_s=60), Retired(after_s=-1)
    for number in range(3):
        lasting.add(lambda number=number: closed.append(number))
    assert closed == []
    lasting.close()
    assert closed == [0, 1, 2]
    passing.add(lambda: closed.append(3))
    passing.add(lambda: closed.append(4))
    assert closed == [0, 1, 2, 3]
