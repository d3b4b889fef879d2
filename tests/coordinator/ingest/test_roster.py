"""Names of workers, of which a region has only so many."""

from coordinator.ingest.decoded import Reading
from coordinator.ingest.roster import GONE_MS, Roster
from worker.contract.message import Report

NOW = 1_800_000_000_000


def reading(*workers: str, region: str = "eu-west", at: int = NOW) -> Reading:
    """One report of each of these workers."""
    found = Reading(at)
    found.reports = [
        (region, Report(v=1, worker=name, boot="b", seq=1, sent_at=at, rows=())) for name in workers
    ]
    return found


def heard(roster: Roster, *workers: str, region: str = "eu-west", at: int = NOW) -> list[str]:
    """Whose reports are taken."""
    found = reading(*workers, region=region, at=at)
    roster.sift(found)
    return [report.worker for _, report in found.reports]


def test_names_beyond_the_bound_are_refused_and_counted() -> None:
    found = reading(*(f"forged-{n}" for n in range(18_541)))
    Roster(3).sift(found)
    assert [report.worker for _, report in found.reports] == ["forged-0", "forged-1", "forged-2"]
    assert found.refused == {"too_many_workers": 18_538}
    assert found.dead_letters == []


def test_who_is_known_is_heard_whatever_others_do() -> None:
    roster = Roster(2)
    assert heard(roster, "a", "b") == ["a", "b"]
    assert heard(roster, "c", "a", "d", "b", at=NOW + GONE_MS) == ["a", "b"]


def test_a_region_that_is_full_takes_nothing_from_another() -> None:
    roster = Roster(1)
    heard(roster, "a")
    assert heard(roster, "a", region="us-east") == ["a"]


def test_who_is_gone_for_long_gives_up_its_room() -> None:
    roster = Roster(2)
    heard(roster, "a")
    heard(roster, "b", at=NOW + 5_000)
    assert heard(roster, "c", at=NOW + GONE_MS) == []
    assert heard(roster, "c", at=NOW + GONE_MS + 1) == ["c"]
    assert heard(roster, "a", at=NOW + GONE_MS + 2) == []
    assert heard(roster, "b", at=NOW + GONE_MS + 3) == ["b"]


def test_those_heard_before_a_restart_keep_their_room() -> None:
    roster = Roster(2)
    roster.load([("eu-west", "old", NOW - 9), ("eu-west", "a", NOW - 2), ("eu-west", "b", NOW - 1)])
    assert heard(roster, "old", "a", "b", "forged") == ["a", "b"]
