"""How a worker process starts, bears what it should never get, and ends."""

import base64
import json
import os
import signal
import time
from pathlib import Path

import pytest

from tests.faults.broker import Broker
from tests.faults.coordinator import Coordinator, check, until
from tests.faults.proxy import Proxy
from tests.faults.relay import Relay
from tests.faults.target import Target
from tests.faults.worker import WorkerProcess
from tests.worker.conftest import Begin
from worker.contract.clock import now
from worker.contract.message import TASK_RECEIPT, Order, worker_queue

pytestmark = pytest.mark.slow

QUEUE = "probes.eu-west"


def envelope(body: bytes, **headers: object) -> bytes:
    """A message as Celery's Redis transport writes it."""
    properties = {
        "correlation_id": "1",
        "delivery_tag": "1",
        "body_encoding": "base64",
        "delivery_info": {"exchange": "", "routing_key": QUEUE},
    }
    message = {
        "body": base64.b64encode(body).decode(),
        "content-encoding": "utf-8",
        "content-type": "application/json",
        "headers": {"id": "1", "task": "outscope.look", "lang": "py", **headers},
        "properties": properties,
    }
    return json.dumps(message).encode()


def test_garbage_in_the_queue_is_refused_and_the_worker_goes_on(
    worker: WorkerProcess, valkey: Broker, coordinator: Coordinator, target: Target
) -> None:
    garbage = [
        b"not json at all",
        b"[1, 2, 3]",
        b'{"body": 7}',
        b"\xff\xfe\x00",
        json.dumps({"properties": {}, "headers": {}, "body": ""}).encode(),
        envelope(b"not json"),
        envelope(b"[1, 2]"),
        envelope(b"[[{}], {}, {}]", task="outscope.unheard_of"),
        envelope(b"[[{}], {}, {}]", expires="yesterday"),
        envelope(b"[[{}], {}, {}]", eta="tomorrow"),
        envelope(b"[[], {}, null]"),
        envelope(b'[["a", "b"], {"c": 1}, {}]'),
    ]
    for item in garbage:
        valkey.client().lpush(QUEUE, item)
    good = check("web", "http", url=f"{target.url}/1")
    order = {
        "v": 1,
        "order": "o",
        "region": "eu-west",
        "issued_at": now(),
        "checks": [good],
        "looks": [[0, 1, 0, 1]],
    }
    for bad in (
        None,
        [],
        "order",
        {**order, "v": 2},
        {**order, "looks": [[0, "one", 0, 1]]},
        {**order, "checks": [7]},
    ):
        coordinator.send(bad)
    coordinator.send({"v": 9}, task=TASK_RECEIPT, to=worker_queue("eu-west", "eu-west-1"))
    ids = coordinator.order([good], [(0, 1)])
    until(lambda: ids <= set(coordinator.looks_by_id), "a good order's result", worker.log)
    until(lambda: valkey.client().llen(QUEUE) == 0, "an empty queue", worker.log)
    assert "order_refused" in worker.log()
    assert worker.stop() == 0


def test_a_check_that_makes_no_sense_is_reported_as_our_own_fault(
    worker: WorkerProcess, coordinator: Coordinator
) -> None:
    checks = [
        check("unknown-kind", "telepathy"),
        check("bad-params", "http", url="http://127.0.0.1/", colour="blue"),
        '{"id": "half", "kind": "http"}',
        "not json",
        check("fine", "tcp", host="127.0.0.1", port=9),
    ]
    looks = [(index, 1, 0, now()) for index in range(7)]
    order = Order(
        order="o", region="eu-west", issued_at=now(), checks=tuple(checks), looks=tuple(looks)
    )
    coordinator.send(order.model_dump(mode="json"))
    until(lambda: len(coordinator.looks_by_id) == 4, "four results", worker.log)
    rows = {row[0]: row for row in coordinator.looks_by_id.values()}
    for name in ("unknown-kind", "bad-params", "half"):
        assert rows[name][5:8] == (False, "internal", "prober")
        assert rows[name][8]
    assert rows["fine"][6] == "refused"


def test_a_look_that_comes_more_than_one_interval_late_is_not_made(
    worker: WorkerProcess, coordinator: Coordinator, target: Target
) -> None:
    spec = check("web", "http", interval_ms=5000, url=f"{target.url}/1")
    ids = coordinator.order([spec], [(0, 1)], scheduled_at=now() - 6000)
    until(lambda: ids <= set(coordinator.looks_by_id), "the result", worker.log)
    (row,) = coordinator.looks_by_id.values()
    assert row[5:8] == (False, "late", "prober")
    assert target.requests == 0
    until(lambda: coordinator.heartbeats[-1].vitals.late_looks == 1, "the count in the vitals")


def test_a_look_starts_at_its_due_moment(
    worker: WorkerProcess, coordinator: Coordinator, target: Target
) -> None:
    due = now() + 1500
    ids = coordinator.order(
        [check("web", "http", url=f"{target.url}/1")], [(0, 1)], scheduled_at=due
    )
    until(lambda: ids <= set(coordinator.looks_by_id), "the result", worker.log)
    (row,) = coordinator.looks_by_id.values()
    assert due <= row[4] < due + 250


def test_told_to_stop_it_finishes_its_looks_sends_them_and_exits_0(
    worker: WorkerProcess, coordinator: Coordinator, target: Target
) -> None:
    ids = coordinator.order(
        [check("web", "http", url=f"{target.url}/1")], [(0, 1)], scheduled_at=now() + 1000
    )
    time.sleep(0.3)
    assert worker.stop(12) == 0
    assert ids <= set(coordinator.looks_by_id)
    assert "stopped" in worker.log()


def test_told_to_stop_while_the_broker_is_away_it_exits_0_and_keeps_its_results(
    worker: WorkerProcess, valkey: Broker, coordinator: Coordinator, target: Target
) -> None:
    coordinator.order(
        [check("web", "http", url=f"{target.url}/1")], [(0, 1)], scheduled_at=now() + 1000
    )
    time.sleep(0.3)
    valkey.kill()
    started = time.monotonic()
    assert worker.stop(14) == 0
    assert time.monotonic() - started < 13
    assert worker.waiting() == 1
    valkey.start()


def test_told_to_stop_while_its_link_is_half_open_it_exits_0_in_time(
    worker: WorkerProcess, proxy: Proxy, coordinator: Coordinator, target: Target
) -> None:
    coordinator.order(
        [check("web", "http", url=f"{target.url}/1")], [(0, 1)], scheduled_at=now() + 1000
    )
    time.sleep(0.3)
    proxy.drop()
    time.sleep(1.5)
    started = time.monotonic()
    assert worker.stop(14) == 0
    assert time.monotonic() - started < 13
    assert worker.waiting() == 1


def test_told_twice_it_stops_at_once(worker: WorkerProcess, coordinator: Coordinator) -> None:
    with Target(silent=True) as silent:
        coordinator.order([check("web", "http", timeout_ms=9000, url=f"{silent.url}/1")], [(0, 1)])
        until(lambda: silent.requests, "the look under way")
        worker.signal(signal.SIGTERM)
        time.sleep(0.5)
        worker.signal(signal.SIGTERM)
        assert worker.wait(2) == 1


def test_a_look_that_never_ends_is_given_up_within_12_s(
    worker: WorkerProcess, coordinator: Coordinator
) -> None:
    with Target(silent=True) as silent:
        coordinator.order(
            [check("web", "http", timeout_ms=60_000, url=f"{silent.url}/1")], [(0, 1)]
        )
        until(lambda: silent.requests, "the look under way")
        started = time.monotonic()
        assert worker.stop(14) == 0
        assert time.monotonic() - started < 13


def test_a_second_worker_of_the_same_name_on_the_same_state_is_refused(
    worker: WorkerProcess, begin: Begin
) -> None:
    second = begin("worker")
    second.start(ready=False)
    assert second.wait(10) == 2
    assert "already runs" in worker.log()
    assert "OUTSCOPE_STATE_DIR" in worker.log()


def test_it_waits_for_a_broker_that_is_not_there_yet(
    begin: Begin, valkey: Broker, coordinator: Coordinator, target: Target
) -> None:
    valkey.kill()
    with_no_broker = begin("early")
    with_no_broker.start(ready=False)
    unreachable = ("broker_unreachable", "relay_unreachable")
    until(lambda: any(map(with_no_broker.log().count, unreachable)), "a word about it")
    valkey.start()
    ids = coordinator.order([check("web", "http", url=f"{target.url}/1")], [(0, 1)])
    until(lambda: ids <= set(coordinator.looks_by_id), "a result", with_no_broker.log)


def test_a_worker_at_rest_takes_at_most_80_mb(
    worker: WorkerProcess, coordinator: Coordinator
) -> None:
    until(lambda: len(coordinator.heartbeats) >= 2, "two heartbeats")
    vitals = coordinator.heartbeats[-1].vitals
    pages = int(Path(f"/proc/{worker.pid}/statm").read_text().split()[1])
    assert vitals.rss_mb == pytest.approx(pages * os.sysconf("SC_PAGE_SIZE") / 1e6, rel=0.1)
    assert vitals.rss_mb <= 80
    assert "http" in vitals.kinds
    assert vitals.self_test == ""


def test_a_hundred_checks_each_30_s_take_less_than_5_kb_a_second(
    worker: WorkerProcess,
    relay: Relay | None,
    proxy: Proxy,
    coordinator: Coordinator,
    target: Target,
) -> None:
    if relay is None:
        pytest.skip("tests/e2e/test_link_bytes.py counts those of the broker")
    specs = [check(f"web-{n}", "http", url=f"{target.url}/health/{n}") for n in range(100)]
    until(lambda: len(coordinator.heartbeats) >= 1, "a heartbeat", worker.log)
    before, began = proxy.carried, time.monotonic()
    for second in range(30):
        due = specs[second * 100 // 30 : (second + 1) * 100 // 30]
        coordinator.order(due, [(index, 1) for index in range(len(due))])
        time.sleep(max(0.0, began + second + 1 - time.monotonic()))
    rate = (proxy.carried - before) / (time.monotonic() - began)
    until(lambda: len(coordinator.looks_by_id) == 100, "the results", worker.log)
    print(f"{rate:.0f} bytes a second, both ways together")
    assert 0 < rate < 5_000
