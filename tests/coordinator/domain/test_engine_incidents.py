"""What an open incident does and what opens none: a second disruption, a pause, what is normal."""

from coordinator.domain.engine import Engine
from coordinator.domain.model.incident import Moment
from tests.coordinator.domain.engine_worlds import NET, REGIONS
from tests.scenarios.internet import Trouble, results, topology
from tests.scenarios.trial import FAST, Trial, at, feed, seconds, try_results


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


def test_while_an_incident_is_open_few_looks_move_what_is_normal() -> None:
    trouble = Trouble(at(10), services=["claude"], components=["c1"])
    trial = try_results(NET, results(NET, at(0), at(30), [trouble]), until=at(30))
    series = trial.engine._all_series["claude-c2"]["r1"]
    learns = [trial.engine._judges["claude"].may_learn(series, at(2 * n)) for n in range(320)]
    assert sum(learns) == 10
    assert all(trial.engine._judges["openai"].may_learn(series, at(2 * n)) for n in range(80))
