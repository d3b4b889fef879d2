"""Metrics: what arrives at a collector is what is in the store, whatever was lost on the way."""

from collections import Counter
from collections.abc import Awaitable, Callable
from typing import Any

import pytest

from coordinator.domain.schedule.ledger import Gap, GapReason
from coordinator.store import Store
from coordinator.store.state.standings import TELEMETRY
from coordinator.telemetry.loops import MetricsLoop
from coordinator.telemetry.signals import totals
from tests.coordinator.telemetry.collector import Collector, rejecting_points
from tests.coordinator.telemetry.stored import failed, look, verdict
from worker.contract import clock
from worker.contract.result import Result

pytestmark = pytest.mark.slow
Making = Callable[..., Awaitable[MetricsLoop]]
FRANCE = {"region": "eu-south", "worker": "eu-south-1"}


async def kept(store: Store, *results: Result) -> None:
    await store.results.add(list(results))
    last = max(result.received_at for result in results)
    await store.results.add([look(1_000_000 + last % 1_000_000, received_at=last + 1)])


async def sent(loop: MetricsLoop) -> None:
    await loop.count()
    await loop.send()


def looks_of(collector: Collector) -> Counter[tuple[str, str, str]]:
    """Looks by service, region and type of error."""
    found = Counter[tuple[str, str, str]]()
    for told, point in collector.points("outscope.looks").items():
        names = dict(told)
        key = names["outscope.service"], names["outscope.region"], names.get("error.type", "")
        found[key] += point.as_int
    return found


def seen(*results: Result) -> Counter[tuple[str, str, str]]:
    return Counter((one.service, one.region, "" if one.ok else one.reason.value) for one in results)


async def test_looks_are_counted_by_reason_and_their_phases_measured(
    store: Store, metrics: Making, collector: Collector
) -> None:
    loop = await metrics()
    results = [look(1), failed(2), failed(3, **FRANCE), look(4, service="openai", total_ms=None)]
    await kept(store, *results)
    await sent(loop)
    assert looks_of(collector) == seen(*results)
    phases = {
        dict(told)["outscope.phase"]: point
        for told, point in collector.points("outscope.look.phase.duration").items()
        if dict(told)["outscope.service"] == "claude" and dict(told)["outscope.region"] == "eu-west"
    }
    assert set(phases) == {"dns", "connect", "tls", "ttfb", "transfer"}
    tls = phases["tls"]
    assert (tls.count, round(tls.sum, 6), tls.min, tls.max) == (2, 0.0405, 0.02025, 0.02025)
    assert sum(tls.bucket_counts) == 2
    first = next(n for n, bound in enumerate(tls.explicit_bounds) if bound >= 0.02025)
    assert tls.bucket_counts[first] == 2
    whole = collector.points("outscope.look.duration")
    assert sum(point.count for point in whole.values()) == 3
    failing = (
        ("error.type", "status"),
        ("outscope.region", "eu-south"),
        ("outscope.service", "claude"),
    )
    assert round(whole[failing].sum, 6) == 0.065


async def test_verdicts_fitness_and_gaps_stand_as_they_do_in_the_store(
    store: Store, metrics: Making, collector: Collector
) -> None:
    loop = await metrics()
    now = clock.now()
    told = verdict(now, now - 1).to_document()
    await store.standings.put("service", "claude", now, told)
    await store.standings.put("region", "eu-west", now, {"fitness": "silent", "why": ""})
    gap = Gap("claude-api", "claude", "eu-west", 7, 9, now - 3000, now - 1000, GapReason.NO_RESULT)
    await store.gaps.add([gap])
    await sent(loop)

    def holds(metric: str, name: str) -> list[str]:
        points = collector.points(metric)
        return [dict(told)[name] for told, point in points.items() if point.as_int == 1]

    assert holds("outscope.service.severity", "outscope.severity") == ["outage"]
    assert len(collector.points("outscope.service.severity")) == 3
    assert holds("outscope.service.scope", "outscope.scope") == ["regional"]
    assert holds("outscope.region.fitness", "outscope.fitness") == ["silent"]
    [confidence] = collector.points("outscope.service.confidence").values()
    assert confidence.as_double == 0.9
    [(names, missing)] = collector.points("outscope.gaps.looks").items()
    assert (dict(names)["outscope.gap.reason"], missing.as_int) == (str(GapReason.NO_RESULT), 3)


async def test_what_did_not_arrive_is_within_what_arrives_next(
    store: Store, metrics: Making, collector: Collector
) -> None:
    loop = await metrics()
    await kept(store, look(1), failed(2))
    collector.answer = (503, {}, b"")
    await sent(loop)
    assert collector.metrics == []
    later = failed(3, received_at=clock.now() + 4_000)
    await kept(store, later)
    collector.answer = (200, {}, b"")
    await sent(loop)
    await sent(loop)
    first = look(1_000_000)
    assert looks_of(collector) == seen(look(1), failed(2), later, first)
    told = (await store.standings.all(TELEMETRY))["metrics"]
    assert (told["failures"], told["requests"], told["dropped"]) == (1, 3, {})


async def test_counting_goes_on_over_restarts_without_loss_or_doubles(
    store: Store, metrics: Making, collector: Collector
) -> None:
    loop = await metrics()
    await kept(store, look(1), failed(2))
    await sent(loop)
    [before] = {point.start_time_unix_nano for point in collector.points("outscope.looks").values()}
    later = [failed(n, received_at=clock.now() + 4_000 + n) for n in range(5)]
    await kept(store, *later)
    await loop.count()  # and is killed before it is kept
    await sent(await metrics())
    assert looks_of(collector) == seen(look(1), failed(2), look(1_000_000), *later)
    starts = {point.start_time_unix_nano for point in collector.points("outscope.looks").values()}
    assert starts == {before}, "the same sums, going on"


async def test_struck_results_do_not_count(
    store: Store, metrics: Making, collector: Collector
) -> None:
    loop = await metrics()
    now = clock.now()
    await kept(store, failed(1), failed(2, **FRANCE))
    span = "eu-south", now - 60_000, now + 60_000
    await store.striking.strike(*span, await store.striking.find(*span), ("sick", "tests", now))
    await sent(loop)
    assert looks_of(collector) == seen(failed(1))


async def test_series_are_bounded_and_what_is_beyond_is_counted_in_one(
    store: Store, metrics: Making, collector: Collector, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(totals, "MOST_SERIES", 4)
    loop = await metrics()
    await kept(store, *(look(n, service=f"s{n}") for n in range(10)))
    await sent(loop)
    points = collector.points("outscope.looks")
    assert len(points) == 4
    assert points[(("otel.metric.overflow", True),)].as_int == 7


async def test_services_that_are_gone_make_room(
    store: Store, document: dict[str, Any], metrics: Making, collector: Collector
) -> None:
    loop = await metrics()
    await store.configurations.save(document, clock.now())
    await kept(store, look(1), failed(2), failed(3, service="closed"))
    await loop.count()
    assert any(key[0] == "closed" for key in loop._totals.looks)
    await loop.send()
    assert looks_of(collector) == seen(look(1), failed(2))


async def test_what_the_collector_rejects_is_counted(
    store: Store, metrics: Making, collector: Collector
) -> None:
    loop = await metrics()
    await kept(store, look(1))
    collector.answer = rejecting_points(3)
    await sent(loop)
    assert (await store.standings.all(TELEMETRY))["metrics"]["dropped"] == {"rejected": 3}
