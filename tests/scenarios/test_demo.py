"""The script of the demo: five regions, three services, four references, a clock of two seconds."""

import pytest

from coordinator.domain.model.fitness import FitnessChange
from coordinator.domain.model.incident import Moment
from coordinator.domain.model.topology import Topology
from tests.scenarios.internet import Silence, Trouble, results, topology
from tests.scenarios.trial import at, seconds, try_results
from worker.contract.outcome import Blame, Reason

ALL = ("r1", "r2", "r3", "r4", "r5")
FEATURES = ("c1", "c2", "c3")
INTERVALS_TO_SEE = 5
SEEDS = range(4)


@pytest.fixture(scope="module")
def small_internet() -> Topology:
    return topology()


def soon(since: float) -> int:
    """The moment by which a change must be seen."""
    return at(since + 2 * INTERVALS_TO_SEE)


@pytest.mark.parametrize("seed", SEEDS)
def test_a_broken_worker_makes_its_region_unfit_and_changes_no_verdict(
    small_internet: Topology, seed: int
) -> None:
    trial = try_results(
        small_internet,
        results(
            small_internet, at(0), at(80), [Trouble(at(20), at(50), regions=["r2"])], seed=seed
        ),
    )
    assert trial.fitness("r2") == ["fit", "unfit", "fit"]
    back = max(
        event.at
        for event in trial.events
        if isinstance(event, FitnessChange) and event.region == "r2"
    )
    assert at(50 + 8) <= back <= at(50 + 14), "five clean slots of two seconds, and not more"
    assert trial.fitness("r1") == ["fit"]
    assert [trial.scopes(service) for service in ("claude", "openai", "gemini")] == [["none"]] * 3
    assert trial.incidents() == []


@pytest.mark.parametrize("seed", SEEDS)
def test_a_disrupted_region_is_regional(small_internet: Topology, seed: int) -> None:
    trouble = Trouble(at(20), at(50), regions=["r2"], services=["claude"])
    trial = try_results(
        small_internet, results(small_internet, at(0), at(80), [trouble], seed=seed)
    )
    assert trial.claim(soon(20)) == ("regional", ("r2",), FEATURES)
    assert trial.claim(soon(50)) == ("none", (), ())
    assert trial.scopes() == ["none", "regional", "none"]
    assert trial.scopes("openai") == ["none"]
    assert trial.fitness("r2") == ["fit"]


@pytest.mark.parametrize("seed", SEEDS)
def test_a_component_down_everywhere_is_component(small_internet: Topology, seed: int) -> None:
    trouble = Trouble(at(20), at(50), components=["c2"], services=["claude"])
    trial = try_results(
        small_internet, results(small_internet, at(0), at(80), [trouble], seed=seed)
    )
    assert trial.claim(soon(20)) == ("component", ALL, ("c2",))
    assert trial.scopes() == ["none", "component", "none"]


@pytest.mark.parametrize("seed", SEEDS)
def test_an_outage_spreads_region_by_region_and_recovers_component_by_component(
    small_internet: Topology, seed: int
) -> None:
    """Truth: region n fails from 20 + 10 n on; component n is well again from 80 + 10 n on."""
    troubles = [
        Trouble(
            at(20 + 10 * r),
            at(80 + 10 * c),
            regions=[region],
            components=[component],
            services=["claude"],
        )
        for r, region in enumerate(ALL)
        for c, component in enumerate(FEATURES)
    ]
    trial = try_results(
        small_internet, results(small_internet, at(0), at(130), troubles, seed=seed)
    )
    assert [trial.claim(soon(20 + 10 * r)) for r in range(3)] == [
        ("regional", ALL[:1], FEATURES),
        ("regional", ALL[:2], FEATURES),
        ("regional", ALL[:3], FEATURES),
    ]
    assert trial.claim(soon(60)) == ("system_wide", ALL, FEATURES)
    assert trial.claim(soon(80)) == ("component", ALL, ("c2", "c3"))
    assert trial.claim(soon(90)) == ("component", ALL, ("c3",))
    assert trial.claim(soon(100)) == ("none", (), ())
    assert trial.scopes() == [
        "none",
        *["regional"] * 3,
        *["system_wide"] * 2,
        *["component"] * 2,
        "none",
    ]
    incident = trial.incidents()[-1].incident
    assert [event.moment for event in trial.incidents()].count(Moment.OPENED) == 1
    assert incident.peak == "system_wide"
    assert incident.started_after is not None
    assert incident.ended_after is not None
    assert incident.ended_by is not None
    assert seconds(incident.started_after) < 20 <= seconds(incident.started_by) < 22
    assert seconds(incident.ended_after) < 100 <= seconds(incident.ended_by) < 102


@pytest.mark.parametrize("seed", SEEDS)
def test_a_silent_region_changes_no_verdict(small_internet: Topology, seed: int) -> None:
    found = results(
        small_internet, at(0), at(60), silences=[Silence(at(20), at(40), ["r3"])], seed=seed
    )
    trial = try_results(small_internet, found)
    assert trial.fitness("r3") == ["fit", "silent", "fit"]
    assert trial.scopes() == ["none"]
    assert trial.incidents() == []


@pytest.mark.parametrize("references", [1, 2, 4])
def test_without_any_network_every_region_is_unfit_and_every_verdict_unknown(
    references: int,
) -> None:
    alone = topology(references=references)
    trial = try_results(alone, results(alone, at(0), at(60), [Trouble(at(0))]))
    assert {fitness for fitness, _ in trial.engine.regions().values()} == {"unfit"}
    for service, verdict in trial.engine.verdicts().items():
        assert trial.scopes(service) == ["unknown"]
        assert (
            verdict.reason
            == "Nothing heard from any region: every region's references fail too (no network?)."
        )
    assert trial.incidents() == []


def test_losing_all_network_later_opens_no_incident(small_internet: Topology) -> None:
    trial = try_results(
        small_internet, results(small_internet, at(0), at(90), [Trouble(at(20), at(50))])
    )
    assert trial.scopes() == ["none", "unknown", "none"]
    assert trial.incidents() == []


@pytest.mark.parametrize("down", [["ref1"], ["ref1", "ref2", "ref3"]])
def test_references_down_for_everyone_leave_the_workers_fit(
    small_internet: Topology, down: list[str]
) -> None:
    trial = try_results(
        small_internet,
        results(small_internet, at(0), at(70), [Trouble(at(20), at(40), components=down)]),
    )
    assert all(trial.fitness(region) == ["fit"] for region in ALL)
    assert trial.scopes() == ["none"]


def test_our_revoked_key_makes_the_service_unknown_with_that_reason(
    small_internet: Topology,
) -> None:
    trouble = Trouble(at(20), at(60), services=["claude"], reason=Reason.UNAUTHORIZED)
    trial = try_results(small_internet, results(small_internet, at(0), at(50), [trouble]))
    assert trial.scopes() == ["none", "unknown"]
    assert "our own key is refused" in trial.engine.verdicts()["claude"].reason
    assert trial.incidents() == []


@pytest.mark.parametrize("blame", [Blame.RESOLVER, Blame.PROBER])
def test_failures_that_are_not_the_targets_never_open_an_incident(
    small_internet: Topology, blame: Blame
) -> None:
    trouble = Trouble(at(20), services=["claude"], reason=Reason.DNS, blame=blame)
    trial = try_results(small_internet, results(small_internet, at(0), at(60), [trouble]))
    assert trial.claim(at(60))[0] == "unknown"
    assert trial.incidents() == []


def test_many_regions_silent_at_once_make_us_suspect_ourselves(small_internet: Topology) -> None:
    silence = Silence(at(20), at(60), ALL[:3])
    trouble = Trouble(at(24), regions=["r4"], services=["claude"])
    trial = try_results(
        small_internet, results(small_internet, at(0), at(27), [trouble], [silence])
    )
    assert trial.claim(at(27))[0] == "unknown"
    assert "the fault may be our own" in trial.verdicts()[-1].reason
    assert trial.incidents() == []


def test_a_short_blip_is_a_verdict_but_no_incident(small_internet: Topology) -> None:
    trial = try_results(
        small_internet,
        results(small_internet, at(0), at(60), [Trouble(at(20), at(22), services=["claude"])]),
    )
    assert trial.incidents() == []


def test_only_two_of_five_regions_heard_and_both_bad_is_unknown(small_internet: Topology) -> None:
    silence = Silence(at(0), at(90), ALL[2:])
    trial = try_results(
        small_internet,
        results(small_internet, at(0), at(60), [Trouble(at(20), services=["claude"])], [silence]),
    )
    assert trial.claim(at(60)) == ("unknown", ALL[:2], FEATURES)
    assert {str(event.incident.scope) for event in trial.incidents()} == {"unknown"}


@pytest.mark.parametrize("regions", [1, 2])
def test_with_fewer_than_three_regions_an_outage_is_unknown(regions: int) -> None:
    few = topology(regions=regions)
    trial = try_results(few, results(few, at(0), at(60), [Trouble(at(20), services=["claude"])]))
    assert trial.claim(at(60))[0] == "unknown"
    assert {str(event.incident.scope) for event in trial.incidents()} == {"unknown"}


def test_without_references_other_services_still_tell_a_broken_worker(
    small_internet: Topology,
) -> None:
    bare = topology(references=0)
    trial = try_results(bare, results(bare, at(0), at(60), [Trouble(at(20), regions=["r2"])]))
    assert trial.fitness("r2") == ["fit", "unfit"]
    assert trial.scopes() == ["none"]


def test_one_service_without_references_still_gets_a_verdict_on_an_outage() -> None:
    lonely = topology(services=(("claude", 3),), references=0)
    trial = try_results(
        lonely,
        results(lonely, at(0), at(60), [Trouble(at(20), services=["claude"], components=["c1"])]),
    )
    assert trial.claim(at(60)) == ("component", ALL, ("c1",))


def test_one_service_without_references_that_fails_cannot_be_told_from_our_own_network() -> None:
    lonely = topology(services=(("claude", 3),), references=0)
    trial = try_results(lonely, results(lonely, at(0), at(60), [Trouble(at(20))]))
    assert trial.claim(at(60)) == ("unknown", (), ())
    assert "nothing else answers our workers" in trial.engine.verdicts()["claude"].reason


@pytest.mark.parametrize("share", [0.3, 0.6])
def test_a_partial_failure_is_found_as_degraded_where_it_is(
    small_internet: Topology, share: float
) -> None:
    trouble = Trouble(at(20), services=["claude"], components=["c1"], share=share)
    trial = try_results(small_internet, results(small_internet, at(0), at(100), [trouble], seed=3))
    right = [
        v
        for v in trial.verdicts()
        if v.scope == "component" and v.components == ("c1",) and v.regions == ALL
    ]
    assert right[0].at <= at(60)
    assert trial.verdicts()[-1].severity == "degraded"
    assert all(verdict.components in ((), ("c1",)) for verdict in trial.verdicts())


def test_two_workers_a_region_and_noise_do_not_hide_or_invent_anything(
    small_internet: Topology,
) -> None:
    broken = Trouble(at(20), at(60), workers=["r2-1"])
    down = Trouble(at(80), at(110), components=["c1"], services=["gemini"])
    found = results(small_internet, at(0), at(140), [broken, down], workers=2, noise=0.002, seed=5)
    trial = try_results(small_internet, found)
    assert trial.fitness("r2") == ["fit"]
    assert trial.scopes() == ["none"]
    assert trial.claim(soon(80), "gemini") == ("component", ALL, ("c1",))
    assert {event.incident.service for event in trial.incidents()} == {"gemini"}
