"""The outbox on a real disk, full and broken ones included."""

import logging
import resource
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from worker.reporting.outbox import BLOCK_BYTES, Key, Outbox, StateTakenError, held


def body(seq: int, size: int = 20) -> bytes:
    return b'{"seq":%d,"fill":"%s"}' % (seq, b"x" * size)


@pytest.fixture
def refusing(tmp_path: Path) -> Iterator[Path]:
    """A folder that takes no more files: one vanished from under the outbox, which is how a lost
    mount looks.
    """
    folder = tmp_path / "outbox"
    folder.mkdir()
    yield folder
    shutil.rmtree(folder, ignore_errors=True)


def test_what_was_added_is_read_until_it_is_removed(tmp_path: Path) -> None:
    outbox = Outbox(tmp_path)
    key = Key("a", 1)
    outbox.add(key, body(1))
    assert outbox.read(key) == body(1)
    outbox.remove([key, Key("never", 9)])
    assert outbox.read(key) is None
    assert not list(tmp_path.iterdir())


def test_a_new_outbox_on_the_same_folder_has_the_same_reports_in_order_of_making(
    tmp_path: Path,
) -> None:
    first = Outbox(tmp_path)
    for key in (Key("b", 11), Key("a", 2), Key("a", 10)):
        first.add(key, body(key.seq))
    second = Outbox(tmp_path)
    assert second.keys() == [Key("a", 2), Key("a", 10), Key("b", 11)]
    assert second.read(Key("a", 10)) == body(10)


def test_beyond_its_limit_the_oldest_are_dropped_and_counted(tmp_path: Path) -> None:
    outbox = Outbox(tmp_path, limit_bytes=3 * BLOCK_BYTES)
    for seq in range(5):
        outbox.add(Key("a", seq), body(seq))
    assert outbox.keys() == [Key("a", seq) for seq in (2, 3, 4)]
    assert outbox.dropped == 2
    assert len(list(tmp_path.iterdir())) == 3


def test_one_report_larger_than_the_limit_is_kept_alone(tmp_path: Path) -> None:
    outbox = Outbox(tmp_path, limit_bytes=BLOCK_BYTES)
    outbox.add(Key("a", 0), body(0))
    outbox.add(Key("a", 1), body(1, size=3 * BLOCK_BYTES))
    assert outbox.keys() == [Key("a", 1)]


@pytest.mark.parametrize("content", [b"", b"{", b'{"seq":1', b"\x00\x00\x00", b"[]"])
def test_a_torn_file_is_set_aside_at_the_start_and_told(
    tmp_path: Path, content: bytes, caplog: pytest.LogCaptureFixture
) -> None:
    (tmp_path / "a-0000000001.json").write_bytes(content)
    (tmp_path / "a-0000000002.json").write_bytes(body(2))
    (tmp_path / "a-0000000003.tmp").write_bytes(b"half of")
    (tmp_path / "what-is-this.json").write_bytes(body(4))
    with caplog.at_level(logging.WARNING):
        outbox = Outbox(tmp_path)
    assert outbox.keys() == [Key("a", 2)]
    assert sorted(path.name for path in tmp_path.iterdir()) == [
        "a-0000000001.corrupt",
        "a-0000000002.json",
        "what-is-this.corrupt",
    ]
    assert caplog.text.count("outbox_corrupt") == 2


def test_a_disk_that_refuses_costs_nothing_while_memory_lasts_and_is_told_once(
    refusing: Path, caplog: pytest.LogCaptureFixture
) -> None:
    outbox = Outbox(refusing, memory_limit_bytes=3 * len(body(0)))
    refusing.rmdir()
    for seq in range(5):
        outbox.add(Key("a", seq), body(seq))
    assert outbox.keys() == [Key("a", seq) for seq in (2, 3, 4)]
    assert outbox.read(Key("a", 4)) == body(4)
    assert outbox.dropped == 2
    assert caplog.text.count("outbox_disk_refuses") == 1
    assert outbox.fault.startswith("the state folder takes no more")
    refusing.mkdir()
    outbox.add(Key("a", 5), body(5))
    assert not outbox.fault
    assert outbox.read(Key("a", 5)) == body(5)


def test_a_write_that_fails_half_way_leaves_no_torn_report(tmp_path: Path) -> None:
    """A limit on the size of files stops the write as a full disk does: after some bytes."""
    outbox = Outbox(tmp_path)
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (10, hard))
    try:
        outbox.add(Key("a", 0), body(0))
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
    assert not list(tmp_path.iterdir())
    assert outbox.read(Key("a", 0)) == body(0)


def test_a_file_that_vanished_is_a_counted_loss_and_no_crash(tmp_path: Path) -> None:
    outbox = Outbox(tmp_path)
    outbox.add(Key("a", 1), body(1))
    next(tmp_path.iterdir()).unlink()
    assert outbox.read(Key("a", 1)) is None
    assert outbox.read(Key("a", 1)) is None
    assert (len(outbox), outbox.dropped) == (0, 1)


def test_a_state_folder_is_held_by_one_worker_at_a_time(tmp_path: Path) -> None:
    with held(tmp_path / "state"), pytest.raises(StateTakenError), held(tmp_path / "state"):
        pass
    with held(tmp_path / "state"):
        pass


@settings(max_examples=50)
@given(
    steps=st.lists(
        st.tuples(st.booleans(), st.integers(0, 9), st.integers(0, 3 * BLOCK_BYTES)), max_size=30
    )
)
def test_whatever_happens_the_disk_holds_exactly_what_the_outbox_says(
    steps: list[tuple[bool, int, int]], tmp_path_factory: pytest.TempPathFactory
) -> None:
    folder = tmp_path_factory.mktemp("outbox")
    outbox = Outbox(folder, limit_bytes=8 * BLOCK_BYTES)
    for number, (adds, seq, size) in enumerate(steps):
        if adds:
            outbox.add(Key("a", number), body(number, size))
        else:
            outbox.remove([Key("a", seq)])
    assert sorted(path.name for path in folder.iterdir()) == [
        f"a-{key.seq:010d}.json"
        for key in outbox.keys()  # noqa: SIM118 - no dict
    ]
    on_disk = sum(-(-path.stat().st_size // BLOCK_BYTES) * BLOCK_BYTES for path in folder.iterdir())
    assert on_disk <= 8 * BLOCK_BYTES or len(outbox) == 1
    assert Outbox(folder).keys() == outbox.keys()
