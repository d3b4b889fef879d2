"""What few vantage points can say: that something fails there, and never how far it reaches."""

import pytest

from coordinator.domain.model.incident import Moment
from tests.scenarios.internet import Silence, Trouble, results, topology
from tests.scenarios.trial import Trial, at, try_results

SEVERAL = (("claude", 2), ("openai", 1))
DOWN = Trouble(at(30), at(50), services=["claude"])


def tried(regions: int, *troubles: Trouble, silent: int = 0, unfit: int = 0) -> Trial:
    """A fleet of so many regions; the first of them are silent, the next reach nothing, from early
    on.
    """
    net = topology(regions=regions, services=SEVERAL, references=3)
    names = [region.id for region in net.regions]
    deaf = [Silence(at(8 + 8 * n), at(90), [name]) for n, name in enumerate(names[:silent])]
    dead = Trouble(at(8), at(90), regions=names[silent : silent + unfit])
    faults = [*troubles, *([dead] if unfit else [])]
    return try_results(net, results(net, at(0), at(80), faults, deaf), until=at(80))


@pytest.mark.parametrize(
    ("regions", "silent", "unfit"), [(1, 0, 0), (2, 0, 0), (3, 1, 0), (3, 0, 1), (2, 1, 0)]
)
def test_a_total_outage_seen_by_too_few_is_an_incident_that_is_regional_or_wider(
    regions: int, silent: int, unfit: int
) -> None:
    trial = tried(regions, DOWN, silent=silent, unfit=unfit)
    assert set(trial.scopes()) == {"none", "unknown"}, "nothing claims more, nor less"
    first, *_, last = trial.incidents()
    seeing = tuple(f"r{n}" for n in range(1 + silent + unfit, regions + 1))
    assert (first.moment, first.incident.scope) == (Moment.OPENED, "unknown")
    assert first.incident.regions == seeing
    assert "regional or wider" in first.incident.reason
    assert trial.claim(at(45)) == ("unknown", seeing, ("c1", "c2"))
    assert last.moment is Moment.RESOLVED
    assert trial.claim(at(80))[0] == "none"
    told = next(verdict for verdict in trial.verdicts() if verdict.scope == "unknown")
    assert 0 < told.confidence <= {1: 0.6, 2: 0.7}[len(seeing)]


def test_one_region_of_two_that_fails_is_regional() -> None:
    trial = tried(2, Trouble(at(30), at(50), regions=["r1"], services=["claude"]))
    assert set(trial.scopes()) == {"none", "regional"}
    assert trial.incidents()[0].incident.scope == "regional"


@pytest.mark.parametrize("regions", [1, 2, 3])
def test_where_nobody_is_fit_nothing_is_claimed(regions: int) -> None:
    trial = tried(regions, DOWN, unfit=regions)
    assert trial.incidents() == []
    assert {verdict.regions for verdict in trial.verdicts() if verdict.at > at(12)} <= {()}


@pytest.mark.parametrize("regions", [1, 2])
def test_a_component_that_fails_is_named_though_its_reach_is_not_known(regions: int) -> None:
    part = Trouble(at(30), at(50), services=["claude"], components=["c2"])
    trial = tried(regions, part)
    assert trial.incidents()[0].incident.components == ("c2",)
    assert set(trial.scopes()) == {"none", "unknown"}
