"""What is found about the work that goes on."""

from collections.abc import Mapping
from typing import Any

from coordinator.doctor import Finding, State
from coordinator.doctor.work import look_at_work
from coordinator.store import DeadLetter, Heard, Store
from coordinator.store.state.standings import WRITER
from tests.coordinator.doctor.conftest import NOW, found


async def running(
    store: Store, at: int = NOW - 1000, *, connected: bool = True, **told: Any
) -> None:
    """A coordinator told how it does."""
    await store.standings.put(
        "coordinator", "self", at, {"connected": connected, "waiting_reports": 2, **told}
    )


async def heard(store: Store, vitals: Mapping[str, Any] | None = None, **ago_ms: int) -> None:
    """A worker of each region was heard so long ago."""
    await store.workers.heard(
        Heard(region.replace("_", "-"), f"{region}-1".replace("_", "-"), NOW - length, vitals)
        for region, length in ago_ms.items()
    )


async def looked(url: str) -> dict[str, Finding]:
    return await found(look_at_work(url, NOW))


async def test_all_is_well(filled: Store, store_url: str) -> None:
    await running(filled)
    await heard(filled, eu_west=1000, us_east=1000, ap_south=89_000)
    told = await looked(store_url)
    assert {finding.state for finding in told.values()} == {State.OK}
    assert told["workers"].said == "eu-west 1, us-east 1, ap-south 1"
    assert told["applied"].said == "a configuration is in force: 3 services, 4 checks, 3 regions"


async def test_a_coordinator_that_stands_by_is_named(filled: Store, store_url: str) -> None:
    await running(filled)
    await heard(filled, eu_west=1000, us_east=1000, ap_south=1000)
    for name, at in (("b", NOW), ("gone", NOW - 600_000)):
        await filled.standings.put("standby", name, at, {"process": f"process 7 on {name}"})
    told = await looked(store_url)
    assert told["coordinator"].said.endswith("; process 7 on b stands by")


async def test_a_region_that_is_silent_is_named(filled: Store, store_url: str) -> None:
    await running(filled)
    await heard(filled, eu_west=1000, us_east=7_200_000)
    told = (await looked(store_url))["workers"]
    assert told.state is State.WARNING
    assert told.said == "eu-west 1, us-east silent for 2 h, ap-south never heard"


async def test_no_worker_at_all_is_a_failure(filled: Store, store_url: str) -> None:
    await running(filled)
    assert (await looked(store_url))["workers"].state is State.FAILURE


async def test_workers_that_obey_anybody_are_named_and_those_that_do_not_tell_are_not(
    filled: Store, store_url: str
) -> None:
    await running(filled)
    await heard(filled, {"pins_key": True}, eu_west=1000)
    await heard(filled, {"version": "0.1"}, us_east=1000)
    await heard(filled, {"pins_key": False}, ap_south=100_000)
    told = (await looked(store_url))["signatures"]
    assert (told.state, told.said[:39]) == (State.OK, "1 workers obey the coordinator's key al")
    assert "1 do not tell" in told.said
    await heard(filled, {"pins_key": False}, ap_south=1000)
    told = (await looked(store_url))["signatures"]
    assert (told.state, "ap-south-1 (ap-south)" in told.said) == (State.WARNING, True)
    assert ("us-east-1" in told.said, "OUTSCOPE_COORDINATOR_KEY" in told.todo) == (False, True)


async def test_of_many_workers_that_obey_anybody_a_few_are_named(
    filled: Store, store_url: str
) -> None:
    await running(filled)
    await filled.workers.heard(
        Heard("eu-west", f"w{number}", NOW, {"pins_key": False}) for number in range(40)
    )
    told = (await looked(store_url))["signatures"]
    assert "orders 40 workers about" in told.said
    assert len(told.said) < 250


async def test_a_worker_that_complains_of_itself_is_heard_out(
    filled: Store, store_url: str
) -> None:
    await running(filled)
    await heard(filled, {"self_test": "the clock is 12 s off"}, eu_west=0, us_east=0, ap_south=0)
    told = (await looked(store_url))["workers"]
    assert (told.state, "eu-west-1: the clock is 12 s off" in told.said) == (State.WARNING, True)


async def test_a_worker_whose_clock_is_wrong_is_named(filled: Store, store_url: str) -> None:
    await running(filled)
    off = {"self_test": "the clock is off", "clock_ahead_ms": 302_040}
    await heard(filled, off, eu_west=0, us_east=0, ap_south=0)
    assert "the clock of eu-west-1 is 302 s ahead" in (await looked(store_url))["workers"].said


async def test_a_coordinator_that_does_not_run(filled: Store, store_url: str) -> None:
    assert (await looked(store_url))["coordinator"].said == "never ran on this store"
    await running(filled, NOW - 600_000)
    told = await looked(store_url)
    assert (told["coordinator"].state, told["coordinator"].said) == (
        State.FAILURE,
        "not heard for 10 min: what is shown is as old",
    )
    assert told["workers"].state is State.OK


async def test_a_silence_is_a_warning_first_and_a_failure_after_thirty_seconds(
    filled: Store, store_url: str
) -> None:
    for ago_ms, state in ((14_000, State.OK), (29_000, State.WARNING), (31_000, State.FAILURE)):
        await running(filled, NOW - ago_ms)
        assert (await looked(store_url))["coordinator"].state is state


async def test_results_that_stay_away_though_looks_are_ordered_are_a_failure(
    filled: Store, store_url: str
) -> None:
    told = {"connected": True, "outstanding_looks": 3}
    later = NOW + 3_600_000
    await filled.standings.put("coordinator", "self", later, told)
    found_then = (await found(look_at_work(store_url, later)))["coordinator"]
    assert found_then.state is State.FAILURE
    assert "no result was stored for" in found_then.said
    assert "though looks are ordered" in found_then.said


async def test_writers_are_counted_while_they_live(filled: Store, store_url: str) -> None:
    await running(filled)
    await filled.standings.put_many(
        [(WRITER, name, NOW - ago_ms, {}) for name, ago_ms in (("a", 0), ("b", 900_000))]
    )
    assert "runs beside 1 writer, with a link" in (await looked(store_url))["coordinator"].said


async def test_when_nobody_stores_it_is_a_failure(filled: Store, store_url: str) -> None:
    await running(filled)
    told = (await found(look_at_work(store_url, NOW, elsewhere=True)))["coordinator"]
    assert (told.state, told.todo) == (State.FAILURE, "start one: outscope writer")
    await filled.standings.put(WRITER, "a", NOW, {})
    assert (await found(look_at_work(store_url, NOW, elsewhere=True)))[
        "coordinator"
    ].state is State.OK


async def test_a_coordinator_without_its_broker_is_a_failure(filled: Store, store_url: str) -> None:
    await running(filled, connected=False)
    assert (await looked(store_url))["coordinator"].state is State.FAILURE


async def test_messages_that_were_set_aside_are_counted(filled: Store, store_url: str) -> None:
    await filled.dead_letters.add(
        [DeadLetter("eu-west", "", "malformed_report", "?", b"?", NOW - 240_000)]
    )
    told = (await looked(store_url))["refused"]
    assert told.said == "1 message could not be taken in, the last 4 min ago"
    assert "outscope ingest errors list" in told.todo


async def test_a_region_that_floods_is_a_failure_and_one_in_quarantine_a_warning(
    filled: Store, store_url: str
) -> None:
    await running(filled)
    assert (await looked(store_url))["regions"].state is State.OK
    await filled.standings.put("quarantine", "us-east", NOW, {})
    told = (await looked(store_url))["regions"]
    assert (told.state, told.said) == (State.WARNING, "us-east is in quarantine")
    broker = {"eu-west": {"trouble": "flooding", "why": "70000 reports wait"}}
    await running(filled, broker=broker)
    told = (await looked(store_url))["regions"]
    assert told.state is State.FAILURE
    assert told.said.startswith("eu-west flooding: 70000 reports wait")
    assert "outscope region quarantine" in told.todo


async def test_a_region_that_reports_and_is_not_configured_is_a_warning_while_it_is_heard(
    filled: Store, store_url: str
) -> None:
    unknown = {"eu-wst": {"waiting": 3, "like": "eu-west"}, "qq": {"waiting": 1, "like": ""}}
    await running(filled, unknown_regions=unknown)
    told = (await looked(store_url))["unknown regions"]
    assert told.state is State.WARNING
    assert told.said.endswith("not configured: eu-wst (is it eu-west?), qq")
    assert "--region" in told.todo
    await running(filled, NOW - 16_000, unknown_regions=unknown)
    assert (await looked(store_url))["unknown regions"].state is State.OK


async def test_without_a_configuration_there_is_one_to_apply(store: Store, store_url: str) -> None:
    assert store is not None
    told = await looked(store_url)
    assert (told["applied"].state, "outscope apply FILE" in told["applied"].todo) == (
        State.WARNING,
        True,
    )


async def test_regions_on_one_machine_are_named_and_those_that_tell_nothing_are_not(
    filled: Store, store_url: str
) -> None:
    await running(filled)
    await heard(filled, {"standpoint": "h.b.."}, eu_west=1000, us_east=1000)
    await heard(filled, {}, ap_south=1000)
    told = (await looked(store_url))["vantage points"]
    assert told.state is State.WARNING
    assert told.said == (
        "eu-west, us-east look from one machine or address, and count as one vantage point"
    )
    await heard(filled, {"standpoint": "other.b2.."}, us_east=500)
    assert (await looked(store_url))["vantage points"].state is State.OK


async def test_a_region_that_is_seen_in_another_country_is_named(
    filled: Store, store_url: str
) -> None:
    await running(filled)
    await filled.workers.heard(
        Heard(region, f"{region}-1", NOW - 1000, {}, "193.0.0.1", None, country)
        for region, country in (("eu-west", "JP"), ("us-east", None))
    )
    told = (await looked(store_url))["places"]
    assert (told.state, told.said) == (
        State.WARNING,
        "eu-west is said to be in IE and is seen in JP",
    )
