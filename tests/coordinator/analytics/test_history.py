"""The history of a service: exact counts, true percentiles, and a year at once."""

import time
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from coordinator.analytics.history import history, level_for
from coordinator.domain.rollups.columns import PHASES
from coordinator.domain.rollups.level import LENGTH_MS, Level
from coordinator.domain.rollups.sketch import counted, packed
from coordinator.store import Store
from coordinator.store.rollups.rows import upsert
from worker.contract.instant import rfc3339
from worker.contract.outcome import Blame, Reason
from worker.contract.result import Result

Make = Callable[..., Result]
DAY_MS = 86_400_000
HOUR_MS = 3_600_000
DAY = 20_500 * DAY_MS
REGIONS = ("eu-west", "us-east")


async def test_it_says_what_the_results_say(store: Store, make_result: Make) -> None:
    durations = [float(f"{1.7**n:.5f}") for n in range(20)]
    results = [
        make_result(
            n, scheduled_at=DAY + n * 40_000, total_ms=ms, region=("eu-west", "us-east")[n % 2]
        )
        for n, ms in enumerate(durations)
    ]
    failed = make_result(90, scheduled_at=DAY + 1, ok=False, reason=Reason.TLS, blame=Blame.TARGET)
    ours = make_result(
        91, scheduled_at=DAY + 1, ok=False, reason=Reason.BLOCKED, blame=Blame.PROBER
    )
    await store.results.add([*results, failed, ours])
    for level, length in LENGTH_MS.items():
        for at in await store.rollups.due(level, DAY + 2 * DAY_MS):
            assert at % length == 0
            await store.rollups.make(level, at)
    told = await history(store, "claude", DAY + 5, DAY + DAY_MS, "minute")
    assert [point["looks"] for point in told["points"]][:3] == [4, 1, 2]
    whole = told["whole"]
    assert (whole["looks"], whole["good"], whole["bad"], whole["uptime"]) == (22, 20, 1, 20 / 21)
    assert whole["reasons"] == {"ok": 20, "blocked": 1, "tls": 1}
    exact = np.percentile(durations, [50, 95, 99], method="lower")
    assert list(whole["total_ms"].values()) == pytest.approx(list(exact), rel=0.011)
    assert whole["dns_ms"] is None
    day = await history(store, "claude", DAY, DAY + DAY_MS, "day")
    begun, ended = told["since"], day["until"]
    assert day["points"] == [{"at": begun, "since": begun, "until": told["as_of"], **whole}]
    assert (day["whole"], ended) == (whole, "2026-02-17T00:00:00.000Z")
    one = await history(store, "claude", DAY, DAY + DAY_MS, "day", region="us-east")
    assert one["whole"]["looks"] == 10
    nothing = await history(store, "nobody", DAY, DAY + DAY_MS, "day")
    assert (nothing["points"], nothing["whole"]["uptime"]) == ([], None)


@pytest.mark.parametrize("made_until_ms", [5 * HOUR_MS, 26 * HOUR_MS + 90_000, 3 * DAY_MS])
async def test_a_span_has_one_uptime_whichever_buckets_show_it(
    store: Store, make_result: Make, made_until_ms: int
) -> None:
    """Hours and days that are not over are made early, and got more looks since."""
    random = np.random.default_rng(made_until_ms)
    times = np.sort(random.integers(0, made_until_ms, 120)).tolist()
    bad = {"ok": False, "reason": Reason.TIMEOUT, "blame": Blame.TARGET}
    results = [
        make_result(n, scheduled_at=DAY + at, region=REGIONS[n % 2], **(bad if n % 7 == 0 else {}))
        for n, at in enumerate(times)
    ]
    for part in (results[:90], results[90:]):
        await store.results.add(part)
        await _make(store, "minute")
        if part is not results[90:]:
            await _make(store, "hour")
            await _make(store, "day")
    for _ in range(6):
        since, until = sorted(DAY + int(at) for at in random.integers(-1, made_until_ms, 2))
        for equal in ({}, {"region": "us-east"}, {"region": "us-east", "check": "claude-api"}):
            told = {
                level: await history(store, "claude", since, until + 1, level, **equal)
                for level in LENGTH_MS
            }
            begin, end = since // 60_000 * 60_000, -(-(until + 1) // 60_000) * 60_000
            wanted = [
                result.ok
                for result in results
                if begin <= result.scheduled_at < end
                and equal.get("region", result.region) == result.region
            ]
            for each in told.values():
                whole = each["whole"]
                assert (whole["looks"], whole["good"]) == (len(wanted), sum(wanted))
                assert whole == told["day"]["whole"]
                assert sum(point["bad"] for point in each["points"]) == whole["bad"]


async def test_a_bucket_that_is_not_over_says_as_of_when(store: Store, make_result: Make) -> None:
    at = DAY + 3 * HOUR_MS + 90_000
    await store.results.add([make_result(1, scheduled_at=at)])
    await _make(store, "minute")
    for level, since in (("hour", 3 * HOUR_MS), ("day", 7_000)):
        told = await history(store, "claude", DAY + 7_000, DAY + DAY_MS - 7, level)
        (point,) = told["points"]
        assert point["since"] == rfc3339(DAY + since // 60_000 * 60_000)
        assert point["until"] == told["as_of"] == rfc3339(DAY + 3 * HOUR_MS + 120_000)
        assert told["until"] == rfc3339(DAY + DAY_MS)


async def test_where_minutes_are_forgotten_a_span_reaches_to_whole_hours(
    store: Store, make_result: Make
) -> None:
    await store.results.add(
        [make_result(n, scheduled_at=DAY + n * 600_000) for n in range(12)]
        + [make_result(99, scheduled_at=DAY + 2 * DAY_MS)]
    )
    for level in LENGTH_MS:
        await _make(store, level)
    await store.retention.rollups("minute", DAY + DAY_MS)
    for level, points in (("hour", 2), ("day", 1), ("minute", 0)):
        told = await history(store, "claude", DAY + 1_800_000, DAY + 5_400_000, level)
        assert (told["whole"]["looks"], len(told["points"])) == (12, points)
        assert (told["since"], told["until"]) == (rfc3339(DAY), rfc3339(DAY + 2 * HOUR_MS))


async def _make(store: Store, level: Level) -> None:
    while due := await store.rollups.due(level, DAY + 9 * DAY_MS):
        for at in due:
            await store.rollups.make(level, at)


async def test_a_year_is_answered_from_its_days_alone(store: Store) -> None:
    await _fill_a_year(store)
    for equal in (
        {},
        {"region": "r3"},
        {"component": "api"},
        {"check": "c1"},
        {"check": "c1", "region": "r3"},
    ):
        times = []
        for _ in range(8):
            began = time.perf_counter()
            told = await history(store, "claude", DAY, DAY + 365 * DAY_MS, "day", **equal)
            times.append(time.perf_counter() - began)
        assert len(told["points"]) == 365
        assert min(times) < 1, (equal, times)  # its hours would take 24 times as long


async def _fill_a_year(store: Store) -> None:
    """365 days of ten checks in eight regions, each with 2,880 looks a day of a usual spread."""
    random = np.random.default_rng(1)
    looks = random.lognormal(4, 0.3, (2_880, len(PHASES))).tolist()
    (sketch,) = packed(counted(looks, np.zeros(len(looks), dtype=np.int64)), 1)
    regions, checks = [f"r{n}" for n in range(8)], [f"c{n}" for n in range(10)]
    keys = [("", "", ""), *(("", "", region) for region in regions), ("api", "", "")]
    keys += [("api", check, region) for check in checks for region in ("", *regions)]
    rows: list[tuple[Any, ...]] = [
        (
            DAY + day * DAY_MS,
            check,
            region,
            "claude",
            component,
            2_880,
            2_870,
            10,
            '{"ok":2870,"timeout":10}',
            sketch,
        )
        for day in range(365)
        for component, check, region in keys
    ]
    async with store._database.transaction() as transaction:
        await transaction.many(upsert("rollup_day"), rows)


@pytest.mark.parametrize(
    ("span_ms", "level"),
    [(3_600_000, "minute"), (DAY_MS, "hour"), (40 * DAY_MS, "hour"), (365 * DAY_MS, "day")],
)
def test_a_span_is_shown_in_some_hundreds_of_points(span_ms: int, level: str) -> None:
    assert level_for(span_ms) == level
