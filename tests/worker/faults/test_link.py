"""What a worker survives on its link to the broker. Real processes, a real Valkey, a proxy that
fails.
"""

import time

import pytest

from tests.faults.broker import Broker
from tests.faults.coordinator import Coordinator, check, until
from tests.faults.proxy import Proxy
from tests.faults.relay import Relay
from tests.faults.target import Target
from tests.faults.traffic import Traffic
from tests.faults.worker import WorkerProcess
from tests.worker.conftest import Begin

BACK_WITHIN_S = 15

pytestmark = pytest.mark.slow


def test_a_half_open_link_costs_no_result_and_is_left_within_15_s(
    worker: WorkerProcess, proxy: Proxy, coordinator: Coordinator, target: Target
) -> None:
    with Traffic(coordinator, target) as traffic:
        until(lambda: len(traffic.arrived()) > 10, "the first results")
        proxy.drop()
        time.sleep(20)
        proxy.heal()
        healed = time.monotonic()
        took_s = until(
            lambda: traffic.arrived_since(healed),
            "a new result",
            worker.log,
            within_s=BACK_WITHIN_S,
        )
        until(lambda: len(traffic.arrived_since(healed)) > 10, "ten more")
    print(f"back {took_s:.1f} s after the link healed")
    until(lambda: traffic.arrived() >= set(target.seen), "every result of a look that was made")
    until(lambda: worker.waiting() == 0, "a receipt for every report")
    assert traffic.arrived() == set(target.seen)
    assert target.requests == len(target.seen)
    delays = [
        target.seen[path] - ordered
        for path, ordered in traffic.ordered.items()
        if path in target.seen
    ]
    assert max(delays) < traffic.expires_s + 1
    until(
        lambda: coordinator.heartbeats[-1].vitals.late_looks > 10,
        "the late orders in the vitals",
    )
    unheard = set(traffic.ordered) - set(target.seen)
    assert len(unheard) - coordinator.heartbeats[-1].vitals.late_looks <= 4


def test_a_broker_killed_and_empty_again_gets_the_unreceipted_reports_once_more(
    worker: WorkerProcess, valkey: Broker, coordinator: Coordinator, target: Target
) -> None:
    coordinator.stop_listening()
    queues = coordinator.reports_queues
    ids = coordinator.order(
        [check("web", "http", url=f"{target.url}/1")], [(0, slot) for slot in range(300)]
    )
    until(
        lambda: worker.waiting() > 0 and sum(map(valkey.client().llen, queues)) > 1,
        "reports in the broker",
    )
    time.sleep(1)
    valkey.kill()
    valkey.start()
    coordinator.listen_again()
    later = coordinator.order([check("web", "http", url=f"{target.url}/2")], [(0, 1000)])
    took_s = until(
        lambda: later <= set(coordinator.looks_by_id),
        "a new result",
        worker.log,
        within_s=BACK_WITHIN_S,
    )
    print(f"back {took_s:.1f} s after the broker was back")
    until(lambda: ids <= set(coordinator.looks_by_id), "what the old broker forgot")
    until(lambda: worker.waiting() == 0, "a receipt for every report")
    assert target.requests == 301


@pytest.mark.parametrize("away_s", [15, 120])
def test_a_worker_is_back_within_15_s_of_a_broker_that_was_away(
    relay: Relay | None,
    worker: WorkerProcess,
    valkey: Broker,
    coordinator: Coordinator,
    target: Target,
    away_s: float,
) -> None:
    if relay is not None and away_s > 15:
        pytest.skip("a relay is no other after two minutes, which the broker's way takes")
    spec = check("web", "http", url=f"{target.url}/1")
    soon = time.time_ns() // 1_000_000 + 3000
    ids = coordinator.order([spec], [(0, slot) for slot in range(300)], scheduled_at=soon)
    until(lambda: valkey.client().llen("probes.eu-west") == 0, "the order taken")
    time.sleep(0.5)
    valkey.kill()
    gone = time.monotonic()
    until(lambda: target.requests == 300, "looks made while the broker is away")
    until(lambda: worker.waiting() > 0, "results on disk")
    time.sleep(away_s - (time.monotonic() - gone))
    valkey.start()
    later = coordinator.order([check("web", "http", url=f"{target.url}/2")], [(0, 1000)])
    took_s = until(
        lambda: later <= set(coordinator.looks_by_id),
        "a new result",
        worker.log,
        within_s=BACK_WITHIN_S,
    )
    print(f"back {took_s:.1f} s after the broker was back")
    until(lambda: ids <= set(coordinator.looks_by_id), "what was seen meanwhile")
    until(lambda: worker.waiting() == 0, "a receipt for every report")


def test_a_killed_worker_sends_what_its_outbox_kept(
    worker: WorkerProcess, valkey: Broker, coordinator: Coordinator, target: Target
) -> None:
    soon = time.time_ns() // 1_000_000 + 2000
    spec = check("web", "http", url=f"{target.url}/1")
    ids = coordinator.order([spec], [(0, slot) for slot in range(400)], scheduled_at=soon)
    until(lambda: valkey.client().llen("probes.eu-west") == 0, "the order taken")
    time.sleep(0.5)
    valkey.kill()
    until(lambda: target.requests == 400, "looks made while the broker is away")
    time.sleep(1)
    worker.kill()
    valkey.start()
    assert not ids & set(coordinator.looks_by_id)
    worker.start()
    until(lambda: ids <= set(coordinator.looks_by_id), "everything from the outbox")
    until(lambda: worker.waiting() == 0, "a receipt for every report")
    assert len({report.boot for report in coordinator.reports}) == 2
    assert target.requests == 400


def test_a_relay_that_is_killed_and_one_that_stops_cost_no_result_and_double_none(
    begin: Begin, relay: Relay | None, coordinator: Coordinator, target: Target
) -> None:
    if relay is None:
        pytest.skip("the broker's own end is killed above")
    worker = begin("worker")
    worker.start()
    with Traffic(coordinator, target) as traffic:
        until(lambda: len(traffic.arrived()) > 5, "the first results", worker.log)
        relay.kill()
        relay.start()
        until_new(traffic, worker)
        began = time.monotonic()
        assert relay.stop() == 0  # though somebody waits for orders
        print(f"stopped in {time.monotonic() - began:.1f} s")
        relay.start()
        until_new(traffic, worker)
    until(lambda: traffic.arrived() >= set(target.seen), "every result of a look that was made")
    until(lambda: worker.waiting() == 0, "a receipt for every report", worker.log)
    # a look that was ordered last may be made only now; one that is lost never arrives
    until(lambda: traffic.arrived() == set(target.seen), "nothing else, and all of it")
    assert target.requests == len(target.seen)
    unheard = set(traffic.ordered) - set(target.seen)
    late = coordinator.heartbeats[-1].vitals.late_looks
    assert len(unheard) - late <= 4  # what was on its way when the relay was killed


def until_new(traffic: Traffic, worker: WorkerProcess) -> None:
    """Until five results came of looks that were ordered from now on."""
    since = time.monotonic()
    until(lambda: len(traffic.arrived_since(since)) > 5, "new results", worker.log)
