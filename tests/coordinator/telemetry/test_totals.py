"""Counting all at once comes to what counting one by one comes to."""

from bisect import bisect_left
from collections import Counter, defaultdict

from hypothesis import given, settings
from hypothesis import strategies as st

from coordinator.telemetry.signals.totals import BOUNDS_MS, OK, WHOLE, Key, Row, Totals, phases

took = st.one_of(st.none(), st.floats(0, 100_000).map(lambda ms: round(ms, 3)))
name = st.sampled_from(("a", "b", "c"))
rows = st.tuples(
    st.just(0),
    st.just(""),
    *(name, name, name),
    st.sampled_from(("ok", "dns", "timeout")),
    *(took, took, took, took, took),
)


def one_by_one(told: list[Row]) -> dict[Key, list[float]]:
    found: dict[Key, list[float]] = defaultdict(list)
    for row in told:
        _, _, service, _, region, reason, *durations = row
        if durations[-1] is not None:
            found[service, region, WHOLE, reason].append(durations[-1])
        for phase, ms in phases(durations):
            found[service, region, phase, OK].append(ms)
    return found


@given(st.lists(st.lists(rows, max_size=20), max_size=4))
@settings(deadline=None)
def test_batches_come_to_what_single_looks_come_to(batches: list[list[Row]]) -> None:
    totals = Totals()
    for batch in batches:
        totals.add(batch)
    everything = [row for batch in batches for row in batch]
    assert totals.looks == Counter(tuple(row[2:6]) for row in everything)
    found, wanted = dict(totals.durations()), one_by_one(everything)
    assert found.keys() == wanted.keys()
    for key, values in wanted.items():
        number, total, least, most, *counts = found[key]
        assert (number, least, most) == (len(values), min(values), max(values))
        assert abs(total - sum(values)) < 1e-6 * (1 + sum(values))
        places = Counter(bisect_left(BOUNDS_MS, ms) for ms in values)
        assert counts == [places[bucket] for bucket in range(len(BOUNDS_MS) + 1)]
    again = Totals.of(totals.to_document())
    assert again is not None
    assert dict(again.durations()) == found


def test_what_was_counted_into_other_buckets_is_not_gone_on_with() -> None:
    document = Totals().to_document() | {"bounds": [1, 2]}
    assert Totals.of(document) is None
