"""The broker's access list, held against real servers: Valkey as embedded, and Redis 7.0 as Debian
ships it.
"""

import json
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from celery import Celery
from redis import Redis
from redis.exceptions import NoPermissionError

from coordinator.messaging.acl import broker_acl
from coordinator.messaging.envelope import Delivery, opened
from coordinator.messaging.publisher import Publisher
from coordinator.messaging.sending.letters import order_letter, receipt_letter
from tests.faults.broker import Broker
from tests.faults.coordinator import until
from tests.faults.reporter import Reporter
from tests.faults.worker import WorkerProcess
from worker.contract.clock import now
from worker.contract.message import CheckSpec, Order, Receipt

PASSWORDS = {"eu-west": "pw-eu", "us-east": "pw-us"}
COORDINATOR = "pw-co"


def test_no_password_stands_in_the_file() -> None:
    lines = "\n".join(broker_acl(PASSWORDS, COORDINATOR))
    assert not any(password in lines for password in (*PASSWORDS.values(), COORDINATOR))


@pytest.mark.parametrize("name", ["coordinator", "default"])
def test_a_region_cannot_be_called_as_a_user_of_the_broker_is(name: str) -> None:
    with pytest.raises(ValueError, match=name):
        broker_acl({name: "x"}, COORDINATOR)


def test_an_empty_password_is_refused() -> None:
    with pytest.raises(ValueError, match="empty"):
        broker_acl({"eu-west": ""}, COORDINATOR)


@pytest.fixture(params=["valkey", "redis-server"])
def guarded(
    request: pytest.FixtureRequest, tmp_path: Path, free_port: Callable[[], int]
) -> Iterator[Broker]:
    """A server with the access list, of each make."""
    program = None
    if request.param == "redis-server":
        program = shutil.which("redis-server")
        if program is None:
            pytest.skip("redis-server is not installed (Debian: apt install redis-server)")
    broker = Broker(
        free_port(), tmp_path / "broker", acl=broker_acl(PASSWORDS, COORDINATOR), program=program
    )
    broker.start()
    yield broker
    broker.kill()


def url(broker: Broker, user: str) -> str:
    password = (PASSWORDS | {"coordinator": COORDINATOR})[user]
    return f"redis://{user}:{password}@127.0.0.1:{broker.port}/0"


def client(broker: Broker, user: str) -> Redis:
    return Redis.from_url(url(broker, user), socket_timeout=120)


@pytest.mark.slow
def test_orders_reports_and_receipts_pass_through_celery(guarded: Broker) -> None:
    order = Order(order="o", region="eu-west", issued_at=now(), checks=(), looks=())
    publisher = Publisher(url(guarded, "coordinator"))
    publisher.open()
    with (
        Reporter(url(guarded, "eu-west"), "eu-west") as reporter,
        client(guarded, "coordinator") as reader,
    ):
        publisher.send(order_letter(order, 10, lambda _sent: None))
        until(lambda: reporter.orders, "the order's arrival")
        publisher.send(order_letter(order, 10, lambda _sent: None, reporter.name))
        until(lambda: len(reporter.orders) == 2, "the arrival of an order for this worker alone")
        assert reader.brpop(["reports.eu-west"], 15) is not None
        seq = next(iter(reporter.waiting))
        receipt = Receipt(worker=reporter.name, boot="any", seqs=(seq,), at=now())
        publisher.send(receipt_letter("eu-west", receipt))
        until(lambda: seq not in reporter.waiting, "the receipt's arrival")
    publisher.close()


@pytest.mark.slow
def test_a_real_worker_works_with_its_regions_credential(guarded: Broker, tmp_path: Path) -> None:
    check = CheckSpec(
        id="c",
        kind="tcp",
        interval_ms=60_000,
        timeout_ms=500,
        params={"host": "127.0.0.1", "port": 1},
    )
    publisher = Publisher(url(guarded, "coordinator"))
    publisher.open()
    with (
        WorkerProcess(url(guarded, "eu-west"), tmp_path / "worker"),
        client(guarded, "coordinator") as reader,
    ):
        order = Order(
            order="o",
            region="eu-west",
            issued_at=now(),
            checks=(check.model_dump_json(),),
            looks=((0, 1, 0, now()),),
        )
        publisher.send(order_letter(order, 60, lambda _sent: None))
        rows: list[Any] = []
        while not rows:
            found = reader.brpop(["reports.eu-west"], 60)
            assert found is not None
            delivery = opened("eu-west", found[1], 0.0)
            assert isinstance(delivery, Delivery)
            rows = json.loads(delivery.body)[0][0]["rows"]
        assert [row[:2] for row in rows] == [["c", 1]]
    publisher.close()


@pytest.mark.slow
def test_a_worker_may_ask_by_which_address_the_broker_sees_it(guarded: Broker) -> None:
    with client(guarded, "eu-west") as link:
        assert link.client_info()["addr"].startswith("127.0.0.1:")


Act = Callable[[Redis], Any]


@pytest.mark.slow
@pytest.mark.parametrize(
    "act",
    [
        pytest.param(
            lambda link: link.brpop(["probes.us-east"], 1), id="take another region's orders"
        ),
        pytest.param(
            lambda link: link.brpop(["probes.us-east.us-east-1"], 1),
            id="take another worker's receipts",
        ),
        pytest.param(
            lambda link: link.lrange("probes.us-east", 0, -1), id="read another region's orders"
        ),
        pytest.param(
            lambda link: link.lpush("reports.us-east", "x"), id="report as another region"
        ),
        pytest.param(
            lambda link: link.lpush("probes.us-east.us-east-1", "x"),
            id="speak to another region's worker",
        ),
        pytest.param(
            lambda link: link.lpush("probes.eu-west", "x"), id="order looks of its own region"
        ),
        pytest.param(
            lambda link: link.lpush("probes.eu-west.eu-west-1", "x"),
            id="order looks of one of its own region's workers",
        ),
        pytest.param(
            lambda link: link.lpush("probes.eu-west.junk", "x"), id="fill keys beside its workers'"
        ),
        pytest.param(
            lambda link: link.lpush("echo.us-east.us-east-1", "x"),
            id="echo as another region's worker",
        ),
        pytest.param(
            lambda link: link.brpop(["reports.eu-west"], 1), id="take its own region's reports"
        ),
        pytest.param(
            lambda link: link.lrange("reports.eu-west", 0, -1), id="read its own region's reports"
        ),
        pytest.param(lambda link: link.keys("*"), id="list keys"),
        pytest.param(lambda link: link.select(1), id="enter a database where nobody looks"),
        pytest.param(lambda link: link.flushall(), id="erase everything"),
        pytest.param(lambda link: link.config_get("*"), id="read the server's configuration"),
        pytest.param(lambda link: link.acl_list(), id="read the access list"),
        pytest.param(lambda link: link.publish("x", "y"), id="publish"),
        pytest.param(lambda link: link.set("x", "y"), id="write a key of its own"),
        pytest.param(lambda link: link.eval("return redis.call('keys','*')", 0), id="run a script"),
    ],
)
def test_a_leaked_credential_cannot(guarded: Broker, act: Act) -> None:
    with client(guarded, "eu-west") as link, pytest.raises(NoPermissionError):
        act(link)


@pytest.mark.slow
def test_what_a_region_may_do_it_can(guarded: Broker) -> None:
    with client(guarded, "eu-west") as link, client(guarded, "coordinator") as coordinator:
        assert link.lpush("reports.eu-west", "x") == 1
        assert link.lpush("echo.eu-west.eu-west-1", "echo") == 1
        assert link.brpop(["echo.eu-west.eu-west-1"], 1) is not None
        coordinator.lpush("probes.eu-west", "order")
        assert link.brpop(["probes.eu-west", "probes.eu-west.eu-west-1"], 1) == (
            b"probes.eu-west",
            b"order",
        )


@pytest.mark.slow
def test_a_region_with_named_workers_has_the_keys_of_these_and_no_others(
    tmp_path: Path, free_port: Callable[[], int]
) -> None:
    acl = broker_acl(PASSWORDS, COORDINATOR, {"eu-west": ["eu-west-1", "eu-west-2"]})
    broker = Broker(free_port(), tmp_path / "broker", acl=acl)
    broker.start()
    with client(broker, "eu-west") as link, client(broker, "us-east") as other:
        for name in ("eu-west-1", "eu-west-2"):
            assert link.lpush(f"echo.eu-west.{name}", "x") == 1
            assert link.brpop([f"probes.eu-west.{name}", f"echo.eu-west.{name}"], 1)
        with pytest.raises(NoPermissionError):
            link.lpush("echo.eu-west.junk", "x")
        with pytest.raises(NoPermissionError):
            link.brpop(["probes.eu-west.eu-west-3"], 1)
        assert other.lpush("echo.us-east.any", "x") == 1
    broker.kill()


@pytest.mark.slow
def test_a_list_for_another_database_lets_into_that_alone(
    tmp_path: Path, free_port: Callable[[], int]
) -> None:
    acl = broker_acl(PASSWORDS, COORDINATOR, database=3)
    broker = Broker(free_port(), tmp_path / "broker", acl=acl)
    broker.start()
    there = url(broker, "eu-west").removesuffix("/0") + "/3"
    with Redis.from_url(there) as link:
        assert link.lpush("reports.eu-west", "x") == 1
        with pytest.raises(NoPermissionError):
            link.select(0)
    broker.kill()


@pytest.mark.slow
def test_nobody_comes_in_without_a_name(guarded: Broker) -> None:
    with Redis(port=guarded.port) as link, pytest.raises(Exception, match="uthenticat"):
        link.ping()


def test_the_app_that_sends_asks_for_nothing_else() -> None:
    from coordinator.messaging.publisher import celery_app

    app: Celery = celery_app("redis://127.0.0.1:1/0")
    assert app.conf.result_backend is None
    assert not app.conf.worker_enable_remote_control
