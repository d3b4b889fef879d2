from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace

import pytest

from coordinator.domain.case import Case, Scene, Told
from coordinator.domain.claim import Claim
from coordinator.domain.incident import Incident, IncidentEvent, Moment, Part
from coordinator.domain.life import Cases, closed, incident_id, step
from coordinator.domain.rules import Rules
from coordinator.domain.sheet import CellKey
from coordinator.domain.tally import Tally, Times
from coordinator.domain.verdict import Scope, Severity
from tests.coordinator.domain.handmade import RULES, at, regions_of

REGIONS, COMPONENTS = regions_of(10), ("c1", "c2")
EVERY = frozenset((c, r) for c in COMPONENTS for r in REGIONS)
RESOLVE_S, NARROW_S, HOUR_S = 100, 300, 3_600
QUICK = replace(RULES, resolve_after_ms=1_000 * RESOLVE_S)


def cells(regions: Iterable[int], components: Iterable[str] = ("c1",)) -> frozenset[CellKey]:
    return frozenset((component, f"r{region}") for component in components for region in regions)


def told(
    reach: frozenset[CellKey],
    first: float,
    last: float,
    *,
    good: float | None = None,
    before: float | None = None,
    scope: Scope = Scope.REGIONAL,
    severity: Severity = Severity.OUTAGE,
    reason: str = "It is down.",
    times: Sequence[float] | None = None,
) -> Told:
    """A claim of these cells, all with the same tally; a bad look every five seconds unless `times` says when."""
    regions = tuple(region for region in REGIONS if any(key[1] == region for key in reach))
    components = tuple(name for name in COMPONENTS if any(key[0] == name for key in reach))
    tally = Tally(
        last_good=at(first - 5 if before is None else before),
        first_bad=at(first),
        last_bad=at(last),
        first_good=None if good is None else at(good),
    )
    bad = [at(first + 5 * n) for n in range(int(last - first) // 5 + 1)] if times is None else [at(t) for t in times]
    claim = Claim(scope, reach, regions, components, 0.95)
    return Told(claim, severity, reason, dict.fromkeys(reach, tally), lambda: Times(bad))


class Life:
    """The incidents of one service, step by step."""

    def __init__(self, rules: Rules = QUICK) -> None:
        self.rules = rules
        self.cases = Cases()
        self.events: list[IncidentEvent] = []

    def step(
        self,
        now: float,
        *claims: Told,
        silent: Iterable[CellKey] = (),
        firsts: Mapping[CellKey, Tally] | None = None,
    ) -> list[IncidentEvent]:
        """One step at which these claims are announced; every other cell is heard a second ago, unless silent."""
        gone = frozenset(silent)
        scene = Scene(
            now=at(now),
            service="claude",
            told=claims,
            unknown=any(told.claim.scope is Scope.UNKNOWN for told in claims),
            newest={key: at(now - 1) for key in EVERY - gone},
            components=COMPONENTS,
            regions=REGIONS,
            enabled=EVERY,
            firsts=firsts or {},
            slow_firsts=firsts or {},
            interval_ms=dict.fromkeys(EVERY, 10_000),
        )
        self.cases, events = step(self.cases, scene, self.rules)
        self.events += events
        return events

    def quiet(self, now: float, good: float, *, silent: Iterable[CellKey] = ()) -> list[IncidentEvent]:
        """One step at which nothing is claimed and all was well since `good`."""
        firsts = {key: Tally(last_good=at(now - 1), first_good=at(good)) for key in EVERY}
        return self.step(now, silent=silent, firsts=firsts)

    def spell(self, since: float, reach: frozenset[CellKey]) -> Incident:
        """Trouble of half a minute that opens an incident and is over long after."""
        self.step(since + 30, told(reach, since, since + 25))
        (over,) = self.quiet(since + 35 + RESOLVE_S + 1, since + 35)
        assert over.moment is Moment.RESOLVED
        return over.incident

    @property
    def moments(self) -> list[str]:
        return [str(event.moment) for event in self.events]

    @property
    def open(self) -> list[Incident]:
        return [case.incident for case in self.cases.open]


HERE, THERE = cells([1, 2]), cells([8, 9], ["c2"])


@pytest.mark.parametrize(
    ("times", "opens"),
    [
        ([0, 4, 8], False),
        ([0, 4, 8, 11, 12], False),
        ([0, 4, 8, 11, 12.5], True),
        ([0, 4, 8, 13], False),
        ([0, 20, 21], True),
        ([], False),
    ],
    ids=["one bucket", "a little more", "a quarter more", "once more", "from time to time", "nothing in time"],
)
def test_an_incident_opens_only_when_it_goes_on_beyond_one_bucket(times: Sequence[float], opens: bool) -> None:
    assert bool(Life().step(30, told(HERE, 0, 12, times=times))) is opens


def test_what_fades_away_after_one_bad_bucket_opens_nothing() -> None:
    burst = [n / 2 for n in range(20)]
    assert not Life().step(30, told(HERE, 0, 14, times=[*burst, 12, 13, 14]))
    assert Life().step(30, told(HERE, 0, 14, times=[*burst, 11, 12, 13, 14, 15, 16]))
    assert Life().step(13, told(HERE, 0, 14, times=[*burst, 12, 13])), "there was no time for more yet"


@pytest.mark.parametrize("scope", [Scope.NONE, Scope.UNKNOWN])
def test_what_is_not_known_to_be_a_disruption_opens_nothing(scope: Scope) -> None:
    assert Life().step(60, told(HERE, 0, 55, scope=scope)) == []


def test_an_incident_tells_what_is_claimed_and_between_which_looks_it_began() -> None:
    life = Life()
    claim = told(HERE, 10, 35, before=4, severity=Severity.DEGRADED)
    earliest = replace(claim, tallies={**claim.tallies, ("c1", "r2"): Tally(first_bad=at(7), last_bad=at(35))})
    (opened,) = life.step(40, earliest)
    assert (opened.at, opened.moment) == (at(40), Moment.OPENED)
    assert opened.incident == Incident(
        id=incident_id("claude", at(7), HERE),
        service="claude",
        severity=Severity.DEGRADED,
        scope=Scope.REGIONAL,
        regions=("r1", "r2"),
        components=("c1",),
        opened_at=at(40),
        started_after=None,
        started_by=at(7),
        peak=Scope.REGIONAL,
        reason="It is down.",
        parts=(Part("region", "r1", at(10)), Part("region", "r2", at(7)), Part("component", "c1", at(7))),
    ), "the cell that failed first tells the start, and no good look came before it"


def test_an_id_derives_from_the_service_the_start_and_the_first_cell() -> None:
    mine = incident_id("claude", at(10), HERE)
    assert mine == incident_id("claude", at(10), cells([1, 7]))
    others = [
        incident_id("openai", at(10), HERE),
        incident_id("claude", at(11), HERE),
        incident_id("claude", at(10), cells([2])),
        incident_id("claude", at(10), cells([1], ["c2"])),
    ]
    assert len({mine, *others}) == 5
    assert len(mine) == 16


def test_as_long_as_nothing_changes_no_line_is_written() -> None:
    life = Life()
    life.step(30, told(HERE, 0, 25))
    for now in range(31, 60):
        assert life.step(now, told(HERE, 0, now - 1, reason=f"{now} looks failed.")) == []
    assert life.open[0].reason == "It is down."


def test_an_incident_widens_at_once() -> None:
    life = Life()
    life.step(30, told(HERE, 0, 25))
    (wider,) = life.step(31, told(cells(range(1, 11)), 0, 30, scope=Scope.COMPONENT))
    assert (wider.moment, wider.incident.scope, wider.incident.regions) == (Moment.UPDATED, Scope.COMPONENT, REGIONS)
    assert wider.incident.peak is Scope.COMPONENT
    (widest,) = life.step(32, told(EVERY, 0, 31, scope=Scope.SYSTEM_WIDE))
    assert (widest.incident.scope, widest.incident.components) == (Scope.SYSTEM_WIDE, COMPONENTS)
    assert len({event.incident.id for event in life.events}) == 1


def test_an_incident_narrows_only_after_five_minutes_of_steady_evidence() -> None:
    life = Life()
    life.step(30, told(cells([1, 2, 3]), 0, 25))

    def recovering(now: float) -> list[IncidentEvent]:
        """Region 3 is well since 40 s; it is part of no claim any more."""
        firsts = {("c1", "r3"): Tally(first_good=at(40), last_good=at(now - 1))}
        return life.step(now, told(HERE, 0, now - 1), firsts=firsts)

    assert [recovering(now) for now in (50, 100, 40 + NARROW_S)] == [[], [], []]
    (narrower,) = recovering(40 + NARROW_S + 1)
    assert (narrower.incident.regions, narrower.incident.peak) == (("r1", "r2"), Scope.REGIONAL)
    ends = {(part.axis, part.name): part.until for part in narrower.incident.parts}
    assert ends == {("region", "r1"): None, ("region", "r2"): None, ("region", "r3"): at(40), ("component", "c1"): None}


def test_what_fails_again_meanwhile_does_not_leave_the_incident() -> None:
    life = Life()
    life.step(30, told(cells([1, 2, 3]), 0, 25))
    life.step(100, told(HERE, 0, 99), firsts={("c1", "r3"): Tally(first_good=at(40))})
    life.step(200, told(cells([1, 2, 3]), 0, 199))
    assert life.step(40 + NARROW_S + 10, told(HERE, 0, 349), firsts={("c1", "r3"): Tally(first_good=at(205))}) == []
    assert life.open[0].regions == ("r1", "r2", "r3")


def test_a_silent_region_stays_in_the_incident() -> None:
    life = Life()
    life.step(30, told(cells([1, 2, 3]), 0, 25))
    life.step(35, told(HERE, 0, 34), firsts={("c1", "r3"): Tally(first_good=at(30))}, silent=cells([3]))
    assert life.step(2_000, told(HERE, 0, 1_999), silent=cells([3])) == []


def test_the_severity_and_the_scope_that_it_had_at_most() -> None:
    life = Life()
    life.step(30, told(EVERY, 0, 25, scope=Scope.SYSTEM_WIDE))
    (milder,) = life.step(40, told(EVERY, 0, 39, scope=Scope.SYSTEM_WIDE, severity=Severity.DEGRADED, reason="Slow."))
    assert (milder.incident.severity, milder.incident.reason) == (Severity.DEGRADED, "Slow.")
    firsts = {key: Tally(first_good=at(45)) for key in EVERY - HERE}
    life.step(50, told(HERE, 0, 49), firsts=firsts)
    (narrower,) = life.step(50 + NARROW_S, told(HERE, 0, 349), firsts=firsts)
    assert (narrower.incident.scope, narrower.incident.peak) == (Scope.REGIONAL, Scope.SYSTEM_WIDE)


def test_an_incident_resolves_when_all_was_well_for_long_enough() -> None:
    life = Life()
    life.step(30, told(HERE, 0, 25))
    assert life.quiet(35, 31) == []
    assert life.quiet(31 + RESOLVE_S, 31) == []
    (over,) = life.quiet(31 + RESOLVE_S + 1, 31)
    incident = over.incident
    assert (over.moment, incident.resolved_at) == (Moment.RESOLVED, over.at)
    assert (incident.ended_after, incident.ended_by) == (at(25), at(31))
    assert [part.to_document()["lasted_ms"] for part in incident.parts] == [31_000] * 3
    assert life.open == []


def test_silence_never_resolves_an_incident() -> None:
    life = Life()
    life.step(30, told(HERE, 0, 25))
    for now in (100, 1_000, 10_000, 1_000_000):
        assert life.step(now, silent=EVERY) == []
        assert life.quiet(now + 1, 31, silent=HERE) == []
    assert len(life.open) == 1


@pytest.mark.parametrize(("silent", "resolves"), [(1, True), (2, False)])
def test_nine_regions_of_ten_must_be_heard_and_well(silent: int, resolves: bool) -> None:
    life, reach = Life(), cells(range(1, 11))
    life.step(30, told(reach, 0, 25, scope=Scope.COMPONENT))
    assert bool(life.quiet(500, 31, silent=cells(range(1, silent + 1)))) is resolves


def test_an_unknown_verdict_keeps_an_incident_open_while_its_cells_fail() -> None:
    life = Life()
    life.step(30, told(HERE, 0, 25))
    for now in range(100, 1_000, 100):
        assert life.step(now, told(HERE, 0, now - 1, scope=Scope.UNKNOWN)) == []
    assert life.moments == ["opened"]


def test_an_unknown_verdict_ends_nothing_though_good_looks_come_between() -> None:
    """Of a partial failure most looks are good."""
    life = Life()
    life.step(30, told(HERE, 0, 25))
    for now in range(40, 400, 10):
        firsts = {key: Tally(last_good=at(now - 1), first_good=at(now - 1)) for key in HERE}
        life.step(now, told(HERE, 0, now - 3, good=now - 1, scope=Scope.UNKNOWN), firsts=firsts)
    assert life.moments == ["opened"]


def test_two_disruptions_of_one_service_are_two_incidents_each_with_its_own_end() -> None:
    life = Life()
    life.step(30, told(HERE, 0, 25))
    (second,) = life.step(60, told(HERE, 0, 55), told(THERE, 31, 55))
    assert (second.moment, second.incident.regions) == (Moment.OPENED, ("r8", "r9"))
    firsts = {key: Tally(first_good=at(61), last_good=at(170)) for key in HERE}
    life.step(65, told(THERE, 31, 64), firsts=firsts)
    (over,) = life.step(171, told(THERE, 31, 170), firsts=firsts)
    assert (over.moment, over.incident.regions) == (Moment.RESOLVED, ("r1", "r2"))
    assert [incident.regions for incident in life.open] == [("r8", "r9")]


def test_a_claim_that_shares_few_cells_is_another_disruption() -> None:
    life = Life()
    life.step(30, told(cells(range(1, 6)), 0, 25))
    apart = told(cells(range(5, 11)), 31, 55)
    (second,) = life.step(60, told(cells(range(1, 6)), 0, 55), apart)
    assert second.moment is Moment.OPENED, "one cell of the five and six"
    assert len(life.open) == 2


def test_when_two_incidents_become_one_the_younger_is_one_with_the_older() -> None:
    life = Life()
    life.step(30, told(HERE, 0, 25))
    life.step(60, told(HERE, 0, 55), told(THERE, 31, 55))
    older, younger = life.open
    gone, wider = life.step(70, told(EVERY, 0, 69, scope=Scope.SYSTEM_WIDE))[::-1]
    assert (gone.moment, gone.incident.id) == (Moment.RESOLVED, younger.id)
    assert gone.incident.reason == f"It is one with incident {older.id}."
    assert (wider.moment, wider.incident.id, wider.incident.scope) == (Moment.UPDATED, older.id, Scope.SYSTEM_WIDE)
    assert [incident.id for incident in life.open] == [older.id]


def test_the_older_goes_on_though_the_younger_shares_more_with_the_claim() -> None:
    life, small, large = Life(), cells([1]), cells([6, 7, 8, 9], ["c2"])
    life.step(30, told(small, 0, 25))
    life.step(60, told(small, 0, 55), told(large, 31, 55))
    older, younger = life.open
    life.step(70, told(EVERY, 0, 69, scope=Scope.SYSTEM_WIDE))
    assert [incident.id for incident in life.open] == [older.id]
    assert life.open[0].started_by == at(0)
    assert younger.id in {e.incident.id for e in life.events if e.moment is Moment.RESOLVED}


def test_what_is_found_again_with_the_same_start_is_never_opened_twice() -> None:
    life = Life()
    first = life.spell(0, HERE)
    (again,) = life.step(200, told(HERE, 0, 195))
    assert (again.moment, again.incident.id, again.incident.intermittent) == (Moment.UPDATED, first.id, False)
    assert again.incident.resolved_at is None


def test_incidents_that_are_each_claimed_stay_apart_though_a_claim_reaches_both() -> None:
    life = Life()
    life.step(30, told(HERE, 0, 25))
    life.step(60, told(HERE, 0, 55), told(THERE, 31, 55))
    life.step(70, told(HERE, 0, 69), told(THERE | {("c1", "r2")}, 31, 69))
    assert len(life.open) == 2


def test_the_second_time_is_another_incident() -> None:
    life = Life()
    first, second = life.spell(0, HERE), life.spell(300, HERE)
    assert first.id != second.id
    assert not second.intermittent


def test_the_third_time_within_an_hour_is_an_intermittent_incident() -> None:
    life = Life()
    first = life.spell(0, HERE)
    life.spell(300, HERE)
    (again,) = life.step(640, told(HERE, 600, 635))
    assert (again.moment, again.incident.intermittent) == (Moment.UPDATED, True)
    assert again.incident.id == first.id
    assert (again.incident.ended_by, again.incident.resolved_at) == (None, None)
    assert again.incident.started_by == at(0)
    assert len(life.open) == 1


def test_what_comes_back_after_days_is_no_intermittent_incident_though_nobody_stepped_meanwhile() -> None:
    life = Life()
    for start in (0, 300):
        life.spell(start, HERE)
    (later,) = life.step(2 * HOUR_S + 40, told(HERE, 2 * HOUR_S, 2 * HOUR_S + 35))
    assert (later.moment, later.incident.intermittent) == (Moment.OPENED, False)


def test_an_intermittent_incident_takes_three_times_as_long_to_resolve() -> None:
    life = Life()
    for start in (0, 300):
        life.spell(start, HERE)
    life.step(640, told(HERE, 600, 635))
    assert life.quiet(645 + 3 * RESOLVE_S, 645) == []
    (over,) = life.quiet(646 + 3 * RESOLVE_S, 645)
    assert (over.moment, over.incident.intermittent) == (Moment.RESOLVED, True)
    assert (over.incident.ended_after, over.incident.ended_by) == (at(635), at(645))


def test_what_came_back_after_an_hour_or_elsewhere_is_not_intermittent() -> None:
    life = Life()
    for start in (0, 300):
        life.spell(start, HERE)
    (elsewhere,) = life.step(640, told(THERE, 600, 635))
    assert (elsewhere.moment, elsewhere.incident.intermittent) == (Moment.OPENED, False)
    life = Life()
    for start in (0, 300):
        life.spell(start, HERE)
    assert life.step(HOUR_S + 205, told(HERE, HOUR_S + 200, HOUR_S + 205)) == []
    (later,) = life.step(HOUR_S + 240, told(HERE, HOUR_S + 200, HOUR_S + 235))
    assert (later.moment, later.incident.intermittent) == (Moment.OPENED, False), "the first ended over an hour ago"


def test_incidents_that_ended_long_ago_are_forgotten() -> None:
    life = Life()
    life.spell(0, HERE)
    assert len(life.cases.ended) == 1
    life.quiet(2 * HOUR_S, HOUR_S)
    assert life.cases.ended == ()


def test_late_results_correct_the_start() -> None:
    life = Life()
    life.step(30, told(HERE, 10, 25, before=4))
    (earlier,) = life.step(40, told(HERE, 2, 39, before=-3))
    assert earlier.moment is Moment.UPDATED
    assert (earlier.incident.started_after, earlier.incident.started_by) == (at(-3), at(2))
    assert earlier.incident.id == life.events[0].incident.id
    assert earlier.incident.parts[0].since == at(2)
    assert life.step(50, told(HERE, 8, 49)) == [], "it never moves forward"


def test_a_window_that_has_left_the_start_behind_does_not_move_it() -> None:
    """Nothing good was seen before the first bad look that is still there: it began earlier, nobody knows when."""
    life = Life()
    life.step(30, told(HERE, 10, 25))
    late = told(HERE, 5, 39)
    unknown = replace(late, tallies={key: replace(tally, last_good=None) for key, tally in late.tallies.items()})
    assert life.step(40, unknown) == []
    assert life.open[0].started_by == at(10)


def test_an_incident_that_nothing_looks_at_any_more_ends_with_nothing_known() -> None:
    life = Life()
    life.step(30, told(HERE, 0, 25))
    event = closed(life.open[0], at(99))
    assert (event.moment, event.incident.ended_after, event.incident.ended_by) == (Moment.RESOLVED, None, at(99))


def test_an_incident_taken_from_the_store_goes_on() -> None:
    life = Life()
    life.step(30, told(HERE, 0, 25))
    stored = life.open[0]
    life.cases = Cases((Case(stored, HERE),))
    assert life.step(200, told(HERE, 180, 199, before=170)) == []
    assert life.open[0].started_by == at(0)
    (over,) = life.quiet(206 + RESOLVE_S, 205)
    assert (over.incident.id, over.incident.ended_after, over.incident.ended_by) == (stored.id, at(199), at(205))


def test_a_burst_in_one_region_is_no_incident_though_a_look_fails_by_chance_after() -> None:
    """What goes on only after what may have been one burst decides, in some regions only."""
    burst = [at(t) for t in (30, 31, 34, 41, 52, 60)]
    good = [at(t) for t in range(76, 200, 2)]

    def opens(bad: Sequence[int], scope: Scope = Scope.REGIONAL, nats: float = 10.0) -> bool:
        times = Times(sorted([*burst, *bad]), good)
        claimed = replace(told(HERE, 30, 190, scope=scope), times=lambda: times)
        life = Life(replace(QUICK, burst_ms=45_000, incident_nats=nats))
        return bool(life.step(200, claimed))

    assert not opens([])
    assert not opens([at(80), at(150)], Scope.COMPONENT, 40.0), "and not before the evidence is sure"
    assert not opens([at(150)]), "one by chance"
    assert opens([at(t) for t in (80, 95, 110, 130, 150, 190)]), "a tenth goes on"
    assert opens([at(80), at(150)], Scope.COMPONENT), "what fails everywhere at once is no matter of a path"
