"""The coordinator's key is made once and nobody else's to read; and what it is for: a stranger who
writes a worker's queue, past the broker's access list, gets nothing out of that worker.
"""

import json
import stat
from base64 import b64decode
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from multiprocessing.pool import ThreadPool
from pathlib import Path
from typing import Any

import pytest
from redis import Redis

from coordinator.messaging.acl import broker_acl
from coordinator.messaging.publisher import Publisher, celery_app
from coordinator.messaging.sending.letters import order_letter, receipt_letter
from coordinator.messaging.signing import Signer, SigningKeyError, find_signer, made_signer
from tests.faults.broker import Broker
from tests.faults.coordinator import check, queue, until
from tests.faults.target import Target
from tests.faults.worker import WorkerProcess
from worker.contract.clock import now
from worker.contract.message import SIGNED, TASK_LOOK, TASK_RECEIPT, Order, Receipt

OURS, NEXT = Signer(b"1" * 32), Signer(b"2" * 32)
SECRET = {"OUTSCOPE_SECRET_SHOP": "hush-hush", "OUTSCOPE_SECRET_SHOP_HOSTS": "shop.example.com"}


def test_a_key_is_made_once_and_is_nobody_elses_to_read(tmp_path: Path) -> None:
    first = made_signer(tmp_path / "data")
    assert made_signer(tmp_path / "data").public == first.public
    assert stat.S_IMODE((tmp_path / "data" / "signing.key").stat().st_mode) == 0o600
    assert [path.name for path in (tmp_path / "data").iterdir()] == ["signing.key"]


def test_processes_that_start_at_once_have_one_key(tmp_path: Path) -> None:
    with ThreadPool(8) as pool:
        found = pool.map(lambda _: made_signer(tmp_path).public, range(8))
    assert len(set(found)) == 1


def test_a_key_that_others_may_read_or_that_is_none_is_refused(tmp_path: Path) -> None:
    made_signer(tmp_path)
    (tmp_path / "signing.key").chmod(0o640)
    with pytest.raises(SigningKeyError, match="chmod 600"):
        made_signer(tmp_path)
    (tmp_path / "signing.key").chmod(0o600)
    (tmp_path / "signing.key").write_text("c2VjcmV0")
    with pytest.raises(SigningKeyError, match="no signing key") as caught:
        made_signer(tmp_path)
    assert "c2VjcmV0" not in str(caught.value)


def test_a_given_key_goes_first_and_a_writer_makes_none(tmp_path: Path) -> None:
    given = find_signer("MTExMTExMTExMTExMTExMTExMTExMTExMTExMTExMTE=", tmp_path, makes=True)
    assert given is not None
    assert given.public == OURS.public
    assert find_signer("", tmp_path, makes=False) is None
    assert find_signer("", None, makes=True) is None
    assert list(tmp_path.iterdir()) == []


@pytest.fixture
def broker(tmp_path: Path, free_port: Callable[[], int]) -> Iterator[Broker]:
    acl = broker_acl({"eu-west": "pw-eu"}, "pw-co")
    server = Broker(free_port(), tmp_path / "broker", acl=acl)
    server.start()
    yield server
    server.kill()


@pytest.fixture
def target() -> Iterator[Target]:
    with Target() as listener:
        yield listener


@pytest.fixture
def attacker() -> Iterator[Target]:
    with Target() as listener:
        yield listener


class Stranger:
    """Somebody with what a worker of the region holds, who also found a way to write its queue."""

    def __init__(self, broker: Broker) -> None:
        self.url = f"redis://eu-west:pw-eu@127.0.0.1:{broker.port}/0"
        self.redis = Redis.from_url(self.url)
        self._app = celery_app(f"redis://coordinator:pw-co@127.0.0.1:{broker.port}/0")

    def send(self, message: Any, signed: Any = None, task: str = TASK_LOOK) -> None:
        """Write what pretends to be an order, which the access list alone forbids."""
        to = queue("probes.eu-west.eu-west-1")
        beside = {} if signed is None else {SIGNED: signed}
        self._app.send_task(task, args=[message], kwargs=beside, queue=to, declare=[], retry=False)

    def take(self) -> tuple[Any, Any]:
        """Take an order off the region's workers; it and its signature."""
        found = self.redis.brpop(["probes.eu-west"], 15)
        assert isinstance(found, tuple)
        args, kwargs, _ = json.loads(b64decode(json.loads(found[1])["body"]))
        return args[0], kwargs[SIGNED]


@contextmanager
def publishing(broker: Broker, signer: Signer) -> Iterator[Publisher]:
    publisher = Publisher(f"redis://coordinator:pw-co@127.0.0.1:{broker.port}/0", signer)
    publisher.open()
    yield publisher
    publisher.close()


def order(target: Target, slot: int = 0, **params: Any) -> Order:
    """An order of one look at a target."""
    text = check(f"c{slot}", "http", url=target.url, **params)
    at = now()
    return Order(
        order=f"o{slot}",
        region="eu-west",
        issued_at=at,
        checks=(text,),
        looks=((0, slot, 0, at),),
    )


def body(message: Order) -> Any:
    return message.model_dump(mode="json")


def refused(worker: WorkerProcess, why: str, times: int = 1) -> None:
    """Wait until the worker has refused so many for this."""
    until(lambda: worker.log().count(f"error={why}") >= times, f"refusal: {why}", worker.log)


STEALING = {"headers": {"X-Key": "${env:OUTSCOPE_SECRET_SHOP}"}}


@pytest.mark.slow
def test_a_worker_that_pins_the_key_obeys_nobody_else(
    broker: Broker, tmp_path: Path, target: Target, attacker: Target
) -> None:
    settings = {"OUTSCOPE_COORDINATOR_KEY": f"{NEXT.public},{OURS.public}", **SECRET}
    stranger = Stranger(broker)
    with (
        publishing(broker, OURS) as ours,
        publishing(broker, NEXT) as following,
    ):
        ours.send(order_letter(order(target, 9), 60, lambda _: None))
        stolen, signature = stranger.take()  # before any worker is there
        elsewhere = OURS.sign(TASK_LOOK, "probes.us-east", now() + 60_000, stolen)
        too_late = OURS.sign(TASK_LOOK, "probes.eu-west", now() - 1, stolen)
        altered = {**stolen, "checks": list(order(attacker, 9, **STEALING).checks)}
        with WorkerProcess(stranger.url, tmp_path / "worker", settings=settings) as worker:
            stranger.send(body(order(attacker, 1, **STEALING)))
            refused(worker, "it is not signed")
            stranger.send(altered, signature)
            refused(worker, "no key that is pinned here signed it")
            stranger.send(stolen, elsewhere)
            refused(worker, "it was meant for somebody else")
            stranger.send(stolen, too_late)
            refused(worker, "it was good until a moment that has passed")
            forged = Receipt(worker="eu-west-1", boot="any", seqs=(1,), at=now())
            stranger.send(body(forged), task=TASK_RECEIPT)
            refused(worker, "it is not signed", 2)
            assert target.requests == attacker.requests == 0

            stranger.send(stolen, signature)  # late, to a worker that it was meant for: good once
            until(lambda: target.requests == 1, "the order", worker.log)
            stranger.send(stolen, signature)
            refused(worker, "it came before")
            following.send(order_letter(order(target, 2), 60, lambda _: None))
            ours.send(order_letter(order(target, 3), 60, lambda _: None, "eu-west-1"))
            until(lambda: target.requests == 3, "orders under both keys", worker.log)
            ours.send(receipt_letter("eu-west", forged))
            assert attacker.requests == 0
            assert "hush-hush" not in worker.log()


@pytest.mark.slow
def test_a_worker_without_a_key_says_so_and_keeps_bound_secrets_all_the_same(
    broker: Broker, tmp_path: Path, target: Target, attacker: Target
) -> None:
    stranger = Stranger(broker)
    with (
        WorkerProcess(stranger.url, tmp_path / "worker", settings=SECRET) as worker,
        publishing(broker, OURS) as publisher,
    ):
        stranger.send(body(order(attacker, 1, **STEALING)))
        stranger.send(body(order(target, 2)))
        publisher.send(order_letter(order(target, 3), 60, lambda _: None))
        until(lambda: target.requests == 2, "orders with and without a signature", worker.log)
        assert attacker.requests == 0
        assert worker.log().count("no_coordinator_key") == 1
