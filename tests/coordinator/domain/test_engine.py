import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from math import inf, nan
from random import Random

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from coordinator.domain.engine import Engine
from coordinator.domain.fitness import Fitness
from coordinator.domain.incident import Moment
from coordinator.domain.life import WIDTH
from coordinator.domain.rules import Rules
from coordinator.domain.topology import Topology
from coordinator.domain.verdict import Verdict
from tests.scenarios.internet import Silence, Trouble, results, topology
from tests.scenarios.trial import FAST, Trial, at, feed, seconds, try_results
from worker.contract.outcome import Blame, Reason
from worker.contract.result import Result

NET = topology(regions=4, services=(("claude", 2), ("openai", 1)), references=2)
REGIONS = [region.id for region in NET.regions]
REASONS = [Reason.TIMEOUT, Reason.STATUS, Reason.DNS, Reason.UNAUTHORIZED, Reason.LATE]


def some(names: list[str]) -> st.SearchStrategy[list[str] | None]:
    return st.none() | st.lists(st.sampled_from(names), min_size=1, max_size=3)


troubles = st.lists(
    st.builds(
        Trouble,
        since=st.integers(0, 30).map(at),
        until=st.integers(10, 60).map(at),
        regions=some(REGIONS),
        services=some(["claude", "openai", "internet"]),
        components=some(["c1", "c2", "ref1"]),
        share=st.sampled_from([0.3, 0.7, 1.0]),
        reason=st.sampled_from(REASONS),
    ),
    max_size=3,
)
silences = st.lists(
    st.builds(
        Silence,
        since=st.integers(0, 30).map(at),
        until=st.integers(10, 60).map(at),
        regions=st.lists(st.sampled_from(REGIONS), min_size=1, max_size=3),
    ),
    max_size=2,
)


@dataclass(frozen=True)
class World:
    """What goes on, so that a failing example prints short."""

    troubles: list[Trouble]
    silences: list[Silence]
    workers: int
    noise: float
    seed: int

    def results(self) -> list[Result]:
        return results(NET, at(0), at(45), self.troubles, self.silences, self.workers, self.noise, self.seed)


worlds = st.builds(World, troubles, silences, st.integers(1, 2), st.sampled_from([0.0, 0.02]), st.integers(1, 10_000))
thorough = settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.too_slow])


@thorough
@given(worlds, st.integers(1, 10_000))
def test_order_and_repeats_never_matter(world: World, seed: int) -> None:
    """Within a grid step in any order, and again at any time later."""
    random, found = Random(seed), world.results()
    again = [result._replace(received_at=result.received_at + random.randint(0, 9_000)) for result in found]
    mixed = [*found, *again, *random.sample(again, len(again) // 2)]
    random.shuffle(mixed)
    end = at(70)
    assert try_results(NET, mixed, until=end).events == try_results(NET, found, until=end).events


@thorough
@given(worlds, st.integers(1, 40))
def test_how_often_time_advances_never_matters(world: World, every: int) -> None:
    """One batch a second, or everything at once, or anything between: skipped steps change no answer."""
    found, end = world.results(), at(70)
    assert (
        try_results(NET, found, until=end, batch_ms=every * 1_000).events == try_results(NET, found, until=end).events
    )


@thorough
@given(worlds, st.integers(5, 50))
def test_a_restored_engine_goes_on_as_if_it_had_run_through(world: World, cut: int) -> None:
    """Given what the store has: the results, and the incidents that are open as they were last told."""
    moment, end, found = at(cut), at(70), world.results()
    past, future = [r for r in found if r.received_at <= moment], [r for r in found if r.received_at > moment]
    through = try_results(NET, past, until=moment)
    restored = Trial(Engine(NET, FAST))
    last = {event.incident.id: event for event in through.incidents()}
    still_open = [event.incident for event in last.values() if event.moment is not Moment.RESOLVED]
    restored.engine.restore(past, still_open, moment)
    assert restored.engine.verdicts() == through.engine.verdicts()
    assert restored.engine.workers() == through.engine.workers()
    through.events = []
    feed(through, future, end)
    feed(restored, future, end)
    assert restored.events == through.events


@thorough
@given(troubles, st.integers(1, 10_000))
def test_with_every_vantage_point_unfit_all_is_unknown_and_no_incident_opens(more: list[Trouble], seed: int) -> None:
    dead = Trouble(at(0), at(60), services=["internet"])
    nothing = Trouble(at(0), at(60))
    found = results(NET, at(0), at(45), [dead, nothing, *more], seed=seed)
    trial = try_results(NET, found)
    assert {scope for service in ("claude", "openai") for scope in trial.scopes(service)} == {"unknown"}
    assert trial.incidents() == []


@thorough
@given(st.sampled_from(REGIONS), some(["claude", "openai"]), st.sampled_from([0.3, 1.0]), st.integers(1, 10_000))
def test_one_region_alone_never_makes_a_service_fail_everywhere(
    region: str, services: list[str] | None, share: float, seed: int
) -> None:
    trouble = Trouble(at(10), regions=[region], services=services, share=share)
    trial = try_results(NET, results(NET, at(0), at(45), [trouble], seed=seed))
    for service in ("claude", "openai"):
        assert {"component", "system_wide"}.isdisjoint(trial.scopes(service))


@thorough
@given(st.integers(0, 2), st.sampled_from(["r5", "r6"]), st.integers(1, 10_000))
def test_a_silent_region_changes_nothing(hit: int, silent: str, seed: int) -> None:
    """One that was well, among enough others, whenever it falls silent and whatever goes on elsewhere."""
    wide = topology(regions=6, services=(("claude", 2),), references=3)
    trouble = Trouble(at(16), at(36), regions=["r1", "r2"][:hit], services=["claude"])
    silence = Silence(at(seed % 30), at(100), [silent])
    heard = try_results(wide, results(wide, at(0), at(60), [trouble], seed=seed))
    unheard = try_results(wide, results(wide, at(0), at(60), [trouble], [silence], seed=seed))
    assert [verdict.claim() for verdict in unheard.verdicts()] == [verdict.claim() for verdict in heard.verdicts()]
    assert [event.moment for event in unheard.incidents()] == [event.moment for event in heard.incidents()]


def test_nothing_is_said_of_unknown_checks_and_regions() -> None:
    found = results(NET, at(0), at(20))
    strangers = [result._replace(check="nobody") for result in found] + [
        result._replace(region="r9") for result in found
    ]
    assert try_results(NET, strangers).events == []


def test_an_engine_without_anything_to_look_at_says_so() -> None:
    engine = Engine(Topology(), FAST)
    assert engine.advance(at(5)) == []
    assert engine.verdicts() == {}
    quiet = Engine(NET, FAST)
    quiet.advance(at(5))
    assert quiet.verdicts()["claude"].scope == "unknown"
    assert quiet.regions()["r1"] == (Fitness.SILENT, "nothing heard yet")


def test_a_pause_of_the_coordinator_opens_no_incident_and_closes_none() -> None:
    trouble = Trouble(at(20), at(300), services=["claude"], components=["c1"])
    before = results(NET, at(0), at(40), [trouble])
    after = results(NET, at(140), at(180), [trouble])
    trial = try_results(NET, before, until=at(40))
    (opened,) = trial.incidents()
    resumed = Trial(Engine(NET, FAST))
    resumed.engine.restore(before, [opened.incident], at(140))
    feed(resumed, after, at(180))
    assert [event.moment for event in resumed.incidents()] == []
    assert resumed.claim(at(180)) == ("component", tuple(REGIONS), ("c1",))
    well = Trial(Engine(NET, FAST))
    well.engine.restore(results(NET, at(0), at(40)), [], at(140))
    feed(well, results(NET, at(140), at(180)), at(180))
    assert well.incidents() == []


def test_a_backlog_of_late_failures_corrects_the_past_and_opens_nothing() -> None:
    hour = results(NET, at(0), at(60), [Trouble(at(20), at(40), services=["claude"])])
    late = [r._replace(received_at=r.received_at + 60_000) if seconds(r.scheduled_at) < 50 else r for r in hour]
    trial = try_results(NET, late, until=at(130))
    assert trial.incidents() == []
    assert "system_wide" not in trial.scopes()


def test_late_failures_tell_that_an_outage_began_earlier() -> None:
    found = results(NET, at(0), at(60), [Trouble(at(20), services=["claude"])])
    backlog = [
        r._replace(received_at=at(45)) if 18 <= seconds(r.scheduled_at) < 34 else r
        for r in found
        if r.service == "claude"
    ] + [r for r in found if r.service != "claude"]
    trial = try_results(NET, backlog, until=at(60))
    assert seconds(trial.incidents()[-1].incident.started_by) < 22


def test_a_worker_with_a_clock_far_ahead_neither_votes_nor_is_believed() -> None:
    found = [
        r._replace(started_at=r.started_at + 300_000) if r.region == "r2" else r
        for r in results(NET, at(0), at(60), [Trouble(at(0), regions=["r2"], services=["claude"])])
    ]
    trial = try_results(NET, found)
    assert trial.scopes() == ["none"]
    assert "clocks" in next(cell.why for cell in trial.engine.verdicts()["claude"].cells if cell.region == "r2") or (
        trial.engine.regions()["r2"][0] is not Fitness.FIT
    )


@pytest.mark.parametrize("removed", ["service", "region", "component"])
def test_what_is_removed_from_the_configuration_is_forgotten_and_its_incident_closed(removed: str) -> None:
    trouble = Trouble(at(10), services=["claude"], components=["c1"], regions=["r1"])
    trial = try_results(NET, results(NET, at(0), at(70), [trouble]), until=at(70))
    assert len(trial.incidents()) == 1
    checks = {
        "service": [c for c in NET.checks if c.service != "claude"],
        "component": [c for c in NET.checks if (c.service, c.component) != ("claude", "c1")],
        "region": [replace(c, regions=tuple(r for r in c.regions if r != "r1")) for c in NET.checks],
    }[removed]
    services = tuple(s for s in NET.services if removed != "service" or s.id != "claude")
    regions = tuple(r for r in NET.regions if removed != "region" or r.id != "r1")
    trial.engine.reconfigure(Topology(regions, services, tuple(checks)), FAST)
    trial.events = []
    feed(trial, results(NET, at(30), at(60), [trouble]), at(60))
    assert [event.moment for event in trial.incidents()] == [Moment.RESOLVED]
    assert ("claude" in trial.engine.verdicts()) == (removed != "service")


def test_a_reconfiguration_that_changes_nothing_changes_nothing() -> None:
    trouble = Trouble(at(10), at(40), services=["claude"], components=["c1"])
    found = results(NET, at(0), at(70), [trouble])
    plain = try_results(NET, found, until=at(70))
    trial = try_results(NET, [r for r in found if r.received_at <= at(25)], until=at(25))
    trial.engine.reconfigure(NET, FAST)
    feed(trial, [r for r in found if r.received_at > at(25)], at(70))
    assert trial.events == plain.events


def test_memory_is_bounded_whatever_names_the_workers_take() -> None:
    found = results(NET, at(0), at(300))
    renamed = [r._replace(worker=f"{r.region}-{(r.scheduled_at - at(0)) // 10_000}") for r in found]
    rules = replace(FAST, rebuild_ms=30_000)
    trial = try_results(NET, renamed, rules)
    assert len(trial.engine.workers()) <= 4 * 7
    assert trial.scopes() == ["none"]


def test_a_worker_that_came_back_can_fall_silent_again() -> None:
    everyone = [Silence(at(10), at(30), REGIONS), Silence(at(40), at(60), REGIONS)]
    trial = try_results(NET, results(NET, at(0), at(70), silences=everyone), until=at(80))
    assert trial.fitness("r1") == ["fit", "silent", "fit", "silent", "fit", "silent"]


def test_a_quick_cell_goes_stale_in_its_own_time_beside_a_slow_one() -> None:
    """The console is looked at every 20 s, the API every 2 s; then our key for the API is refused."""
    slow = [replace(c, interval_ms=20_000) if (c.service, c.component) == ("claude", "c2") else c for c in NET.checks]
    mixed = replace(NET, checks=tuple(slow))
    revoked = Trouble(at(60), services=["claude"], components=["c1"], reason=Reason.UNAUTHORIZED)
    trial = try_results(mixed, results(mixed, at(0), at(75), [revoked]), until=at(75))
    states = {(cell.component, str(cell.state)) for cell in trial.engine.verdicts()["claude"].cells}
    assert states == {("c1", "unknown"), ("c2", "well")}


@settings(thorough, max_examples=50)
@given(st.sampled_from(REGIONS), worlds, st.integers(1, 10_000))
def test_whatever_happens_in_one_region_never_reaches_everywhere(region: str, world: World, seed: int) -> None:
    """Its workers fail, its references fail, it falls silent, all at once or in turns: the others are well."""
    troubles = [replace(trouble, regions=[region]) for trouble in world.troubles]
    silences = [replace(silence, regions=[region]) for silence in world.silences]
    trial = try_results(NET, results(NET, at(0), at(45), troubles, silences, world.workers, 0.0, seed))
    for service in ("claude", "openai"):
        assert {"component", "system_wide"}.isdisjoint(trial.scopes(service))
        assert all(event.incident.regions == (region,) for event in trial.incidents(service))


def said(trial: Trial, service: str = "claude") -> Verdict:
    return trial.engine.verdicts()[service]


@thorough
@given(
    st.lists(st.sampled_from(REGIONS), min_size=1, max_size=4, unique=True),
    st.lists(st.sampled_from(["c1", "c2"]), min_size=1, max_size=2, unique=True),
    st.integers(1, 10_000),
)
def test_good_news_from_a_region_takes_it_out_and_widens_nothing(
    regions: list[str], components: list[str], seed: int
) -> None:
    trouble = Trouble(at(20), regions=regions, services=["claude"], components=components)
    bad = results(NET, at(0), at(42), [trouble], seed=seed)
    less = results(NET, at(0), at(42), [replace(trouble, regions=regions[1:])] if regions[1:] else [], seed=seed)
    before, after = said(try_results(NET, bad)), said(try_results(NET, less))
    assert WIDTH[after.scope] <= WIDTH[before.scope]
    assert set(after.components) <= set(before.components)
    if after.scope == "regional":
        assert set(after.regions) <= set(before.regions) - {regions[0]}


@thorough
@given(troubles, st.integers(1, 10_000))
def test_once_all_is_well_what_is_said_only_narrows(found: list[Trouble], seed: int) -> None:
    over = [replace(trouble, until=at(30)) for trouble in found]
    trial = try_results(NET, results(NET, at(0), at(60), over, seed=seed), until=at(60))
    for service in ("claude", "openai"):
        widths = [WIDTH[verdict.scope] for verdict in trial.verdicts(service) if verdict.at > at(36)]
        assert widths == sorted(widths, reverse=True)
        assert trial.claim(at(60), service) == ("none", (), ())


def garbled(**fields: object) -> Callable[[Result], Result]:
    return lambda result: result._replace(**fields)


BAD_INPUT: dict[str, Callable[[Result], Result]] = {
    "a minute from the future": lambda result: result._replace(started_at=result.received_at + 60_000),
    "scheduled in the future": lambda result: result._replace(scheduled_at=result.received_at + 600_000),
    "a clock minutes ahead": lambda result: result._replace(started_at=result.started_at + 300_000),
    "a clock minutes behind": lambda result: result._replace(started_at=result.started_at - 300_000),
    "scheduled minutes ago": lambda result: result._replace(scheduled_at=result.scheduled_at - 300_000),
    "before there was time": garbled(scheduled_at=-(10**15), started_at=-(10**15)),
    "after all time": garbled(scheduled_at=1 << 60, started_at=1 << 60),
    "an unknown region": garbled(region="atlantis"),
    "an unknown check": garbled(check="nobody"),
    "another service's name": garbled(service="nobody", component="nothing"),
    "a nameless worker": garbled(worker=""),
    "a negative attempt": garbled(attempt=-1),
    "a large attempt": garbled(attempt=1 << 40),
    "no time taken": garbled(total_ms=0.0),
    "negative time taken": garbled(total_ms=-5.0),
    "no number": garbled(total_ms=nan),
    "endless": garbled(total_ms=inf),
    "a year": garbled(total_ms=3e10),
    "nothing measured": garbled(total_ms=None),
    "an odd network": garbled(asn=-1, extra={"edge": ["x"]}),
}


@pytest.mark.parametrize("what", BAD_INPUT)
def test_bad_input_is_survived_and_what_is_said_is_right(what: str) -> None:
    random = Random(what)
    found = results(NET, at(0), at(60), [Trouble(at(20), services=["claude"], components=["c1"])])
    mixed = [BAD_INPUT[what](result) if random.random() < 0.08 else result for result in found]
    trial = try_results(NET, mixed)
    assert trial.claim(at(60)) == ("component", tuple(REGIONS), ("c1",))
    assert set(trial.scopes("openai")) <= {"none", "unknown"}
    assert {event.incident.service for event in trial.incidents()} == {"claude"}
    json.dumps([verdict.to_document() for verdict in trial.engine.verdicts().values()])


@pytest.mark.parametrize("absurd", [0.0, -5.0, nan, 3e10])
def test_absurd_times_do_not_hide_slow_answers_nor_make_them_up(absurd: float) -> None:
    random = Random(1)
    well = results(NET, at(0), at(60))
    mixed = [result._replace(total_ms=absurd) if random.random() < 0.05 else result for result in well]
    assert try_results(NET, mixed).scopes() == ["none"]
    slow = [
        result._replace(total_ms=2_000.0) if result.service == "claude" and result.scheduled_at > at(60) else result
        for result in mixed + results(NET, at(60), at(90))
    ]
    verdict = said(try_results(NET, slow))
    assert (verdict.scope, verdict.severity) == ("system_wide", "degraded")


def test_a_repeat_that_contradicts_the_first_changes_nothing() -> None:
    found = results(NET, at(0), at(60), [Trouble(at(20), services=["claude"])])
    denied = [r._replace(ok=not r.ok, reason=Reason.TIMEOUT, received_at=r.received_at + 3_000) for r in found]
    blamed = [r._replace(blame=Blame.NONE if r.ok else Blame.TARGET) for r in denied]
    assert try_results(NET, found + blamed, until=at(60)).events == try_results(NET, found, until=at(60)).events


@pytest.mark.parametrize(
    ("regions", "components", "seed"), [(REGIONS, ["c1"], 1), (["r2"], ["c1", "c2"], 2), (REGIONS, ["c1", "c2"], 3)]
)
def test_results_repeated_and_shuffled_by_two_minutes_end_in_the_same_verdict(
    regions: list[str], components: list[str], seed: int
) -> None:
    random, net = Random(seed), replace(NET, checks=tuple(replace(c, interval_ms=10_000) for c in NET.checks))
    trouble = Trouble(at(150), at(900), regions=regions, services=["claude"], components=components)
    found = results(net, at(0), at(500), [trouble], seed=seed)
    mixed = [r._replace(received_at=r.received_at + random.randint(0, 120_000)) for r in found for _ in range(3)]
    random.shuffle(mixed)
    plain, shuffled = (try_results(net, some, Rules(), until=at(500)) for some in (found, mixed))
    assert said(shuffled).claim() == said(plain).claim()
    assert said(plain).components == tuple(components)


@pytest.mark.parametrize("workers", [1, 3])
@pytest.mark.parametrize("regions", [1, 2, 3, 5])
@pytest.mark.parametrize("components", [1, 2])
def test_few_regions_workers_or_components_are_right_or_unknown(workers: int, regions: int, components: int) -> None:
    small = topology(regions=regions, services=(("claude", components),), references=2)
    names = tuple(region.id for region in small.regions)
    down = results(small, at(0), at(60), [Trouble(at(20), services=["claude"])], workers=workers)
    scope = "system_wide" if regions >= 3 else "unknown"
    trial = try_results(small, down)
    assert set(trial.scopes()) == {"none", scope}
    assert [event.moment for event in trial.incidents()][:1] == ["opened"] * (regions >= 3)
    if regions >= 3:
        assert trial.claim(at(60)) == (scope, names, ("c1", "c2")[:components])
    assert try_results(small, results(small, at(0), at(60), workers=workers)).scopes() == ["none"]


def slower(interval_ms: dict[str, int]) -> Topology:
    """Five regions look at `claude` c1 and c2 and at all else, each as often as told."""
    net = topology(regions=5, services=(("claude", 2), ("openai", 1)), references=2, timeout_ms=10_000)
    return replace(
        net, checks=tuple(replace(c, interval_ms=interval_ms.get(c.component, interval_ms["c1"])) for c in net.checks)
    )


@pytest.mark.parametrize("failing", ["c1", "c2"])
@pytest.mark.parametrize("interval_ms", [{"c1": 300_000}, {"c1": 10_000, "c2": 300_000}, {"c1": 60_000, "c2": 30_000}])
def test_slow_and_mixed_intervals_are_judged_as_well(interval_ms: dict[str, int], failing: str) -> None:
    net = slower(interval_ms)
    every_s = interval_ms.get(failing, interval_ms["c1"]) / 1_000
    trouble = Trouble(at(1_200), at(2_400), services=["claude"], components=[failing])
    end = at(2_400 + max(300, 10 * every_s) + 3 * every_s)
    trial = try_results(net, results(net, at(0), end, [trouble]), Rules(), until=end, batch_ms=5_000)
    assert trial.scopes() == ["none", "component", "none"]
    told = trial.verdicts()[1]
    assert (told.regions, told.components) == (("r1", "r2", "r3", "r4", "r5"), (failing,))
    assert told.at <= at(1_200 + 2 * every_s + 45), "no other check is waited for that is slower"
    opened = trial.incidents()[0].incident
    assert abs(opened.started_by - at(1_200)) <= 1_000 * every_s
    assert at(2_700) <= (trial.incidents()[-1].incident.resolved_at or 0) <= end
    assert trial.scopes("openai") == ["none"]


def checks_with(regions: Sequence[str], components: Sequence[str], interval_ms: int = 2_000) -> Topology:
    net = topology(regions=len(regions), services=(("claude", len(components)), ("openai", 1)), references=2)
    return replace(net, checks=tuple(replace(check, interval_ms=interval_ms) for check in net.checks))


CHANGES = {
    "a region added": checks_with(["r1", "r2", "r3", "r4", "r5"], ["c1", "c2"]),
    "a region removed": checks_with(["r1", "r2", "r3"], ["c1", "c2"]),
    "a component added": checks_with(REGIONS, ["c1", "c2", "c3"]),
    "another interval": checks_with(REGIONS, ["c1", "c2"], 5_000),
}


@pytest.mark.parametrize("change", CHANGES)
@pytest.mark.parametrize("seed", range(2))
def test_a_configuration_that_changes_under_an_open_incident_loses_nothing(change: str, seed: int) -> None:
    trouble, after = Trouble(at(20), at(60), services=["claude"], components=["c1"]), CHANGES[change]
    trial = try_results(NET, results(NET, at(0), at(40), [trouble], seed=seed), until=at(40))
    (opened,) = trial.incidents()
    trial.engine.reconfigure(after, FAST)
    feed(trial, results(after, at(40), at(130), [trouble], seed=seed), at(130))
    assert trial.claim(at(58)) == ("component", tuple(region.id for region in after.regions), ("c1",))
    assert trial.claim(at(130)) == ("none", (), ())
    assert {event.incident.id for event in trial.incidents()} == {opened.incident.id}
    last = trial.incidents()[-1]
    assert last.moment is Moment.RESOLVED
    assert seconds(last.incident.ended_after) < 60 <= seconds(last.incident.ended_by) <= 70
    assert trial.scopes("openai") == ["none"]


def test_what_was_everywhere_is_not_so_any_more_when_only_one_region_is_left() -> None:
    trouble = Trouble(at(20), services=["claude"])
    trial = try_results(NET, results(NET, at(0), at(40), [trouble]), until=at(40))
    assert trial.claim(at(40))[0] == "system_wide"
    alone = checks_with(["r1"], ["c1", "c2"])
    trial.engine.reconfigure(alone, FAST)
    trial.events = []
    feed(trial, results(alone, at(40), at(80), [trouble]), at(80))
    assert "system_wide" not in trial.scopes()
    assert "component" not in trial.scopes()
    told = {str(event.incident.scope) for event in trial.incidents()}
    assert told <= {"regional"}, "of the one region that much is known"


def test_a_region_that_is_unfit_does_not_vote_though_its_last_good_looks_are_fresh() -> None:
    net = replace(NET, checks=tuple(replace(check, interval_ms=10_000) for check in NET.checks))
    trial = try_results(net, results(net, at(0), at(140), [Trouble(at(100), regions=["r2"])]), Rules(), until=at(140))
    assert trial.fitness("r2") == ["fit", "unfit"]
    evidence = said(trial).evidence
    assert evidence["heard"] == ["r1", "r3", "r4"]
    assert {cell.why for cell in said(trial).cells if cell.region == "r2"} == {evidence["unfit"]["r2"]}


def test_a_second_disruption_beside_the_first_is_another_incident() -> None:
    wide = topology(regions=8, services=(("claude", 3), ("openai", 1)), references=3)
    first = Trouble(at(20), regions=["r1", "r2"], services=["claude"], components=["c1"])
    second = Trouble(at(50), regions=["r7", "r8"], services=["claude"], components=["c3"])
    trial = try_results(wide, results(wide, at(0), at(110), [first, second]))
    incidents = [event.incident for event in trial.incidents() if event.moment is Moment.OPENED]
    assert [(one.components, one.regions) for one in incidents] == [
        (("c1",), ("r1", "r2")),
        (("c3",), ("r7", "r8")),
    ]
    assert seconds(incidents[1].started_by) >= 50


def test_a_look_scheduled_in_the_future_keeps_nobody_from_falling_silent() -> None:
    found = [
        r._replace(scheduled_at=r.scheduled_at + 600_000) if r.region == "r2" and r.scheduled_at > at(14) else r
        for r in results(NET, at(0), at(60), silences=[Silence(at(20), at(60), ["r2"])])
    ]
    assert try_results(NET, found).engine.regions()["r2"] == (Fitness.SILENT, "nothing heard for 6 s")


def test_a_worker_that_is_late_with_everything_does_not_vote_and_is_not_sick() -> None:
    trial = try_results(NET, results(NET, at(0), at(40), [Trouble(at(20), regions=["r2"], reason=Reason.LATE)]))
    assert trial.fitness("r2") == ["fit"]
    whys = {cell.why for cell in said(trial).cells if cell.region == "r2"}
    assert whys == {"our workers were late or their clocks wrong"}


def test_a_backlog_of_everything_that_failed_meanwhile_raises_no_alarm() -> None:
    found = results(NET, at(0), at(130), [Trouble(at(50), at(104), services=["claude"])])
    late = [r._replace(received_at=at(110)) if 50 <= seconds(r.scheduled_at) < 104 else r for r in found]
    trial = try_results(NET, late, until=at(130))
    assert trial.scopes() == ["none", "unknown", "none"]
    assert trial.incidents() == []


def test_results_that_always_come_in_late_raise_no_alarm_of_their_own() -> None:
    """Later than a timeout and an interval, and still soon enough to speak for the present."""
    found = results(NET, at(0), at(60), [Trouble(at(20), services=["claude"])])
    late = [
        r._replace(received_at=r.scheduled_at + 4_500) if r.service == "claude" and r.scheduled_at >= at(20) else r
        for r in found
    ]
    trial = try_results(NET, late, until=at(60))
    assert set(trial.scopes()) == {"none", "unknown"}
    assert trial.incidents() == []


def test_while_an_incident_is_open_few_looks_move_what_is_normal() -> None:
    trouble = Trouble(at(10), services=["claude"], components=["c1"])
    trial = try_results(NET, results(NET, at(0), at(30), [trouble]), until=at(30))
    track = trial.engine._tracks["claude-c2"]["r1"]
    learns = [trial.engine._judges["claude"].may_learn(track, at(2 * n)) for n in range(80)]
    assert sum(learns) == 10
    assert all(trial.engine._judges["openai"].may_learn(track, at(2 * n)) for n in range(80))


def test_a_region_keeps_its_vote_however_many_worker_names_it_has_had() -> None:
    """Containers take a new name at each start."""
    net = topology(regions=3, services=(("claude", 1),), references=2)
    found = results(net, at(0), at(40))
    many = [
        result._replace(worker=f"{result.region}-{n}", id=f"{result.id}{n}", attempt=n % 5)
        for n in range(2_250)
        for result in found[:1]
    ]
    trial = try_results(net, [*many, *found])
    assert trial.engine.verdicts()["claude"].scope == "none"
    assert trial.engine.verdicts()["claude"].confidence == 0.8


def test_a_service_that_nothing_looks_at_is_unknown() -> None:
    net = topology(regions=3, services=(("claude", 1), ("openai", 1)), references=2)
    bare = replace(net, checks=tuple(check for check in net.checks if check.service != "openai"))
    trial = try_results(bare, results(bare, at(0), at(40)))
    assert trial.engine.verdicts()["openai"].reason == "Nothing looks at Openai."
