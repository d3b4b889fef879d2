"""A worker process that hears nobody: it looks by its standing orders, and by nothing else."""

import json
import os
import subprocess
import time
from base64 import b64encode
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from nacl.signing import SigningKey

from tests.faults.broker import Broker
from tests.faults.coordinator import Coordinator, check, until
from tests.faults.target import Target
from tests.faults.worker import WorkerProcess
from worker.contract.clock import now
from worker.contract.message import worker_queue
from worker.contract.result import STANDING
from worker.contract.standing.orders import TASK_STANDING, StandingOrders
from worker.contract.standing.schedule import phase

pytestmark = pytest.mark.slow

INTERVAL_MS = 2_000
WORKER = "eu-west-1"
BOTH = (WORKER, "eu-west-2")
HOUR_MS = 3_600_000


class Bench:
    """A worker that pins a key, and a coordinator's wire that signs with it."""

    def __init__(self, valkey: Broker, coordinator: Coordinator, folder: Path) -> None:
        self.valkey, self.coordinator, self.folder = valkey, coordinator, folder
        self.key = coordinator.key = SigningKey.generate()
        self.worker = self.process()
        self.kept = folder / "worker" / "state" / f"eu-west.{WORKER}" / "standing-orders.json"

    def process(
        self, name: str = WORKER, *, module: tuple[str, ...] = ("worker",)
    ) -> WorkerProcess:
        """The worker's process, to be started."""
        public = b64encode(bytes(self.key.verify_key)).decode()
        settings = {"OUTSCOPE_COORDINATOR_KEY": public}
        folder = self.folder / "worker"
        return WorkerProcess(self.valkey.url, folder, name=name, settings=settings, module=module)

    def stand(self, target: Target, life_ms: int = HOUR_MS, **change: Any) -> None:
        """Send standing orders, and wait until the worker has them."""
        text = check("web", "http", interval_ms=INTERVAL_MS, url=f"{target.url}/web")
        orders = StandingOrders(
            region="eu-west",
            worker=WORKER,
            issued_at=now(),
            until=now() + life_ms,
            checks=(text,),
        ).model_copy(update=change)
        to, message = worker_queue("eu-west", orders.worker), orders.model_dump(mode="json")
        signed = self.coordinator.signature(TASK_STANDING, to, orders.until, message)
        self.coordinator.send(message, task=TASK_STANDING, to=to, signed=signed, expires_s=None)
        kept = self.kept.parent.with_name(f"eu-west.{orders.worker}") / self.kept.name
        until(kept.exists, "standing orders", self.worker.log)

    def rows(self) -> list[tuple[Any, ...]]:
        """What came in of looks by standing orders."""
        rows = list(self.coordinator.looks_by_id.values())
        return sorted((row for row in rows if row[16].get(STANDING)), key=lambda row: row[1])


@pytest.fixture
def bench(valkey: Broker, coordinator: Coordinator, tmp_path: Path) -> Iterator[Bench]:
    made = Bench(valkey, coordinator, tmp_path)
    with made.worker:
        until(lambda: coordinator.heartbeats, "a heartbeat", made.worker.log)
        yield made


def are_due(rows: list[tuple[Any, ...]]) -> bool:
    """Whether each look was made in the slot in which the coordinator would have ordered it."""
    offset = phase("web", "eu-west", INTERVAL_MS)
    return all(row[3] == row[1] * INTERVAL_MS + offset for row in rows)


def test_when_the_coordinator_is_away_each_slot_is_looked_at_once(
    bench: Bench, target: Target
) -> None:
    bench.stand(target)
    bench.coordinator.stop_listening()
    until(lambda: target.requests >= 8, "looks", bench.worker.log)
    bench.coordinator.listen_again()
    until(lambda: len(bench.rows()) >= 8, "their results", bench.worker.log)
    slots = [row[1] for row in bench.rows()]
    assert slots == list(range(slots[0], slots[0] + len(slots)))
    assert are_due(bench.rows())
    vitals = bench.coordinator.heartbeats[-1].vitals
    assert vitals is not None
    assert vitals.alone_looks >= 8
    assert vitals.standing


def test_killed_while_it_is_alone_it_goes_on_from_disk_and_loses_nothing_that_it_saw(
    bench: Bench, target: Target
) -> None:
    bench.stand(target)
    bench.valkey.kill()
    until(lambda: target.requests >= 4, "looks", bench.worker.log)
    bench.worker.kill()
    seen = target.requests
    bench.worker.start(ready=False)
    until(lambda: target.requests >= seen + 4, "looks after a start", bench.worker.log)
    bench.valkey.start()
    until(lambda: len(bench.rows()) >= seen + 2, "results of both", bench.worker.log)
    assert are_due(bench.rows())
    assert bench.kept.stat().st_mode & 0o777 == 0o600


@pytest.mark.parametrize("harm", ["changed", "readable", "of another worker"])
def test_what_nobody_signed_for_it_is_not_obeyed_after_a_start(
    bench: Bench, target: Target, harm: str
) -> None:
    bench.stand(target)
    bench.valkey.kill()
    bench.worker.kill()
    told = json.loads(bench.kept.read_text())
    if harm == "changed":
        told["message"]["until"] += HOUR_MS
    elif harm == "of another worker":
        told["message"]["worker"] = told["signed"]["to"] = "eu-west-2"
    bench.kept.write_text(json.dumps(told))
    if harm == "readable":
        bench.kept.chmod(0o644)
    before = target.requests
    bench.worker.start(ready=False)
    until(lambda: "standing_orders_refused" in bench.worker.log(), "a word about it")
    time.sleep(3 * INTERVAL_MS / 1000)  # in which it would have looked
    assert target.requests == before
    assert not bench.kept.exists()


def test_two_workers_of_a_region_share_its_looks_and_make_each_once(
    bench: Bench, target: Target
) -> None:
    other = bench.process("eu-west-2")
    with other:
        until(lambda: {r.worker for r in bench.coordinator.heartbeats} == set(BOTH), "both")
        bench.stand(target, workers=BOTH)
        bench.stand(target, worker="eu-west-2", workers=BOTH)
        bench.coordinator.stop_listening()
        until(lambda: target.requests >= 12, "looks", other.log, within_s=90)
        bench.coordinator.listen_again()
        until(lambda: len(bench.rows()) >= 12, "their results", other.log)
        slots = [row[1] for row in bench.rows()]
        # who fell silent a little earlier begins a little earlier
        assert len(set(slots)) == len(slots)
        both_alone = range(slots[0] + 3, slots[-1] - 2)
        assert set(both_alone) <= set(slots)
        looked = {report.worker for report in bench.coordinator.reports if report.rows}
        assert looked == set(BOTH)


def test_when_they_end_it_looks_no_more(bench: Bench, target: Target) -> None:
    bench.stand(target, life_ms=15_000)
    ends_at = now() + 15_000
    bench.coordinator.stop_listening()
    until(lambda: "standing_orders_expired" in bench.worker.log(), "its end", bench.worker.log)
    assert now() >= ends_at - 1_000
    time.sleep(INTERVAL_MS / 1000)  # in which a look that was under way comes to its end
    before = target.requests
    time.sleep(3 * INTERVAL_MS / 1000)  # in which it would have looked
    assert target.requests == before > 0


def test_whom_the_broker_turns_away_looks_no_more(bench: Bench, target: Target) -> None:
    bench.stand(target)
    bench.coordinator.stop_listening()
    until(lambda: target.requests >= 2, "looks", bench.worker.log)
    client = bench.valkey.client()
    client.config_set("requirepass", "s3cret")  # as a revoked key looks to a worker
    client.execute_command("CLIENT", "KILL", "TYPE", "normal", "SKIPME", "yes")
    until(lambda: "alone_no_more" in bench.worker.log(), "it stops", bench.worker.log)
    before = target.requests
    time.sleep(3 * INTERVAL_MS / 1000)  # in which it would have looked
    assert target.requests - before <= 1


def test_on_a_machine_whose_clock_is_wrong_it_looks_in_the_right_slots_over_a_start(
    valkey: Broker, coordinator: Coordinator, target: Target, tmp_path: Path
) -> None:
    bench = Bench(valkey, coordinator, tmp_path)
    bench.worker = bench.process(module=("tests.faults.wrong_clock", "3600"))
    with bench.worker:
        until(lambda: coordinator.heartbeats, "a heartbeat", bench.worker.log)
        bench.stand(target)
        until((bench.kept.parent / "clock.json").exists, "the clock", bench.worker.log)
        valkey.kill()
        until(lambda: target.requests >= 2, "looks", bench.worker.log)
        bench.worker.kill()
        seen = target.requests
        bench.worker.start(ready=False)
        until(lambda: target.requests >= seen + 2, "looks after a start", bench.worker.log)
        valkey.start()
        until(lambda: len(bench.rows()) >= seen + 2, "results", bench.worker.log)
        assert are_due(bench.rows())
        assert all(abs(row[3] - now()) < 600_000 for row in bench.rows())


def test_a_worker_that_looks_at_100_checks_by_itself_takes_at_most_80_mb_of_memory(
    bench: Bench, target: Target
) -> None:
    texts = tuple(
        check(f"web-{number}", "http", interval_ms=30_000, url=f"{target.url}/{number}")
        for number in range(100)
    )
    bench.stand(target, checks=texts)
    bench.coordinator.stop_listening()
    until(lambda: target.requests >= 100, "a look of each", bench.worker.log, within_s=120)
    bench.coordinator.listen_again()
    until(lambda: len(bench.rows()) >= 100, "their results", bench.worker.log, within_s=90)
    vitals = bench.coordinator.heartbeats[-1].vitals
    assert vitals is not None
    print(f"{vitals.rss_mb} MB, {vitals.alone_looks} looks by standing orders")
    assert vitals.rss_mb <= 80


def test_a_full_disk_loses_no_look_that_memory_can_hold(
    valkey: Broker, coordinator: Coordinator, target: Target, tmp_path: Path
) -> None:
    bench = Bench(valkey, coordinator, tmp_path)
    state = tmp_path / "worker" / "state"
    state.mkdir(parents=True)
    mount = ["mount", "-t", "tmpfs", "-o", "size=64k", "tmpfs", str(state)]
    if os.geteuid() or subprocess.run(mount, check=False).returncode:
        pytest.skip("a disk of a few kilobytes can only be mounted by root")
    try:
        with bench.worker:
            until(lambda: coordinator.heartbeats, "a heartbeat", bench.worker.log)
            bench.stand(target)
            (state / "filler").write_bytes(b"x" * (64 << 10 >> 1))
            with (state / "more").open("wb", buffering=0) as file:
                while True:
                    try:
                        file.write(b"x" * 512)
                    except OSError:
                        break
            coordinator.stop_listening()
            until(lambda: target.requests >= 6, "looks", bench.worker.log)
            assert "No space left" in bench.worker.log()
            coordinator.listen_again()
            until(lambda: len(bench.rows()) >= 6, "their results", bench.worker.log)
            slots = [row[1] for row in bench.rows()]
            assert slots == list(range(slots[0], slots[0] + len(slots)))
    finally:
        bench.worker.kill()
        subprocess.run(["umount", "-l", str(state)], check=False)
