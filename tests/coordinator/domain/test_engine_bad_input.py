"""Wrong clocks, absurd times and unknown names are survived, and what is said is right."""

import json
from collections.abc import Callable
from math import inf, nan
from random import Random

import pytest

from coordinator.domain.model.fitness import Fitness
from tests.coordinator.domain.engine_worlds import NET, REGIONS, said
from tests.scenarios.internet import Silence, Trouble, results
from tests.scenarios.trial import at, try_results
from worker.contract.result import Result


def test_a_worker_with_a_clock_far_ahead_neither_votes_nor_is_believed() -> None:
    found = [
        r._replace(started_at=r.started_at + 300_000) if r.region == "r2" else r
        for r in results(NET, at(0), at(60), [Trouble(at(0), regions=["r2"], services=["claude"])])
    ]
    trial = try_results(NET, found)
    assert trial.scopes() == ["none"]
    assert trial.engine.regions()["r2"][0] is Fitness.SILENT


def garbled(**fields: object) -> Callable[[Result], Result]:
    return lambda result: result._replace(**fields)


BAD_INPUT: dict[str, Callable[[Result], Result]] = {
    "a minute from the future": lambda result: result._replace(
        started_at=result.received_at + 60_000
    ),
    "scheduled in the future": lambda result: result._replace(
        scheduled_at=result.received_at + 600_000
    ),
    "a clock minutes ahead": lambda result: result._replace(started_at=result.started_at + 300_000),
    "a clock minutes behind": lambda result: result._replace(
        started_at=result.started_at - 300_000
    ),
    "scheduled minutes ago": lambda result: result._replace(
        scheduled_at=result.scheduled_at - 300_000
    ),
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
    mixed = [
        result._replace(total_ms=absurd) if random.random() < 0.05 else result for result in well
    ]
    assert try_results(NET, mixed).scopes() == ["none"]
    slow = [
        result._replace(total_ms=2_000.0)
        if result.service == "claude" and result.scheduled_at > at(60)
        else result
        for result in mixed + results(NET, at(60), at(90))
    ]
    verdict = said(try_results(NET, slow))
    assert (verdict.scope, verdict.severity) == ("system_wide", "degraded")


def test_a_look_scheduled_in_the_future_keeps_nobody_from_falling_silent() -> None:
    found = [
        r._replace(scheduled_at=r.scheduled_at + 600_000)
        if r.region == "r2" and r.scheduled_at > at(14)
        else r
        for r in results(NET, at(0), at(60), silences=[Silence(at(20), at(60), ["r2"])])
    ]
    assert try_results(NET, found).engine.regions()["r2"] == (
        Fitness.SILENT,
        "nothing heard for 6 s",
    )
