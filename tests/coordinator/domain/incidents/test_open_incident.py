from collections.abc import Iterable, Mapping

import pytest

from coordinator.domain.incidents.open_incident import (
    AnnouncedClaim,
    CellSpan,
    OpenIncident,
    StepInput,
    ailing,
    cell_spans_of,
    is_over,
    narrowed,
    parts_of,
    with_cell_spans,
)
from coordinator.domain.inference.claim import Claim
from coordinator.domain.model.incident import Incident, Part
from coordinator.domain.model.verdict import Scope, Severity
from coordinator.domain.window.axes import CellKey
from coordinator.domain.window.tally import Tally
from tests.coordinator.domain.handmade import RULES, at, regions_of

MINUTE_MS = 60_000
R1, R2, R3 = ("c1", "r1"), ("c1", "r2"), ("c1", "r3")


def incident_of(cells: Iterable[CellKey], **fields: object) -> Incident:
    announced = sorted(cells)
    regions, components = (tuple(sorted({key[place] for key in announced})) for place in (1, 0))
    incident = Incident(
        "id",
        "claude",
        Severity.OUTAGE,
        Scope.REGIONAL,
        regions,
        components,
        at(30),
        at(5),
        at(10),
        reason="It is down.",
    )
    return Incident(
        **{name: fields.get(name, getattr(incident, name)) for name in Incident.__slots__}
    )


def open_incident_of(
    cell_spans: Mapping[CellKey, CellSpan], reach: Iterable[CellKey] | None = None
) -> OpenIncident:
    cells = frozenset(cell_spans if reach is None else reach)
    return OpenIncident(incident_of(cells), cells, dict(cell_spans))


def cell_span(first: float, last: float, good: float | None = None) -> CellSpan:
    return CellSpan(at(first), at(last), None if good is None else at(good))


def step_input_of(
    now: float,
    newest: Mapping[CellKey, float],
    firsts: Mapping[CellKey, Tally] | None = None,
    *,
    well: bool = True,
) -> StepInput:
    return StepInput(
        now=at(now),
        service="claude",
        announced=(),
        unknown=not well,
        newest={key: at(moment) for key, moment in newest.items()},
        components=("c1", "c2"),
        regions=regions_of(10),
        enabled=frozenset(newest),
        firsts=firsts or {},
        slow_firsts=firsts or {},
        interval_ms=dict.fromkeys(newest, 10_000),
        say=lambda claim, severity: f"{len(claim.regions)} regions: {severity}.",
    )


def announced_of(tallies: Mapping[CellKey, Tally]) -> AnnouncedClaim:
    claim = Claim(Scope.REGIONAL, frozenset(tallies))
    return AnnouncedClaim(claim, Severity.OUTAGE, "It is down.", tallies)


def test_each_cell_keeps_its_first_and_its_last_bad_look() -> None:
    opened = open_incident_of({R1: cell_span(10, 20)}, [R1, R2])
    tallies = {
        R1: Tally(first_bad=at(15), last_bad=at(40), first_good=at(50)),
        R2: Tally(first_bad=at(30), last_bad=at(45)),
        R3: Tally(first_bad=at(1), last_bad=at(2)),
    }
    after = with_cell_spans(opened, [announced_of(tallies)], step_input_of(60, {}))
    assert after.cell_spans == {R1: cell_span(10, 40, 50), R2: cell_span(30, 45)}, (
        "what it does not reach is not its own"
    )


def test_a_late_result_moves_the_first_bad_look_back() -> None:
    opened = open_incident_of({R1: cell_span(10, 20)})
    after = with_cell_spans(
        opened, [announced_of({R1: Tally(first_bad=at(4), last_bad=at(20))})], step_input_of(60, {})
    )
    assert after.cell_spans[R1] == cell_span(4, 20)


def test_a_cell_without_a_bad_look_begins_no_cell_span() -> None:
    assert (
        with_cell_spans(
            open_incident_of({}, [R1]),
            [announced_of({R1: Tally(last_good=at(9))})],
            step_input_of(60, {}),
        ).cell_spans
        == {}
    )


def test_once_nothing_is_claimed_a_cell_span_ends_with_the_first_good_look_after_it() -> None:
    opened = open_incident_of({R1: cell_span(10, 40), R2: cell_span(10, 40), R3: cell_span(10, 40)})
    firsts = {
        R1: Tally(first_good=at(47), last_good=at(5)),
        R2: Tally(last_good=at(52)),
        R3: Tally(last_good=at(39)),
    }
    after = with_cell_spans(opened, [], step_input_of(60, {}, firsts))
    assert after.cell_spans == {
        R1: cell_span(10, 40, 47),
        R2: cell_span(10, 40, 52),
        R3: cell_span(10, 40),
    }


def test_the_end_of_an_incident_is_that_of_the_cell_that_failed_last() -> None:
    assert open_incident_of({R1: cell_span(10, 40, 50), R2: cell_span(10, 45, 47)}).end() == (
        at(45),
        at(47),
    )
    assert open_incident_of({R1: cell_span(10, 45, 50), R2: cell_span(10, 45)}).end() == (
        at(45),
        None,
    )
    assert open_incident_of({}, [R1]).end() == (None, None)


def test_a_cell_is_well_when_it_is_heard_and_was_good_for_long_enough() -> None:
    opened = open_incident_of({R1: cell_span(10, 40, 50)})
    for newest, expected in ((109.999, {R1}), (110, set())):
        assert ailing(opened, step_input_of(120, {R1: newest}), [], MINUTE_MS) == expected
    assert ailing(opened, step_input_of(120, {}), [], MINUTE_MS), "silence is no sign"
    assert ailing(opened, step_input_of(120, {R1: 115}), [R1], MINUTE_MS), "it is claimed"


def test_a_cell_that_still_fails_is_not_well() -> None:
    opened = open_incident_of({R1: cell_span(10, 40)})
    assert ailing(opened, step_input_of(500, {R1: 499}), [], MINUTE_MS) == {R1}


def test_a_cell_that_was_reached_but_never_failed_is_well_when_the_rest_is() -> None:
    opened = open_incident_of({R1: cell_span(10, 40, 50)}, [R1, R2])
    assert [
        R2 in ailing(opened, step_input_of(120, {R2: t}), [], MINUTE_MS) for t in (100, 110)
    ] == [True, False]
    going_on = open_incident_of({R1: cell_span(10, 40)}, [R1, R2])
    assert ailing(going_on, step_input_of(120, {R2: 50}), [], MINUTE_MS) == {R1}


@pytest.mark.parametrize(("silent", "over"), [(0, True), (1, True), (2, False)])
def test_an_incident_is_over_when_nine_regions_of_ten_are_heard_and_well(
    silent: int, over: bool
) -> None:
    cells = [("c1", region) for region in regions_of(10)]
    opened = open_incident_of(dict.fromkeys(cells, cell_span(10, 40, 50)))
    step_input = step_input_of(120, dict.fromkeys(cells[silent:], 115))
    assert is_over(opened, step_input, [], RULES, MINUTE_MS) is over


def test_a_region_is_well_only_when_all_its_components_are() -> None:
    opened = open_incident_of({R1: cell_span(10, 40, 50), ("c2", "r1"): cell_span(10, 40)})
    step_input = step_input_of(120, {R1: 115, ("c2", "r1"): 115})
    assert not is_over(opened, step_input, [], RULES, MINUTE_MS)


def test_an_incident_is_not_over_while_any_of_it_is_claimed() -> None:
    opened = open_incident_of({R1: cell_span(10, 40, 50), R2: cell_span(10, 40, 50)})
    step_input = step_input_of(120, {R1: 115, R2: 115}, well=False)
    assert not is_over(opened, step_input, [R1], RULES, MINUTE_MS)


def test_the_reach_narrows_to_the_regions_and_components_that_are_not_well_for_long() -> None:
    cells = {(c, r): cell_span(10, 400) for c in ("c1", "c2") for r in ("r1", "r2")}
    cells[R2] = cells["c2", "r2"] = cell_span(10, 40, 50)
    newest = dict.fromkeys(cells, 405.0)
    claimed = frozenset({R1, ("c2", "r1")})
    assert narrowed(
        open_incident_of(cells), step_input_of(406, dict.fromkeys(cells, 349.0)), claimed, RULES
    ) == frozenset(cells)
    assert narrowed(open_incident_of(cells), step_input_of(406, newest), claimed, RULES) == claimed


def test_one_well_cell_does_not_narrow_a_region_and_a_component_that_both_still_fail() -> None:
    cells = {(c, r): cell_span(10, 400) for c in ("c1", "c2") for r in ("r1", "r2")}
    cells[R1] = cell_span(10, 40, 50)
    claimed = frozenset(cells) - {R1}
    assert narrowed(
        open_incident_of(cells), step_input_of(406, dict.fromkeys(cells, 405.0)), claimed, RULES
    ) == frozenset(cells)


def test_the_reach_does_not_narrow_by_silence_nor_when_nothing_in_it_is_wrong() -> None:
    cells = {R1: cell_span(10, 400), R2: cell_span(10, 40, 50)}
    assert narrowed(
        open_incident_of(cells), step_input_of(406, {R1: 405}), frozenset({R1}), RULES
    ) == {
        R1,
        R2,
    }
    step_input = step_input_of(406, {R1: 405, R2: 405})
    assert narrowed(open_incident_of(cells), step_input, frozenset(), RULES) == {R1, R2}
    assert narrowed(open_incident_of(cells), step_input, frozenset({R3}), RULES) == {R1, R2}


def test_parts_tell_when_it_began_and_ended_in_each_region_and_component() -> None:
    cell_spans = {
        R1: cell_span(10, 40, 50),
        R2: cell_span(20, 60, 75),
        ("c2", "r2"): cell_span(15, 30, 35),
    }
    assert parts_of(cell_spans, over=True) == (
        Part("region", "r1", at(10), at(50)),
        Part("region", "r2", at(15), at(75)),
        Part("component", "c1", at(10), at(75)),
        Part("component", "c2", at(15), at(35)),
    )


def test_what_still_fails_has_no_end_until_it_is_over() -> None:
    cell_spans = {R1: cell_span(10, 40, 50), R2: cell_span(20, 60)}
    assert [part.until for part in parts_of(cell_spans, over=False)] == [at(50), None, None]
    assert [part.until for part in parts_of(cell_spans, over=True)] == [at(50), None, at(50)]


def test_a_part_that_is_over_tells_how_long_it_lasted() -> None:
    over, going = (
        parts_of({R1: cell_span(10, 40, 50)}, over=False)[0],
        parts_of({R1: cell_span(10, 40)}, over=False)[0],
    )
    assert over.to_document()["lasted_ms"] == 40_000
    assert (going.to_document()["until"], going.to_document()["lasted_ms"]) == (None, None)


def test_a_stored_incident_tells_its_cell_spans_as_finely_as_its_parts() -> None:
    parts = (
        Part("region", "r1", at(10)),
        Part("region", "r2", at(30)),
        Part("component", "c1", at(20)),
    )
    incident = incident_of([R1, R2], parts=parts)
    assert cell_spans_of(incident, [R1, R2]) == {
        R1: CellSpan(at(20), at(20)),
        R2: CellSpan(at(30), at(30)),
    }
    assert cell_spans_of(incident_of([R1]), [R1]) == {}, "without parts nothing is known"
