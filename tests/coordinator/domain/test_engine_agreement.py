"""Verdict and incidents of a service come from one value: at no instant does one deny the other."""

import re
from collections.abc import Sequence

import pytest
from hypothesis import given

from coordinator.domain.engine import Engine
from coordinator.domain.incidents.life import OVER
from coordinator.domain.incidents.open_incident import OpenIncident
from coordinator.domain.inference.claim import Claim, scope_of_cells
from coordinator.domain.judge import Judge
from coordinator.domain.model.incident import IncidentEvent
from coordinator.domain.model.topology import Topology
from coordinator.domain.model.verdict import WIDTH, Scope, widest
from tests.coordinator.domain.engine_worlds import NET, World, thorough, worlds
from tests.scenarios.internet import Trouble, results, topology
from tests.scenarios.trial import FAST, at, seconds
from worker.contract.outcome import Reason
from worker.contract.result import Result

COUNT = re.compile(r" in (?:at least )?(\d+) of (\d+) regions? heard")
THREE = topology(regions=3, services=(("shop", 2),), references=2)


def agrees(judge: Judge, events: Sequence[IncidentEvent], now: int) -> None:
    """Hold what is announced and the open incidents of one service against each other."""
    claims = [claim for claim in judge.state.claims if claim.located]
    for claim in claims:
        holds(claim, judge.incidents.open, now)
    told = {event.incident.id for event in events if event.moment not in OVER}
    for opened in judge.incidents.open:
        inside = [claim for claim in claims if claim.cells <= opened.reach]
        hangs_together(opened, now)
        for claim in inside:
            assert WIDTH[opened.incident.scope] >= WIDTH[claim.scope], (opened, claim)
        if opened.incident.id in told:
            follows(opened, inside, judge, now)


def holds(claim: Claim, opened: Sequence[OpenIncident], now: int) -> None:
    """What is announced of an incident lies within it."""
    of_it = [
        one.reach
        for one in opened
        if 2 * len(claim.cells & one.reach) >= min(len(claim.cells), len(one.reach))
    ]
    assert not of_it or any(claim.cells <= reach for reach in of_it), (seconds(now), claim)


def hangs_together(opened: OpenIncident, now: int) -> None:
    """Places and sentence are of the same cells."""
    incident = opened.incident
    assert set(incident.regions) == {region for _, region in opened.reach}, seconds(now)
    assert set(incident.components) == {component for component, _ in opened.reach}
    counted = COUNT.search(incident.reason)
    assert counted is not None, incident.reason
    assert int(counted[1]) == len(incident.regions), (seconds(now), incident)
    assert int(counted[1]) <= int(counted[2]), incident.reason


def follows(opened: OpenIncident, inside: Sequence[Claim], judge: Judge, now: int) -> None:
    """What was just told has the scope that its cells and the coverage give; where too few are
    heard to tell, the one that it had.
    """
    scope, seen = opened.incident.scope, judge.estimator.peek(now, late_alarms=True)
    exact = [claim.scope for claim in inside if claim.cells == opened.reach]
    if exact:
        assert scope in exact or Scope.UNKNOWN in exact, (seconds(now), opened.incident)
        return
    voting = seen.grid.axes.keys(seen.coverage.votes)
    own = scope_of_cells(opened.reach, judge.estimator.cells, FAST, voting)
    if own is Scope.REGIONAL and {claim.scope for claim in inside} == {Scope.UNKNOWN}:
        return
    assert scope is widest((own, *(claim.scope for claim in inside))), (
        seconds(now),
        opened.incident,
    )
    heard = {region for component, region in voting if component in opened.incident.components}
    if scope is Scope.REGIONAL and len(heard) >= FAST.enough_regions:
        for component in opened.incident.components:
            assert not heard <= {r for c, r in opened.reach if c == component}, opened.incident


def played(net: Topology, found: Sequence[Result], until: int) -> list[IncidentEvent]:
    """Play second by second, and look at verdict and incidents after each."""
    engine, events, waiting = Engine(net, FAST), list[IncidentEvent](), list(found)
    for now in range(at(1), until, 1_000):
        engine.observe([result for result in waiting if result.received_at <= now])
        waiting = [result for result in waiting if result.received_at > now]
        new = [event for event in engine.advance(now) if isinstance(event, IncidentEvent)]
        events += new
        for service, judge in engine._judges.items():
            agrees(judge, [event for event in new if event.incident.service == service], now)
    return events


@given(worlds)
@thorough
def test_at_every_instant_incidents_and_verdict_agree(world: World) -> None:
    played(NET, world.results(), at(46))


FIRST = Trouble(at(8), regions=["r1"], services=["shop"])


@pytest.mark.parametrize(
    "then",
    [
        [Trouble(at(20), services=["shop"], components=["c2"])],
        [Trouble(at(20), services=["shop"], components=["c2"], reason=Reason.STATUS, share=0.7)],
        [Trouble(at(20), at(34), services=["shop"], components=["c2"])],
        [Trouble(at(20), at(30), services=["shop"]), Trouble(at(30), services=["shop"], share=0.6)],
    ],
)
def test_what_grows_from_one_region_to_everywhere_is_told_by_both(then: list[Trouble]) -> None:
    events = played(THREE, results(THREE, at(0), at(50), [FIRST, *then]), at(51))
    widest = max((event.incident for event in events), key=lambda one: len(one.regions))
    assert (len(widest.regions), widest.scope is Scope.REGIONAL) == (3, False)
    assert "in 3 of 3 regions heard" in widest.reason
