"""A worker whose clock is five minutes off makes its looks all the same, when they are due, and
says that its clock is wrong.
"""

from base64 import b64encode

import pytest
from nacl.signing import SigningKey

from tests.faults.coordinator import Coordinator, check, until
from tests.faults.target import Target
from tests.worker.conftest import Begin
from worker.contract.clock import now
from worker.contract.message import TASK_LOOK, Order, probes_queue, worker_queue

pytestmark = pytest.mark.slow

INTERVAL_MS = 30_000


@pytest.mark.parametrize(("ahead_s", "side"), [(302, "ahead of"), (-302, "behind")])
def test_a_worker_with_a_wrong_clock_looks_and_its_results_tell_the_coordinators_time(
    begin: Begin,
    coordinator: Coordinator,
    target: Target,
    ahead_s: int,
    side: str,
) -> None:
    spec = check("web", "http", interval_ms=INTERVAL_MS, url=f"{target.url}/1")
    with begin("worker", module=("tests.faults.wrong_clock", str(ahead_s))) as worker:
        # when the second one comes, the receipt of the first has been read
        until(lambda: len(coordinator.heartbeats) >= 2, "two heartbeats", worker.log)
        coordinator.order([spec], [(0, slot) for slot in range(3)], expires_s=10)
        early = coordinator.order([spec], [(0, 7)], scheduled_at=now() + 1_500, expires_s=10)
        until(lambda: len(coordinator.looks_by_id) == 4, "all looks", worker.log)
        rows = coordinator.looks_by_id
        assert all(row[5] and row[6] == "ok" for row in rows.values()), rows
        assert all(abs(row[4] - now()) < 20_000 for row in rows.values()), "started_at"
        (planned,) = (rows[name] for name in early)
        assert 0 <= planned[4] - planned[3] < 1_000
        until(lambda: complaint(coordinator), "the complaint", worker.log)
    assert f"the clock is 302 s {side}" in complaint(coordinator)
    vitals = coordinator.heartbeats[-1].vitals
    assert vitals is not None
    assert abs(vitals.clock_ahead_ms - ahead_s * 1000) < 1_000


@pytest.mark.parametrize("ahead_s", [-3600, -300, -5, 0, 5, 300, 3600])
def test_at_its_start_no_good_order_is_lost_and_none_that_has_expired_is_looked_at(
    begin: Begin, coordinator: Coordinator, target: Target, ahead_s: int
) -> None:
    spec = check("web", "http", interval_ms=INTERVAL_MS, url=f"{target.url}/1")
    own = worker_queue("eu-west", "eu-west-1")
    coordinator.order([spec], [(0, slot) for slot in range(10)], expires_s=0.1)
    coordinator.order([spec], [(0, slot) for slot in range(10, 20)], expires_s=0.1, to=own)
    with begin("worker", module=("tests.faults.wrong_clock", str(ahead_s))) as worker:
        good = coordinator.order([spec], [(0, 20)], expires_s=4)
        good |= coordinator.order([spec], [(0, 21)], expires_s=4, to=own)
        until(lambda: good <= set(coordinator.looks_by_id), "the good orders' looks", worker.log)
        late = [(0, slot) for slot in range(22, 30)]
        good |= coordinator.order([spec], late, expires_s=2)
        until(lambda: good <= set(coordinator.looks_by_id), "what came later", worker.log)
        until(lambda: coordinator.heartbeats[-1].vitals.late_looks == 20, "those too late")
    assert set(coordinator.looks_by_id) == good
    assert target.requests == len(good)


@pytest.mark.parametrize("ahead_s", [-3600, 3600])
def test_a_signed_order_that_is_sent_again_is_not_looked_at_by_a_clock_that_is_wrong(
    begin: Begin, coordinator: Coordinator, target: Target, ahead_s: int
) -> None:
    spec = check("web", "http", interval_ms=INTERVAL_MS, url=f"{target.url}/1")
    coordinator.key = key = SigningKey.generate()
    at = now() - 1_800_000
    order = Order(
        order="old", region="eu-west", issued_at=at, checks=(spec,), looks=((0, 1, 0, at),)
    ).model_dump(mode="json")
    signed = coordinator.signature(TASK_LOOK, probes_queue("eu-west"), at + 10_000, order)
    for expires_s in (3600, None):  # whoever sends it again writes the headers
        coordinator.send(order, signed=signed, expires_s=expires_s)
    with begin(
        "worker",
        module=("tests.faults.wrong_clock", str(ahead_s)),
        settings={"OUTSCOPE_COORDINATOR_KEY": b64encode(bytes(key.verify_key)).decode()},
    ) as worker:
        until(lambda: worker.log().count("message_forged task=outscope.look") == 2, "refusals")
    assert "it was good until a moment that has passed" in worker.log()
    assert target.requests == 0


def complaint(coordinator: Coordinator) -> str:
    """What the worker last said of itself."""
    vitals = coordinator.heartbeats[-1].vitals
    return vitals.self_test if vitals is not None else ""
