"""What opens an incident, and between which looks it began."""

from collections.abc import Sequence
from dataclasses import replace

import pytest

from coordinator.domain.incidents.life import incident_id
from coordinator.domain.incidents.opening import is_heard_enough
from coordinator.domain.model.incident import Incident, Moment, Part
from coordinator.domain.model.verdict import Scope, Severity
from coordinator.domain.window.tally import Tally, Times
from tests.coordinator.domain.handmade import at
from tests.coordinator.domain.incidents.service_life import HERE, QUICK, Life, announced, cells


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
    ids=[
        "one bucket",
        "a little more",
        "a quarter more",
        "once more",
        "from time to time",
        "nothing in time",
    ],
)
def test_an_incident_opens_only_when_it_goes_on_beyond_one_bucket(
    times: Sequence[float], opens: bool
) -> None:
    assert bool(Life().step(30, announced(HERE, 0, 12, times=times))) is opens


def test_what_fades_away_after_one_bad_bucket_opens_nothing() -> None:
    burst = [n / 2 for n in range(20)]
    assert not Life().step(30, announced(HERE, 0, 14, times=[*burst, 12, 13, 14]))
    assert Life().step(30, announced(HERE, 0, 14, times=[*burst, 11, 12, 13, 14, 15, 16]))
    assert Life().step(13, announced(HERE, 0, 14, times=[*burst, 12, 13])), (
        "there was no time for more yet"
    )


def test_what_is_not_known_to_be_a_disruption_or_where_opens_nothing() -> None:
    assert Life().step(60, announced(HERE, 0, 55, scope=Scope.NONE)) == []
    assert Life().step(60, announced(HERE, 0, 55, scope=Scope.UNKNOWN, at_least=True)) == []


def test_what_may_be_regional_or_wider_opens_an_incident_of_unknown_scope() -> None:
    life = Life()
    (opened,) = life.step(60, announced(HERE, 0, 55, scope=Scope.UNKNOWN))
    assert (opened.moment, opened.incident.scope) == (Moment.OPENED, Scope.UNKNOWN)
    assert opened.incident.regions == ("r1", "r2")


def test_one_region_of_many_that_alone_is_heard_opens_nothing() -> None:
    """Of ten that should look, one is no witness; of two it is."""
    lone = announced(cells([1]), 0, 55, scope=Scope.UNKNOWN)
    assert Life().step(60, lone) == []
    assert [is_heard_enough(lone.claim, cells(range(1, count + 1))) for count in (1, 2, 3, 10)] == [
        True,
        True,
        False,
        False,
    ]


def test_of_unknown_scope_it_must_go_on_beyond_a_burst_as_in_some_regions() -> None:
    life = Life(replace(QUICK, burst_ms=45_000))
    assert life.step(60, announced(HERE, 0, 44, scope=Scope.UNKNOWN)) == []
    assert life.step(90, announced(HERE, 0, 85, scope=Scope.UNKNOWN))


def test_an_incident_tells_what_is_claimed_and_between_which_looks_it_began() -> None:
    life = Life()
    claim = announced(HERE, 10, 35, before=4, severity=Severity.DEGRADED)
    earliest = replace(
        claim, tallies={**claim.tallies, ("c1", "r2"): Tally(first_bad=at(7), last_bad=at(35))}
    )
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
        parts=(
            Part("region", "r1", at(10)),
            Part("region", "r2", at(7)),
            Part("component", "c1", at(7)),
        ),
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


def test_late_results_correct_the_start() -> None:
    life = Life()
    life.step(30, announced(HERE, 10, 25, before=4))
    (earlier,) = life.step(40, announced(HERE, 2, 39, before=-3))
    assert earlier.moment is Moment.UPDATED
    assert (earlier.incident.started_after, earlier.incident.started_by) == (at(-3), at(2))
    assert earlier.incident.id == life.events[0].incident.id
    assert earlier.incident.parts[0].since == at(2)
    assert life.step(50, announced(HERE, 8, 49)) == [], "it never moves forward"


def test_a_window_that_has_left_the_start_behind_does_not_move_it() -> None:
    """Nothing good was seen before the first bad look that is still there: it began earlier, nobody
    knows when.
    """
    life = Life()
    life.step(30, announced(HERE, 10, 25))
    late = announced(HERE, 5, 39)
    unknown = replace(
        late, tallies={key: tally._replace(last_good=None) for key, tally in late.tallies.items()}
    )
    assert life.step(40, unknown) == []
    assert life.open[0].started_by == at(10)


def test_a_burst_in_one_region_is_no_incident_though_a_look_fails_by_chance_after() -> None:
    """What goes on only after what may have been one burst decides, in some regions only."""
    burst = [at(t) for t in (30, 31, 34, 41, 52, 60)]
    good = [at(t) for t in range(76, 200, 2)]

    def opens(bad: Sequence[int], scope: Scope = Scope.REGIONAL, nats: float = 10.0) -> bool:
        times = Times(sorted([*burst, *bad]), good)
        claimed = replace(announced(HERE, 30, 190, scope=scope), times=lambda: times)
        life = Life(replace(QUICK, burst_ms=45_000, incident_nats=nats))
        return bool(life.step(200, claimed))

    assert not opens([])
    assert not opens([at(80), at(150)], Scope.COMPONENT, 40.0), (
        "and not before the evidence is sure"
    )
    assert not opens([at(150)]), "one by chance"
    assert opens([at(t) for t in (80, 95, 110, 130, 150, 190)]), "a tenth goes on"
    assert opens([at(80), at(150)], Scope.COMPONENT), (
        "what fails everywhere at once is no matter of a path"
    )
