"""What never matters to the engine: order, repeats, how often time advances, and restarts."""

from dataclasses import replace
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from coordinator.domain.engine import Engine
from coordinator.domain.incidents.life import OVER
from coordinator.domain.model.fitness import Fitness
from coordinator.domain.model.rules import Rules
from coordinator.domain.model.topology import Topology
from tests.coordinator.domain.engine_worlds import NET, REGIONS, World, said, thorough, worlds
from tests.scenarios.internet import Trouble, results, topology
from tests.scenarios.trial import FAST, Trial, at, feed, try_results
from worker.contract.outcome import Blame, Reason


@thorough
@given(worlds, st.integers(1, 10_000))
def test_order_and_repeats_never_matter(world: World, seed: int) -> None:
    """Within a grid step in any order, and again at any time later."""
    random, found = Random(seed), world.results()
    again = [
        result._replace(received_at=result.received_at + random.randint(0, 9_000))
        for result in found
    ]
    mixed = [*found, *again, *random.sample(again, len(again) // 2)]
    random.shuffle(mixed)
    end = at(70)
    assert try_results(NET, mixed, until=end).events == try_results(NET, found, until=end).events


@thorough
@given(worlds, st.integers(1, 40))
def test_how_often_time_advances_never_matters(world: World, every: int) -> None:
    """One batch a second, or everything at once, or anything between: skipped steps change no
    answer.
    """
    found, end = world.results(), at(70)
    assert (
        try_results(NET, found, until=end, batch_ms=every * 1_000).events
        == try_results(NET, found, until=end).events
    )


@thorough
@given(worlds, st.integers(5, 50))
def test_a_restored_engine_goes_on_as_if_it_had_run_through(world: World, cut: int) -> None:
    """Given what the store has: the results, and the incidents that are open as they were last
    told.
    """
    moment, end, found = at(cut), at(70), world.results()
    past, future = (
        [r for r in found if r.received_at <= moment],
        [r for r in found if r.received_at > moment],
    )
    through = try_results(NET, past, until=moment)
    restored = Trial(Engine(NET, FAST))
    last = {event.incident.id: event for event in through.incidents()}
    still_open = [event.incident for event in last.values() if event.moment not in OVER]
    restored.engine.restore(past, still_open, moment)
    assert restored.engine.verdicts() == through.engine.verdicts()
    assert restored.engine.workers() == through.engine.workers()
    through.events = []
    feed(through, future, end)
    feed(restored, future, end)
    assert restored.events == through.events


def test_nothing_is_said_of_unknown_checks_and_regions() -> None:
    found = results(NET, at(0), at(20))
    strangers = [result._replace(check="nobody") for result in found] + [
        result._replace(region="r9") for result in found
    ]
    assert try_results(NET, strangers).events == []


def test_an_engine_without_anything_to_look_at_says_so() -> None:
    engine = Engine(Topology(), FAST)
    assert engine.advance(at(5)) == []
    assert engine.verdicts() == {}
    quiet = Engine(NET, FAST)
    quiet.advance(at(5))
    assert quiet.verdicts()["claude"].scope == "unknown"
    assert quiet.regions()["r1"] == (Fitness.SILENT, "nothing heard yet")


def test_a_repeat_that_contradicts_the_first_changes_nothing() -> None:
    found = results(NET, at(0), at(60), [Trouble(at(20), services=["claude"])])
    denied = [
        r._replace(ok=not r.ok, reason=Reason.TIMEOUT, received_at=r.received_at + 3_000)
        for r in found
    ]
    blamed = [r._replace(blame=Blame.NONE if r.ok else Blame.TARGET) for r in denied]
    assert (
        try_results(NET, found + blamed, until=at(60)).events
        == try_results(NET, found, until=at(60)).events
    )


@pytest.mark.parametrize(
    ("regions", "components", "seed"),
    [(REGIONS, ["c1"], 1), (["r2"], ["c1", "c2"], 2), (REGIONS, ["c1", "c2"], 3)],
)
def test_results_repeated_and_shuffled_by_two_minutes_end_in_the_same_verdict(
    regions: list[str], components: list[str], seed: int
) -> None:
    random, net = (
        Random(seed),
        replace(NET, checks=tuple(replace(c, interval_ms=10_000) for c in NET.checks)),
    )
    trouble = Trouble(at(150), at(900), regions=regions, services=["claude"], components=components)
    found = results(net, at(0), at(500), [trouble], seed=seed)
    mixed = [
        r._replace(received_at=r.received_at + random.randint(0, 120_000))
        for r in found
        for _ in range(3)
    ]
    random.shuffle(mixed)
    plain, shuffled = (try_results(net, some, Rules(), until=at(500)) for some in (found, mixed))
    assert said(shuffled).claim() == said(plain).claim()
    assert said(plain).components == tuple(components)


def test_a_service_that_nothing_looks_at_is_unknown() -> None:
    net = topology(regions=3, services=(("claude", 1), ("openai", 1)), references=2)
    bare = replace(net, checks=tuple(check for check in net.checks if check.service != "openai"))
    trial = try_results(bare, results(bare, at(0), at(40)))
    assert trial.engine.verdicts()["openai"].reason == "Nothing looks at Openai."
