"""The cap on extra looks holds whatever is asked for."""

from dataclasses import replace

from coordinator.domain.model.topology import Check, Topology
from coordinator.domain.schedule.rate_limit import (
    LEAST_AT_ONCE,
    LEAST_PER_HOST_AT_ONCE,
    RateLimit,
    hosts_burdened,
)

REGIONS = tuple(f"region-{n}" for n in range(10))


def check(name: str, host: str, interval_ms: int = 30_000) -> Check:
    return Check(
        name, "s", "c", "http", interval_ms, 1_000, REGIONS, {"url": f"https://{host}/path"}
    )


def granted(rate_limit: RateLimit, checks: list[Check], asked: int, now_s: float) -> int:
    return sum(rate_limit.allows(checks[n % len(checks)], now_s) for n in range(asked))


def test_a_flood_against_one_host_is_cut_to_a_trickle() -> None:
    checks = [check("a", "one.example"), check("b", "one.example")]
    rate_limit = RateLimit(Topology(checks=tuple(checks)))
    assert granted(rate_limit, checks, 10_000, 0.0) == LEAST_PER_HOST_AT_ONCE
    assert (
        sum(granted(rate_limit, checks, 10_000, float(second)) for second in range(1, 101)) == 100
    )


def test_a_host_that_is_capped_leaves_the_others_their_looks() -> None:
    first, second = check("a", "one.example"), check("b", "two.example")
    rate_limit = RateLimit(Topology(checks=(first, second)))
    granted(rate_limit, [first], 10_000, 0.0)
    assert not rate_limit.allows(first, 0.0)
    assert rate_limit.allows(second, 0.0)


def test_a_flood_against_many_hosts_is_cut_to_a_tenth_of_the_regular_looks() -> None:
    checks = [check(f"check-{n}", f"host-{n}.example", interval_ms=1_000) for n in range(100)]
    rate_limit = RateLimit(Topology(checks=tuple(checks)))
    assert granted(rate_limit, checks, 50_000, 0.0) == 1_000, (
        "at once: as many as the regular looks of one second"
    )
    assert (
        sum(granted(rate_limit, checks, 5_000, float(second)) for second in range(1, 11)) == 1_000
    )


def test_a_small_fleet_may_make_a_few_all_the_same() -> None:
    checks = [check(f"check-{n}", f"host-{n}.example", interval_ms=3_600_000) for n in range(10)]
    rate_limit = RateLimit(Topology(checks=tuple(checks)))
    assert granted(rate_limit, checks, 10_000, 0.0) == LEAST_AT_ONCE
    assert granted(rate_limit, checks, 10_000, 10.0) == 30


def test_quiet_times_save_up_no_more_than_a_moments_worth() -> None:
    one = check("a", "one.example")
    rate_limit = RateLimit(Topology(checks=(one,)))
    assert (
        granted(rate_limit, [one], 10_000, 0.0)
        == granted(rate_limit, [one], 10_000, 86_400.0)
        == LEAST_PER_HOST_AT_ONCE
    )


def test_a_check_that_names_several_hosts_is_held_by_the_limit_of_each() -> None:
    first, second = check("a", "one.example"), check("b", "two.example")
    steps = [{"url": "https://one.example/in"}, {"url": "https://two.example/out"}]
    both = replace(first, id="both", kind="flow", params={"steps": steps})
    rate_limit = RateLimit(Topology(checks=(first, second, both)))
    assert granted(rate_limit, [both], 10_000, 0.0) == LEAST_PER_HOST_AT_ONCE
    assert not rate_limit.allows(first, 0.0)
    assert not rate_limit.allows(second, 0.0)


def test_the_word_of_a_parameter_does_not_matter() -> None:
    checks = [
        replace(check(str(number), ""), params={word: "db.example"})
        for number, word in enumerate(("host", "peer", "server"))
    ]
    rate_limit = RateLimit(Topology(checks=tuple(checks)))
    assert granted(rate_limit, checks, 10_000, 0.0) == LEAST_PER_HOST_AT_ONCE


def test_a_check_that_names_nobody_has_a_limit_of_its_own() -> None:
    unknown = replace(check("a", ""), params={"api": "anthropic", "model": "opus-4.1"})
    assert hosts_burdened(unknown) == {"a"}
