"""Answers that take longer: the shift itself is told, its reach is steady, and a route is none."""

from math import exp
from random import Random

import pytest

from tests.coordinator.domain.engine_worlds import NET
from tests.scenarios.internet import Trouble, results
from tests.scenarios.trial import Trial, at, try_results

USUAL_MS, SPREAD = 400.0, 0.2
SINCE, END = 240, 340
EVERYWHERE = ("r1", "r2", "r3", "r4")


def tried(
    times: float, regions: tuple[str, ...] = EVERYWHERE, share: float = 1.0, seed: int = 1
) -> Trial:
    """From `SINCE` on a share of the answers of one service takes so many times as long there."""
    random = Random(seed)

    def took(moment: int, service: str, region: str) -> float:
        longer = moment >= at(SINCE) and service == "claude" and region in regions
        usual = USUAL_MS * exp(random.gauss(0, SPREAD))
        return usual * times if longer and random.random() < share else usual

    found = [
        one._replace(total_ms=took(one.scheduled_at, one.check.split("-")[0], one.region))
        for one in results(NET, at(0), at(END), workers=2)
    ]
    return try_results(NET, found)


def test_a_rise_of_sixty_percent_that_stays_is_found_soon_and_told_steadily() -> None:
    trial = tried(1.6)
    (_, *told) = trial.verdicts()
    assert [verdict.scope for verdict in told] == ["system_wide"], "and nothing else after it"
    assert told[0].at <= at(SINCE + 10), "within five intervals"
    assert told[0].severity == "degraded"
    assert len({event.incident.id for event in trial.incidents()}) == 1
    assert trial.claim(at(END)) == ("system_wide", EVERYWHERE, ("c1", "c2"))


def test_in_one_region_it_is_regional() -> None:
    trial = tried(1.6, ("r2",))
    assert trial.claim(at(END)) == ("regional", ("r2",), ("c1", "c2"))
    assert set(trial.scopes()) == {"none", "regional"}


def test_a_way_that_gets_a_third_longer_for_good_is_no_incident() -> None:
    for regions in (("r2",), EVERYWHERE):
        trial = tried(1.35, regions)
        assert trial.scopes() == ["none"]
        assert trial.incidents() == []


def test_failures_that_retries_hide_show_as_slow() -> None:
    trial = tried(2.5, share=0.3)
    assert trial.claim(at(END))[0] == "system_wide"
    assert trial.verdicts()[-1].severity == "degraded"


@pytest.mark.parametrize("world", [20, 240])
def test_an_end_is_seen_as_soon_before_times_are_known_as_after(world: int) -> None:
    """What takes how long is not known after ten looks; slowness is no excuse for a failure that is
    over.
    """
    trouble = Trouble(at(world), at(world + 20), services=["claude"])
    trial = try_results(NET, results(NET, at(0), at(world + 40), [trouble], workers=2))
    assert trial.claim(at(world + 20))[0] == "system_wide"
    assert trial.claim(at(world + 28))[0] == "none", "within four intervals"
    assert trial.scopes()[-1] == "none"
