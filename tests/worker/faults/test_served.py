"""A worker says that it is ready when a coordinator serves it, else what to see to."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from nacl.signing import SigningKey

from coordinator.messaging.acl import broker_acl
from tests.faults.broker import Broker
from tests.faults.coordinator import Coordinator, check, until
from tests.faults.target import Target
from tests.faults.worker import WorkerProcess
from worker.contract.clock import now
from worker.contract.message import TASK_RECEIPT, Receipt, probes_queue, worker_queue

pytestmark = pytest.mark.slow

UNSERVED = "not_served region="
IMPATIENT = ("tests.faults.impatient", "2")


def ready(worker: WorkerProcess) -> bool:
    return any(" ready region=" in line for line in worker.log().splitlines())


def test_a_worker_that_is_served_is_connected_then_ready_and_complains_of_nothing(
    valkey: Broker, coordinator: Coordinator, tmp_path: Path
) -> None:
    with WorkerProcess(valkey.url, tmp_path / "worker", module=IMPATIENT) as worker:
        until(lambda: ready(worker), "ready", worker.log)
        until(lambda: len(coordinator.heartbeats) > 2, "heartbeats, later than its patience")
        log = worker.log()
    assert log.index(" connected region=eu-west") < log.index(" ready region=eu-west")
    assert log.count(" ready region=") == 1
    assert UNSERVED not in log


def test_an_order_alone_serves_it_too(
    valkey: Broker, coordinator: Coordinator, target: Target, tmp_path: Path
) -> None:
    coordinator.receipting = False
    with WorkerProcess(valkey.url, tmp_path / "worker") as worker:
        until(lambda: len(coordinator.heartbeats) >= 2, "two heartbeats", worker.log)
        assert not ready(worker)
        spec = check("web", "http", url=f"{target.url}/1")
        ids = coordinator.order([spec], [(0, 1)])
        until(lambda: ids <= set(coordinator.looks_by_id), "a look", worker.log)
        until(lambda: ready(worker), "ready", worker.log)


def test_a_worker_of_a_region_that_nobody_serves_says_once_what_to_see_to_and_is_never_ready(
    valkey: Broker, coordinator: Coordinator, target: Target, tmp_path: Path
) -> None:
    """Though it hears its own echoes, orders for others, old receipts and orders that expired."""
    mine = worker_queue("eu-wst", "eu-wst-1")
    old = Receipt(worker="eu-wst-1", boot="earlier", seqs=(0,), at=now())
    coordinator.send(old.model_dump(mode="json"), task=TASK_RECEIPT, to=mine, expires_s=None)
    spec = check("web", "http", url=f"{target.url}/1")
    coordinator.order([spec], [(0, 1)], expires_s=0.1, to=probes_queue("eu-wst"))
    coordinator.order([spec], [(0, 2)], to=probes_queue("eu-wst"))  # it names eu-west
    coordinator.send({"v": 7}, to=mine)
    with WorkerProcess(
        valkey.url, tmp_path / "worker", region="eu-wst", module=IMPATIENT
    ) as worker:
        until(lambda: UNSERVED in worker.log(), "the complaint", worker.log)
        client = valkey.client()
        until(lambda: not client.exists(probes_queue("eu-wst"), mine), "all of it taken")
        until(lambda: client.llen("reports.eu-wst") >= 5, "heartbeats that nobody takes")
        client.close()
        assert worker.stop() == 0
    log = worker.log()
    assert " connected region=eu-wst" in log
    assert log.count(UNSERVED) == 1
    (line,) = (line for line in log.splitlines() if UNSERVED in line)
    assert "WARNING" in line
    for hint in ("spelled as in the configuration", "coordinator runs", "same broker"):
        assert hint in line
    assert " ready region=" not in log


def test_a_worker_that_pins_another_key_is_not_ready_whatever_it_is_sent(
    valkey: Broker, coordinator: Coordinator, target: Target, tmp_path: Path
) -> None:
    coordinator.key = SigningKey.generate()
    other = "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA="
    with WorkerProcess(
        valkey.url,
        tmp_path / "worker",
        module=IMPATIENT,
        settings={"OUTSCOPE_COORDINATOR_KEY": other},
    ) as worker:
        coordinator.order([check("web", "http", url=f"{target.url}/1")], [(0, 1)])
        until(lambda: UNSERVED in worker.log(), "the complaint", worker.log)
        until(lambda: "message_forged task=outscope.look" in worker.log(), "the order refused")
        assert not ready(worker)


@contextmanager
def guarded(free_port: Callable[[], int], folder: Path, *acl: str) -> Iterator[Broker]:
    broker = Broker(free_port(), folder, acl)
    broker.start()
    try:
        yield broker
    finally:
        broker.kill()


LISTED = broker_acl({"eu-west": "pw-eu", "us-east": "pw-us"}, "pw-co")


@pytest.mark.parametrize(
    ("credential", "word", "todo"),
    [
        ("eu-west:wrong", "broker_unreachable", "the broker refused the login"),
        ("eu-wst:pw-eu", "broker_unreachable", "the broker refused the login"),
        ("", "broker_unreachable", "the broker refused the login"),
        ("us-east:pw-us", "broker_refused", "the broker refused a permission"),
    ],
    ids=["wrong-password", "no-such-user", "no-password", "of-another-region"],
)
def test_a_worker_that_the_broker_refuses_says_what_to_do_and_is_never_ready(
    free_port: Callable[[], int], tmp_path: Path, credential: str, word: str, todo: str
) -> None:
    with guarded(free_port, tmp_path / "valkey", *LISTED) as broker:
        at = f"{credential}@" if credential else ""
        url = f"redis://{at}127.0.0.1:{broker.port}/0"
        worker = WorkerProcess(url, tmp_path / "worker", module=IMPATIENT)
        try:
            worker.start(ready=False)
            until(lambda: todo in worker.log(), "what to do", worker.log)
            lines = [line for line in worker.log().splitlines() if word in line]
            assert len([line for line in lines if todo in line]) == 1
            assert "outscope broker acl" in lines[0]
            until(lambda: "broker_away" in worker.log(), "that it cannot report", worker.log)
            assert not ready(worker)
            secret = credential.partition(":")[2]
            assert not secret or secret not in worker.log()
        finally:
            worker.kill()


def test_a_worker_that_gets_orders_and_may_not_report_is_not_ready(
    free_port: Callable[[], int], tmp_path: Path, target: Target
) -> None:
    rights = "resetchannels -@all +ping +hello +auth +select +multi +exec +client|setname"
    mute = f"user mute on >pw {rights} +client|setinfo +brpop +llen ~probes.* ~echo.* +lpush"
    deaf = "user default on nopass ~* &* +@all"
    with guarded(free_port, tmp_path / "valkey", deaf, mute) as broker:
        url = f"redis://mute:pw@127.0.0.1:{broker.port}/0"
        with (
            Coordinator(broker.url) as coordinator,
            WorkerProcess(url, tmp_path / "worker", module=IMPATIENT) as worker,
        ):
            coordinator.order([check("web", "http", url=f"{target.url}/1")], [(0, 1)])
            until(lambda: target.requests, "the look", worker.log)
            until(lambda: UNSERVED in worker.log(), "the complaint", worker.log)
            assert "the broker refused a permission" in worker.log()
            assert not ready(worker)


def test_once_the_region_is_configured_its_worker_is_ready(valkey: Broker, tmp_path: Path) -> None:
    with WorkerProcess(
        valkey.url, tmp_path / "worker", region="ap-south", module=IMPATIENT
    ) as worker:
        until(lambda: UNSERVED in worker.log(), "the complaint", worker.log)
        with Coordinator(valkey.url, "ap-south"):
            until(lambda: ready(worker), "ready", worker.log)


def test_a_refusal_of_its_region_is_told_once_and_an_old_one_is_not(
    valkey: Broker, coordinator: Coordinator, tmp_path: Path
) -> None:
    coordinator.receipting = False
    mine = worker_queue("eu-west", "eu-west-1")

    def refuse(boot: str) -> None:
        refusal = Receipt(
            worker="eu-west-1", boot=boot, seqs=(), at=now(), refused="unknown_region"
        )
        body = refusal.model_dump(mode="json")
        coordinator.send(body, task=TASK_RECEIPT, to=mine, expires_s=None)

    refuse("earlier")
    with WorkerProcess(valkey.url, tmp_path / "worker", module=IMPATIENT) as worker:
        until(lambda: UNSERVED in worker.log(), "its own complaint", worker.log)
        assert "region_refused" not in worker.log()
        for _ in range(3):
            refuse(coordinator.heartbeats[0].boot)
        until(lambda: "region_refused" in worker.log(), "the refusal", worker.log)
        assert not ready(worker)
        coordinator.receipting = True
        until(lambda: ready(worker), "ready", worker.log)
    assert worker.log().count("region_refused") == 1
    assert "region 'eu-west' is not configured at the coordinator" in worker.log()
