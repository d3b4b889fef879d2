"""What goes on as it is told is weighed once a bucket; what surprises, at once."""

import pytest

from coordinator.domain.incidents.open_incident import AnnouncedClaim, OpenIncident
from coordinator.domain.incidents.steadiness import Steadiness
from coordinator.domain.inference.claim import Claim
from coordinator.domain.model.incident import Incident
from coordinator.domain.model.verdict import Scope, Severity
from coordinator.domain.window.axes import Axes, CellKey
from coordinator.domain.window.share import NOTHING_COUNTED, Counted, FailingShare
from tests.coordinator.domain.engine_worlds import NET
from tests.coordinator.domain.handmade import at
from tests.scenarios.internet import Trouble, results
from tests.scenarios.trial import Trial, try_results
from tests.scenarios.trial import at as moment

AXES = Axes(("c1", "c2"), ("r1", "r2", "r3"), 10_000, 20)
EVERYWHERE = frozenset(AXES.every)
REGIONAL = frozenset({("c1", "r1"), ("c2", "r1")})


def steady(
    claimed: frozenset[CellKey] = REGIONAL,
    reached: frozenset[CellKey] | None = None,
    bad: int = 100,
    *,
    slow: bool = False,
) -> Steadiness:
    """So many of a hundred looks were bad, and the same was told for a minute."""
    counted = Counted(FailingShare(bad, 100), *(getattr(NOTHING_COUNTED, n) for n in PARTS))
    claim = Claim(Scope.REGIONAL, claimed, ("r1",), ("c1", "c2"), 0.99, slow)
    announced = [AnnouncedClaim(claim, Severity.OUTAGE, "", {}, counted=counted)]
    incident = Incident("1", "s", Severity.OUTAGE, Scope.REGIONAL, ("r1",), ("c1",), at(0), None, 0)
    opened = [OpenIncident(incident, claimed if reached is None else reached)]
    found = Steadiness(AXES)
    for seconds in (0, 60):
        found.note(at(seconds), announced, opened, news=not seconds)
    return found


PARTS = ("good", "bad", "by_reason")


def test_what_goes_on_as_told_rests_until_it_surprises() -> None:
    found = steady()
    found.hear(0, 0, bad=True, slow=False)
    found.hear(0, 1, bad=False, slow=False)
    assert found.rests(at(60))
    found.hear(0, 1, bad=True, slow=False)
    assert not found.rests(at(60)), "it fails where nothing is claimed"


def test_what_was_told_just_now_does_not_rest() -> None:
    found = steady()
    assert not found.rests(at(15))
    found.note(at(70), [], [], news=True)
    assert not found.rests(at(200)), "and nothing does while nothing is open"


def test_what_reaches_farther_than_what_is_claimed_waits_for_its_end() -> None:
    assert not steady(REGIONAL, EVERYWHERE).rests(at(60))


@pytest.mark.parametrize(("bad", "rests_for"), [(100, 0), (90, 2), (30, 14), (10, 47)])
def test_good_looks_in_a_row_surprise_when_chance_hardly_gives_so_many(
    bad: int, rests_for: int
) -> None:
    found = steady(bad=bad)
    for _ in range(rests_for):
        found.hear(0, 0, bad=False, slow=False)
    assert found.rests(at(60))
    found.hear(0, 0, bad=False, slow=False)
    assert not found.rests(at(60))


def test_a_bad_look_begins_the_row_anew() -> None:
    found = steady(bad=30)
    for _ in range(5):
        for _ in range(10):
            found.hear(1, 0, bad=False, slow=False)
        found.hear(1, 0, bad=True, slow=False)
    assert found.rests(at(60))


def test_twice_as_many_bad_looks_surprise() -> None:
    found = steady(bad=20)
    for n in range(100):
        found.hear(n % 2, 0, bad=n % 5 == 0, slow=False)
    assert found.rests(at(60))
    for n in range(100):
        found.hear(n % 2, 0, bad=n % 2 == 0, slow=False)
    assert not found.rests(at(60))


def test_of_what_is_slow_slow_looks_are_expected_and_of_what_fails_they_are_good() -> None:
    slow, failing = steady(slow=True), steady()
    for _ in range(3):
        slow.hear(0, 0, bad=False, slow=True)
        failing.hear(0, 0, bad=False, slow=True)
    assert slow.rests(at(60))
    assert not failing.rests(at(60))
    slow.hear(0, 2, bad=False, slow=True)
    assert not slow.rests(at(60)), "slow where nothing is claimed"


@pytest.mark.parametrize("share", [1.0, 0.5])
@pytest.mark.parametrize("regions", [None, ["r2"]])
def test_an_engine_that_weighs_at_every_step_says_the_same(
    share: float, regions: list[str] | None, monkeypatch: pytest.MonkeyPatch
) -> None:
    trouble = Trouble(moment(20), moment(80), regions=regions, services=["claude"], share=share)
    found = results(NET, moment(0), moment(110), [trouble], workers=2)
    ours = try_results(NET, found)
    monkeypatch.setattr(Steadiness, "rests", lambda *_: False)
    assert told(ours) == told(try_results(NET, found))
    assert ours.incidents()[-1].moment == "resolved"


def told(trial: Trial) -> list[object]:
    return [event.to_record() for event in trial.events]
