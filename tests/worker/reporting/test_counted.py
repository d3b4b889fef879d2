"""What is left of looks for which there was no room."""

import json
from pathlib import Path

from worker.contract.message import MOST_LOST, MOST_LOST_SLOTS, Vitals
from worker.reporting.counted import FILE, MINUTE_MS, MOST_MINUTES, LostLooks
from worker.reporting.outbox import BLOCK_BYTES, Key, Outbox


def report(*looks: tuple[int, bool]) -> bytes:
    rows = [["web", 1, 0, at, at, ok] for at, ok in looks]
    return json.dumps({"seq": 1, "rows": rows}).encode()


def test_beyond_the_bound_looks_are_counted_by_minute(tmp_path: Path) -> None:
    lost = LostLooks(tmp_path)
    outbox = Outbox(tmp_path / "outbox", limit_bytes=BLOCK_BYTES, losing=lost.lose)
    outbox.add(Key("a", 1), report((0, True), (MINUTE_MS - 1, False)), packed=True)
    outbox.add(Key("a", 2), report((MINUTE_MS, True)))
    assert lost.vitals() == {
        "lost_looks": 2,
        "lost_minutes": ((0, 2, 1),),
        "lost_slots": (("web", 1, 1),),
    }
    outbox.add(Key("a", 3), report((5 * MINUTE_MS, True)))
    assert lost.vitals()["lost_looks"] == 3
    assert outbox.keys() == [Key("a", 3)]


def test_counts_survive_the_end_of_a_worker(tmp_path: Path) -> None:
    LostLooks(tmp_path).lose(report((0, False)))
    again = LostLooks(tmp_path)
    again.lose(report((1, True)))
    assert LostLooks(tmp_path).minutes() == ((0, 2, 1),)


def test_no_look_is_left_out_of_the_counts_however_many_minutes_there_are(tmp_path: Path) -> None:
    lost = LostLooks(tmp_path)
    for minute in range(2 * MOST_MINUTES):
        lost.lose(report((minute * MINUTE_MS, True)))
    assert len(lost.minutes()) == MOST_MINUTES
    assert lost.vitals()["lost_looks"] == 2 * MOST_MINUTES


def slots(*numbers: int, check: str = "web", attempt: int = 0) -> bytes:
    rows = [[check, slot, attempt, slot * 1_000, slot * 1_000, True] for slot in numbers]
    return json.dumps({"seq": 1, "rows": rows}).encode()


def told(lost: LostLooks) -> Vitals:
    return Vitals.model_validate(lost.vitals())


def test_which_looks_are_lost_is_told_until_the_coordinator_has_it(tmp_path: Path) -> None:
    lost = LostLooks(tmp_path)
    lost.lose(slots(1, 2, 3))
    lost.lose(slots(1, check="api"))
    lost.lose(slots(4, 6, 7))
    lost.lose(slots(9, attempt=1))
    vitals = told(lost)
    assert vitals.lost_slots == (("web", 1, 4), ("api", 1, 1), ("web", 6, 7))
    lost.lose(slots(8))
    lost = LostLooks(tmp_path)
    assert told(lost).lost_slots == (("web", 1, 4), ("api", 1, 1), ("web", 6, 8))
    lost.told(vitals)
    lost.told(vitals)
    assert told(lost).lost_slots == told(LostLooks(tmp_path)).lost_slots == (("web", 8, 8),)
    assert lost.vitals()["lost_looks"] == 9


def test_a_heartbeat_tells_of_some_and_the_next_one_of_the_rest(tmp_path: Path) -> None:
    lost = LostLooks(tmp_path)
    lost.lose(slots(*range(0, 4 * MOST_LOST, 2), check="api"))
    lost.lose(slots(*range(2 * MOST_LOST_SLOTS)))
    found: list[tuple[str, int, int]] = []
    while some := told(lost).lost_slots:
        found += some
        lost.told(told(lost))
    assert found[: 2 * MOST_LOST] == [("api", slot, slot) for slot in range(0, 4 * MOST_LOST, 2)]
    assert found[2 * MOST_LOST :] == [
        ("web", 0, MOST_LOST_SLOTS - 1),
        ("web", MOST_LOST_SLOTS, 2 * MOST_LOST_SLOTS - 1),
    ]


def test_what_an_older_version_wrote_is_read(tmp_path: Path) -> None:
    (tmp_path / FILE).write_text("[[0, 2, 1]]")
    assert LostLooks(tmp_path).minutes() == ((0, 2, 1),)


def test_a_file_that_is_none_and_a_report_that_is_none_do_no_harm(tmp_path: Path) -> None:
    (tmp_path / FILE).write_text("{]")
    lost = LostLooks(tmp_path)
    for body in (b"", b"[]", b'{"rows": 7}', b"\xff"):
        lost.lose(body)
    assert lost.minutes() == ()
