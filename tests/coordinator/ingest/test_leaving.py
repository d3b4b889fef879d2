"""Who is asked to leave, by readings of who drains that are a second old."""

from coordinator.domain.schedule.leaving import Leaving
from coordinator.ingest.decoded import Reading
from coordinator.ingest.receipts import receipt_letters
from worker.contract.message import Report

MINE = frozenset({("eu-west", "eu-west-1")})


def asked(leaving: Leaving, boot: str, worker: str = "eu-west-1") -> bool:
    """Whether the receipt of a report of this start says that it is to leave."""
    reading = Reading(1_000)
    reading.reports.append(("eu-west", Report(worker=worker, boot=boot, seq=1, sent_at=0)))
    (letter,) = receipt_letters(reading, leaving)
    return bool(letter.body.get("leave", False))


def test_who_drains_is_asked_to_leave_and_nobody_else() -> None:
    leaving = Leaving()
    assert not asked(leaving, "a")
    leaving.read(MINE)
    assert not asked(leaving, "a"), "this may have been read before it was started"
    leaving.read(MINE)
    assert asked(leaving, "a")
    assert asked(leaving, "a"), "again and again"
    assert not asked(leaving, "a", worker="eu-west-2")


def test_who_is_started_after_it_was_taken_back_goes_on() -> None:
    leaving = Leaving()
    leaving.read(MINE)
    asked(leaving, "a")
    leaving.read(MINE)
    assert asked(leaving, "a")
    assert not asked(leaving, "b"), "it was taken back in this very second"
    leaving.read(frozenset())
    assert not asked(leaving, "b")
    assert not asked(leaving, "a")


def test_who_starts_again_while_it_drains_is_asked_as_well() -> None:
    leaving = Leaving()
    for boot in ("a", "b"):
        leaving.read(MINE)
        assert not asked(leaving, boot)
        leaving.read(MINE)
        assert asked(leaving, boot)


def test_who_drains_for_the_second_time_is_asked_by_what_is_read_after_that() -> None:
    leaving = Leaving()
    for _ in range(2):
        leaving.read(MINE)
        assert not asked(leaving, "a")
        leaving.read(MINE)
        assert asked(leaving, "a")
        leaving.read(frozenset())
        assert not asked(leaving, "a")
