"""How far the engine says that trouble reaches, whatever goes on."""

from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from coordinator.domain.model.verdict import WIDTH
from tests.coordinator.domain.engine_worlds import (
    NET,
    REGIONS,
    World,
    said,
    some,
    thorough,
    troubles,
    worlds,
)
from tests.scenarios.internet import Silence, Trouble, results, topology
from tests.scenarios.trial import at, try_results


@thorough
@given(troubles, st.integers(1, 10_000))
def test_with_every_vantage_point_unfit_all_is_unknown_and_no_incident_opens(
    more: list[Trouble], seed: int
) -> None:
    dead = Trouble(at(0), at(60), services=["internet"])
    nothing = Trouble(at(0), at(60))
    found = results(NET, at(0), at(45), [dead, nothing, *more], seed=seed)
    trial = try_results(NET, found)
    assert {scope for service in ("claude", "openai") for scope in trial.scopes(service)} == {
        "unknown"
    }
    assert trial.incidents() == []


@thorough
@given(
    st.sampled_from(REGIONS),
    some(["claude", "openai"]),
    st.sampled_from([0.3, 1.0]),
    st.integers(1, 10_000),
)
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
    """One that was well, among enough others, whenever it falls silent and whatever goes on
    elsewhere.
    """
    wide = topology(regions=6, services=(("claude", 2),), references=3)
    trouble = Trouble(at(16), at(36), regions=["r1", "r2"][:hit], services=["claude"])
    silence = Silence(at(seed % 30), at(100), [silent])
    heard = try_results(wide, results(wide, at(0), at(60), [trouble], seed=seed))
    unheard = try_results(wide, results(wide, at(0), at(60), [trouble], [silence], seed=seed))
    assert [verdict.claim() for verdict in unheard.verdicts()] == [
        verdict.claim() for verdict in heard.verdicts()
    ]
    assert [event.moment for event in unheard.incidents()] == [
        event.moment for event in heard.incidents()
    ]


@settings(thorough, max_examples=50)
@given(st.sampled_from(REGIONS), worlds, st.integers(1, 10_000))
def test_whatever_happens_in_one_region_never_reaches_everywhere(
    region: str, world: World, seed: int
) -> None:
    """Its workers fail, its references fail, it falls silent, all at once or in turns: the others
    are well.
    """
    troubles = [replace(trouble, regions=[region]) for trouble in world.troubles]
    silences = [replace(silence, regions=[region]) for silence in world.silences]
    trial = try_results(
        NET, results(NET, at(0), at(45), troubles, silences, world.workers, 0.0, seed)
    )
    for service in ("claude", "openai"):
        assert {"component", "system_wide"}.isdisjoint(trial.scopes(service))
        assert all(event.incident.regions == (region,) for event in trial.incidents(service))


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
    less = results(
        NET,
        at(0),
        at(42),
        [replace(trouble, regions=regions[1:])] if regions[1:] else [],
        seed=seed,
    )
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
        widths = [
            WIDTH[verdict.scope] for verdict in trial.verdicts(service) if verdict.at > at(36)
        ]
        assert widths == sorted(widths, reverse=True)
        assert trial.claim(at(60), service) == ("none", (), ())


@pytest.mark.parametrize("workers", [1, 3])
@pytest.mark.parametrize("regions", [1, 2, 3, 5])
@pytest.mark.parametrize("components", [1, 2])
def test_few_regions_workers_or_components_are_right_or_unknown(
    workers: int, regions: int, components: int
) -> None:
    small = topology(regions=regions, services=(("claude", components),), references=2)
    names = tuple(region.id for region in small.regions)
    down = results(small, at(0), at(60), [Trouble(at(20), services=["claude"])], workers=workers)
    scope = "system_wide" if regions >= 3 else "unknown"
    trial = try_results(small, down)
    assert set(trial.scopes()) == {"none", scope}
    opened = trial.incidents()[0]
    assert (opened.moment, opened.incident.scope) == ("opened", scope)
    assert trial.claim(at(60)) == (scope, names, ("c1", "c2")[:components])
    assert try_results(small, results(small, at(0), at(60), workers=workers)).scopes() == ["none"]
