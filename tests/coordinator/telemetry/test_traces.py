"""Traces: what arrives at a collector is what the store holds, once each, with its own times."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

import pytest

from coordinator.store import Store
from coordinator.store.state.standings import TELEMETRY
from coordinator.telemetry import place as places
from coordinator.telemetry.loops import TracesLoop
from coordinator.telemetry.signals.identity import look_span, look_trace
from tests.coordinator.telemetry.collector import Collector, attributes_of, rejecting
from tests.coordinator.telemetry.stored import failed, look, verdict
from worker.contract import clock
from worker.contract.result import Result

pytestmark = pytest.mark.slow
Making = Callable[..., Awaitable[TracesLoop]]
MS = 1_000_000


async def kept(store: Store, *results: Result) -> None:
    """Stored, with a later one behind them: what came last may still be followed by more."""
    await store.results.add(list(results))
    last = max(result.received_at for result in results)
    await store.results.add([look(1_000_000 + last % 1_000_000, received_at=last + 1)])


async def test_the_trace_of_a_look_has_its_phases_at_their_true_times(
    store: Store, document: dict[str, Any], traces: Making, collector: Collector
) -> None:
    document["services"][0]["components"][0]["checks"][0] |= {
        "id": "claude-api",
        "params": {"url": "https://api.example.com/v1/secret?key=hidden", "method": "POST"},
    }
    await store.configurations.save(document, clock.now())
    loop = await traces()
    one = failed(1)
    await kept(store, one)
    await loop.round()
    spans = collector.spans()
    assert [span.name for span in spans] == [
        *("dns", "connect", "tls", "ttfb", "transfer"),
        "look claude-api",
    ]
    root = spans[-1]
    assert root.trace_id == look_trace(one.id).to_bytes(16, "big")
    assert root.trace_id.hex().endswith(one.id), "a trace is found by the result's id"
    assert root.span_id == look_span(one.id).to_bytes(8, "big")
    begin = one.started_at * MS
    assert (root.start_time_unix_nano, root.end_time_unix_nano) == (begin, begin + 65 * MS)
    ends = [1.5, 11.5, 31.75, 61.75, 65.0]
    for part, end_ms in zip(spans[:-1], ends, strict=True):
        assert part.parent_span_id == root.span_id
        assert part.trace_id == root.trace_id
        assert part.end_time_unix_nano == begin + int(end_ms * MS)
    starts = [part.start_time_unix_nano for part in spans[:-1]]
    assert starts == [begin, *(begin + int(end_ms * MS) for end_ms in ends[:-1])]
    told = dict(attributes_of(root.attributes))
    assert (
        told
        | {
            "server.address": "api.example.com",
            "server.port": 443,
            "url.scheme": "https",
            "http.request.method": "POST",
            "http.response.status_code": 503,
            "network.peer.address": "192.0.2.7",
            "error.type": "status",
            "outscope.region": "eu-west",
            "outscope.result": one.id,
            "outscope.blame": "target",
        }
        == told
    )
    assert "hidden" not in str(root)
    assert "secret" not in str(root)
    assert (root.status.code, root.status.message) == (2, "503 instead of 200")
    assert root.kind == 3


async def test_by_default_only_failed_looks_are_traced(
    store: Store, traces: Making, collector: Collector
) -> None:
    loop = await traces()
    await kept(store, look(1), failed(2), look(3))
    await loop.round()
    assert set(collector.roots("look")) == {failed(2).id}


async def test_all_looks_are_traced_where_that_is_asked_for(
    store: Store, traces: Making, collector: Collector
) -> None:
    loop = await traces(OUTSCOPE_OTEL_LOOKS="all")
    await kept(store, look(1), failed(2), look(3))
    await loop.round()
    assert set(collector.roots("look")) == {look(n).id for n in (1, 2, 3)}


async def test_a_share_of_looks_is_traced_by_the_standard_sampler(
    store: Store, traces: Making, collector: Collector
) -> None:
    share = {"OTEL_TRACES_SAMPLER": "parentbased_traceidratio", "OTEL_TRACES_SAMPLER_ARG": "0.25"}
    loop = await traces(OUTSCOPE_OTEL_MOST_LOOKS="1000", **share)
    looks = [failed(n) for n in range(400)]
    await kept(store, *looks)
    await store.verdicts.add(verdict(clock.now(), looks[0].scheduled_at))
    await loop.round()
    wanted = {one.id for one in looks if int(one.id[8:], 16) < (1 << 64) // 4}
    assert 40 < len(wanted) < 160
    assert set(collector.roots("look")) == wanted
    links = collector.roots("verdict")["claude"].links
    assert {link.trace_id.hex()[8:] for link in links} <= wanted, "none leads to what is not there"
    assert len(links) > 0
    assert (await store.standings.all(TELEMETRY))["traces"]["dropped"] == {}


async def test_more_looks_of_a_second_than_are_traced_are_counted(
    store: Store, traces: Making, collector: Collector
) -> None:
    loop = await traces(OUTSCOPE_OTEL_MOST_LOOKS="10")
    second = (clock.now() // 1000 + 2) * 1000
    crowd = [failed(n, received_at=second + n % 900) for n in range(300)]
    after = [failed(1000 + n, received_at=second + 1000 + n) for n in range(3)]
    await kept(store, *crowd, *after)
    await loop.round()
    traced = set(collector.roots("look"))
    in_order = sorted(crowd, key=lambda one: (one.received_at, one.id))
    assert traced == {one.id for one in (*in_order[:10], *after)}
    told = (await store.standings.all(TELEMETRY))["traces"]
    assert told["dropped"] == {"capped": 290}
    assert told["delivered"] == len(collector.spans())


async def test_a_change_of_a_verdict_is_a_trace_with_links_to_the_looks_behind_it(
    store: Store, traces: Making, collector: Collector
) -> None:
    loop = await traces()
    bad = [failed(n, scheduled_at=clock.now() - 500 + n) for n in range(3)]
    at = clock.now()
    await kept(store, *bad)
    await store.verdicts.add(verdict(at, bad[0].scheduled_at), verdict(at, None, "openai"))
    await loop.round()
    roots = collector.roots("verdict")
    assert set(roots) == {"claude", "openai"}
    root = roots["claude"]
    assert root.start_time_unix_nano == bad[0].scheduled_at * MS
    assert root.end_time_unix_nano == at * MS
    told = dict(attributes_of(root.attributes))
    assert (told["outscope.severity"], told["outscope.scope"]) == ("outage", "regional")
    assert (told["outscope.regions"], told["outscope.components"]) == (("eu-west",), ("api",))
    linked = {(link.trace_id, link.span_id) for link in root.links}
    looks = collector.roots("look")
    assert linked == {(looks[one.id].trace_id, looks[one.id].span_id) for one in bad}
    assert roots["openai"].status.code == 0


async def test_what_did_not_arrive_is_sent_again_and_nothing_twice(
    store: Store, traces: Making, collector: Collector, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level("INFO")
    loop = await traces(OUTSCOPE_OTEL_MOST_LOOKS="1000")
    looks = [failed(n) for n in range(200)]
    await kept(store, *looks)
    answers: list[tuple[int, dict[str, str], bytes] | None] = [
        (500, {}, b"out of order"),
        (307, {"location": f"{collector.url}/elsewhere/v1/traces"}, b""),
        None,
        (401, {}, b"who are you"),
    ]
    for answer in answers:
        collector.answer = answer
        await loop.round()
        assert collector.spans() == []
    assert loop.place.wrong == "answered 401"
    assert loop.pause_s() > 5.0, "it is not asked all the time"
    collector.answer = (200, {}, b"")
    await loop.round()
    found = [span.span_id for span in collector.spans()]
    assert len(found) == len(set(found))
    assert set(collector.roots("look")) == {one.id for one in looks}
    assert not any("elsewhere" in path for path in collector.asked)
    told = (await store.standings.all(TELEMETRY))["traces"]
    assert (told["failures"], told["dropped"], told["wrong"]) == (4, {}, "")
    assert told["delivered"] == len(found)
    said = [record.getMessage() for record in caplog.records]
    assert len([line for line in said if "not_sent" in line]) == 1
    assert len([line for line in said if "sent_again" in line]) == 1
    assert not any("who are you" in line for line in said)


async def test_a_process_that_begins_anew_goes_on_where_the_one_before_was(
    store: Store, traces: Making, collector: Collector
) -> None:
    loop = await traces()
    first = [failed(n) for n in range(5)]
    await kept(store, *first)
    await loop.round()
    later = [failed(100 + n, received_at=clock.now() + 5_000 + n) for n in range(5)]
    await kept(store, *later)
    await (await traces()).round()
    ids = [
        dict(attributes_of(span.attributes)).get("outscope.result") for span in collector.spans()
    ]
    roots = sorted(filter(None, ids))
    assert roots == sorted(one.id for one in (*first, *later))


async def test_what_the_collector_will_never_take_is_dropped_and_counted(
    store: Store, traces: Making, collector: Collector
) -> None:
    loop = await traces()
    await kept(store, failed(1))
    collector.answer = (400, {}, b"")
    await loop.round()
    assert (await store.standings.all(TELEMETRY))["traces"]["dropped"] == {"refused": 6}
    await kept(store, failed(2, received_at=clock.now() + 3_000))
    collector.answer = rejecting(2)
    await loop.round()
    told = (await store.standings.all(TELEMETRY))["traces"]
    assert (told["dropped"], told["delivered"]) == ({"refused": 6, "rejected": 2}, 4)


async def test_each_receiver_gets_its_own_headers_and_no_others(
    store: Store, traces: Making, collector: Collector, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("OTEL_EXPORTER_OTLP_HEADERS", "api-key=of-metrics")
    loop = await traces(
        OTEL_EXPORTER_OTLP_HEADERS="api-key=of-metrics",
        OTEL_EXPORTER_OTLP_TRACES_HEADERS="x-team=Ops%20one,Authorization=Basic%20YQ==",
    )
    await kept(store, failed(1))
    await loop.round()
    [headers] = collector.headers
    assert (headers["x-team"], headers["authorization"]) == ("Ops one", "Basic YQ==")
    assert headers["content-type"] == "application/x-protobuf"
    assert "api-key" not in headers


async def test_a_huge_answer_is_not_read_to_its_end(
    store: Store, traces: Making, collector: Collector
) -> None:
    loop = await traces()
    await kept(store, failed(1))
    collector.answer = (200, {}, b"\xff" * 20_000_000)
    await loop.round()
    assert loop.place.delivered == 6
    assert len(loop.line._sender._session.body) <= 65_536


async def test_what_is_a_day_old_is_given_up_and_counted(
    store: Store, traces: Making, collector: Collector, monkeypatch: pytest.MonkeyPatch
) -> None:
    loop = await traces()
    old = [failed(n, received_at=clock.now() + n) for n in range(7)]
    await kept(store, *old, failed(50, received_at=clock.now() + 60_000))
    monkeypatch.setattr(places, "LONGEST_BEHIND_MS", -30_000)
    await loop.round()
    assert set(collector.roots("look")) == {failed(50).id}
    assert (await store.standings.all(TELEMETRY))["traces"]["dropped"] == {"too_old": 7}


async def test_a_collector_that_hangs_lets_the_process_end(
    store: Store, traces: Making, collector: Collector
) -> None:
    loop = await traces(OTEL_BSP_SCHEDULE_DELAY="10")
    await kept(store, failed(1))
    collector.answer = None
    stop = asyncio.Event()
    running = asyncio.create_task(loop.run(stop))
    async with asyncio.timeout(60):
        while not collector.asked:  # noqa: ASYNC110 - a thread of another server says so
            await asyncio.sleep(0.01)
        stop.set()
        await running
    told = (await store.standings.all(TELEMETRY)).get("traces", {"dropped": {}})
    assert told["dropped"] == {}, "it is sent after the next start"
