"""The way to the coordinator: cut off, silent, repeated and shuffled."""

from collections import Counter
from itertools import chain, pairwise

from coordinator.evaluation.simulator import SILENT, Shape, scenario

SHAPE = Shape(4, 1, components=3, others=(2,))
MINUTE_MS = 60_000


def test_a_cut_off_coordinator_hears_nothing_for_ten_minutes_and_then_everything_once() -> None:
    play = scenario("coordinator-cut-off").build(SHAPE, 2, SILENT)
    results = list(chain.from_iterable(play.stream()))
    received = [result.received_at for result in results]
    pauses = [later - earlier for earlier, later in pairwise(received)]
    assert 10 * MINUTE_MS <= max(pauses) < 10 * MINUTE_MS + 5_000
    began = pauses.index(max(pauses))
    backlog = [at for at in received if 0 <= at - received[began + 1] < 3_000]
    assert len(backlog) > 0.9 * 10 * len(results) / ((play.until - play.since) / MINUTE_MS)
    assert len({result.id for result in results}) == len(results)


def test_repeated_results_keep_their_id_and_lose_their_order() -> None:
    play = scenario("repeats-shuffled").build(SHAPE, 2, SILENT)
    results = list(chain.from_iterable(play.stream()))
    assert set(Counter(result.id for result in results).values()) == {3}
    assert all(result.received_at - result.started_at < 120_000 + 11_000 for result in results)
    scheduled = [result.scheduled_at for result in results]
    assert scheduled != sorted(scheduled)


def test_nothing_is_heard_of_a_silent_region() -> None:
    play = scenario("region-silent").build(SHAPE, 2, SILENT)
    results = list(chain.from_iterable(play.stream()))
    middle = play.warm_until + 7 * MINUTE_MS
    heard = {
        result.region for result in results if middle <= result.scheduled_at < middle + MINUTE_MS
    }
    assert len(heard) == 3
    silent = next(iter(set(play.topology.region) - heard))
    assert play.look("aster-api", silent, f"{silent}-1", middle) is None
