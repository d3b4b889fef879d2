"""Another configuration under a running engine: what is removed, added and kept."""

from collections.abc import Sequence
from dataclasses import replace

import pytest

from coordinator.domain.model.incident import Moment
from coordinator.domain.model.topology import Topology
from tests.coordinator.domain.engine_worlds import NET, REGIONS
from tests.scenarios.internet import Trouble, results, topology
from tests.scenarios.trial import FAST, at, feed, seconds, try_results


@pytest.mark.parametrize("removed", ["service", "region", "component"])
def test_what_is_removed_from_the_configuration_is_forgotten_and_its_incident_closed(
    removed: str,
) -> None:
    trouble = Trouble(at(10), services=["claude"], components=["c1"], regions=["r1"])
    trial = try_results(NET, results(NET, at(0), at(70), [trouble]), until=at(70))
    assert len(trial.incidents()) == 1
    checks = {
        "service": [c for c in NET.checks if c.service != "claude"],
        "component": [c for c in NET.checks if (c.service, c.component) != ("claude", "c1")],
        "region": [
            replace(c, regions=tuple(r for r in c.regions if r != "r1")) for c in NET.checks
        ],
    }[removed]
    services = tuple(s for s in NET.services if removed != "service" or s.id != "claude")
    regions = tuple(r for r in NET.regions if removed != "region" or r.id != "r1")
    trial.engine.reconfigure(Topology(regions, services, tuple(checks)), FAST)
    trial.events = []
    feed(trial, results(NET, at(30), at(60), [trouble]), at(60))
    (gone,) = trial.incidents()
    told = (gone.moment, gone.incident.ended_by, gone.incident.closed_because)
    assert told == (Moment.RESOLVED, None, "removed")
    assert ("claude" in trial.engine.verdicts()) == (removed != "service")


def test_a_reconfiguration_that_changes_nothing_changes_nothing() -> None:
    trouble = Trouble(at(10), at(40), services=["claude"], components=["c1"])
    found = results(NET, at(0), at(70), [trouble])
    plain = try_results(NET, found, until=at(70))
    trial = try_results(NET, [r for r in found if r.received_at <= at(25)], until=at(25))
    trial.engine.reconfigure(NET, FAST)
    feed(trial, [r for r in found if r.received_at > at(25)], at(70))
    assert trial.events == plain.events


def checks_with(
    regions: Sequence[str], components: Sequence[str], interval_ms: int = 2_000
) -> Topology:
    net = topology(
        regions=len(regions), services=(("claude", len(components)), ("openai", 1)), references=2
    )
    return replace(
        net, checks=tuple(replace(check, interval_ms=interval_ms) for check in net.checks)
    )


CHANGES = {
    "a region added": checks_with(["r1", "r2", "r3", "r4", "r5"], ["c1", "c2"]),
    "a region removed": checks_with(["r1", "r2", "r3"], ["c1", "c2"]),
    "a component added": checks_with(REGIONS, ["c1", "c2", "c3"]),
    "another interval": checks_with(REGIONS, ["c1", "c2"], 5_000),
}


@pytest.mark.parametrize("change", CHANGES)
@pytest.mark.parametrize("seed", range(2))
def test_a_configuration_that_changes_under_an_open_incident_loses_nothing(
    change: str, seed: int
) -> None:
    trouble, after = (
        Trouble(at(20), at(60), services=["claude"], components=["c1"]),
        CHANGES[change],
    )
    trial = try_results(NET, results(NET, at(0), at(40), [trouble], seed=seed), until=at(40))
    (opened,) = trial.incidents()
    trial.engine.reconfigure(after, FAST)
    feed(trial, results(after, at(40), at(130), [trouble], seed=seed), at(130))
    assert trial.claim(at(58)) == (
        "component",
        tuple(region.id for region in after.regions),
        ("c1",),
    )
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
    assert told <= {"regional", "unknown"}, "of the one region no more is known"
