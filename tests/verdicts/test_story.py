"""Records become a story."""

from tests.verdicts.handmade import at, incident, verdict
from tests.verdicts.story import told


def test_what_stands_is_the_last_verdict_of_that_service_until_then() -> None:
    story = told(
        [
            verdict(0, "none"),
            verdict(60, "regional", "r1", "api"),
            verdict(70, "none", service="bramble"),
        ]
    )
    assert story.line("aster", at(-1)) is None
    standing = [
        line.claim.scope
        for seconds in (0, 59.9, 60, 900)
        if (line := story.line("aster", at(seconds)))
    ]
    assert standing == ["none", "none", "regional", "regional"]


def test_a_span_begins_with_what_stood_before_it_and_ends_before_its_end() -> None:
    story = told([verdict(0, "none"), verdict(60, "unknown"), verdict(90, "none")])
    assert [line.at for line in story.between("aster", at(30), at(90))] == [at(0), at(60)]
    assert story.between("bramble", at(0), at(90)) == []


def test_an_incident_keeps_its_first_reach_and_gets_its_last_start_and_its_end() -> None:
    story = told(
        [
            incident(60, "opened", "r1", "api", after=20, by=50),
            incident(90, "updated", "r1 r2", "api", after=10, by=40),
            incident(600, "resolved", "r1 r2", "api", after=10, by=40),
        ]
    )
    (one,) = story.incidents
    assert one.at == at(60)
    assert one.claim.regions == {"r1"}
    assert (one.started_after, one.started_by, one.resolved_at) == (at(10), at(40), at(600))


def test_other_records_are_no_part_of_it() -> None:
    assert told([{"type": "fitness", "at": "2026-09-01T00:00:00Z", "region": "r1"}]).lines == {}
