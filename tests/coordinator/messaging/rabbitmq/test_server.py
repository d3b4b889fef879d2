"""A real RabbitMQ: what a worker's key opens there and what it does not, and what a flood costs
others.
"""

import asyncio
import json
import time
from collections.abc import AsyncIterator, Callable, Iterator
from hashlib import sha256
from urllib.parse import urlsplit

import pytest
from amqp import Connection
from amqp.basic_message import Message
from amqp.exceptions import AMQPError, ConnectionForced, NotAllowed

from coordinator.ingest.decode import read
from coordinator.messaging.acl import ForbiddenError
from coordinator.messaging.consumer import Delivery, ReportConsumer
from coordinator.messaging.rabbitmq.management import Management
from coordinator.messaging.rabbitmq.reader import connect
from coordinator.messaging.rabbitmq.users import CONNECTIONS, RabbitUsers, User, users_of
from coordinator.messaging.sources import Joined
from coordinator.store.joining.keys import WorkerKey
from tests.coordinator.ingest.test_decode import TOPOLOGY
from tests.faults.rabbitmq import RabbitMQ
from worker.contract.http.joining import rabbitmq_user, salted
from worker.contract.message import TASK_REPORT, Report
from worker.contract.settings.rabbitmq import EXCHANGE
from worker.messaging.publisher import BrokerAwayError, Publisher

pytestmark = pytest.mark.slow
WORKERS = (("eu-west", "a"), ("eu-west", "b"), ("us-east", "c"))
JOINED = Joined(frozenset(WORKERS), frozenset(WORKERS))
SOON_S = 2.0
THROWN_OUT_S = 5.0


def a_key(region: str, worker: str, secret: str) -> WorkerKey:
    digest = sha256(secret.encode()).hexdigest()
    return WorkerKey(1, region, worker, digest, 1, 0, salted=salted(secret))


def secret_of(worker: str) -> str:
    return f"secret-{worker}"


KEYS = tuple(a_key(region, worker, secret_of(worker)) for region, worker in WORKERS)


def url_of(broker: str, worker: str) -> str:
    region = {name: where for where, name in WORKERS}[worker]
    digest = sha256(secret_of(worker).encode()).hexdigest()
    parts = urlsplit(broker)
    login = f"{rabbitmq_user(region, worker, digest)}:{secret_of(worker)}"
    return parts._replace(netloc=f"{login}@{parts.hostname}:{parts.port}").geturl()


@pytest.fixture
async def consumer(rabbitmq_url: str) -> AsyncIterator[ReportConsumer]:
    """Receives, after it had the queues made."""
    found = ReportConsumer(rabbitmq_url, ("eu-west", "us-east"), joined=JOINED)
    found.open()
    until = time.monotonic() + 60
    while found.connected_since_s is None:
        assert time.monotonic() < until
        await asyncio.sleep(0.05)
    yield found
    await found.close()


@pytest.fixture
def users(rabbitmq_server: RabbitMQ, rabbitmq_url: str) -> RabbitUsers:
    """Sees to the users; those of all three workers are there."""
    found = RabbitUsers(rabbitmq_url, rabbitmq_server.management)
    assert found.apply(users_of(KEYS, 1, 0)) == len(KEYS)
    assert found.apply(users_of(KEYS, 1, 0)) == 0
    return found


Senders = Callable[[str], Publisher]


@pytest.fixture
def senders(rabbitmq_url: str, users: RabbitUsers) -> Iterator[Senders]:
    """What sends by the key of a worker."""
    del users
    made: list[Publisher] = []

    def make(worker: str) -> Publisher:
        made.append(Publisher(url_of(rabbitmq_url, worker), f"{worker}@here"))
        return made[-1]

    yield make
    for one in made:
        one.close()


def report(name: str, seq: int = 0) -> bytes:
    return Report(worker=name, boot="b", seq=seq, sent_at=1).model_dump_json().encode()


async def came(consumer: ReportConsumer, number: int) -> list[Delivery]:
    found: list[Delivery] = []
    until = time.monotonic() + 30
    while len(found) < number:
        found += await consumer.some(0.2)
        assert time.monotonic() < until, found
    return found


def published(exchange: str, key: str) -> Callable[[Connection], object]:
    return lambda link: link.channel().basic_publish(Message("x"), exchange, key)


def consumed(queue: str) -> Callable[[Connection], object]:
    return lambda link: link.channel().basic_consume(queue)


ATTACKS = {
    "report as another": published(EXCHANGE, "reports.eu-west.b"),
    "report as another region": published(EXCHANGE, "reports.us-east.c"),
    "report on the shared queue": published(EXCHANGE, "reports.eu-west"),
    "order its region": published(EXCHANGE, "probes.eu-west"),
    "order another worker": published(EXCHANGE, "probes.eu-west.b"),
    "echo for another": published(EXCHANGE, "echo.eu-west.b"),
    "write through the default exchange": published("", "reports.eu-west.b"),
    "take another's orders": consumed("probes.eu-west.b"),
    "take another region's orders": consumed("probes.us-east"),
    "take its own reports": consumed("reports.eu-west.a"),
    "take another's reports": consumed("reports.eu-west.b"),
    "take another's echoes": consumed("echo.eu-west.b"),
    "get one": lambda link: link.channel().basic_get("reports.eu-west.b"),
    "purge": lambda link: link.channel().queue_purge("reports.eu-west.a"),
    "delete": lambda link: link.channel().queue_delete("probes.eu-west.a"),
    "make a queue": lambda link: link.channel().queue_declare("mine"),
    "make an exchange": lambda link: link.channel().exchange_declare("mine", "fanout"),
    "bind": lambda link: link.channel().queue_bind("echo.eu-west.a", EXCHANGE, "reports.#"),
}


async def test_a_key_opens_nothing_but_its_own_workers_queues(
    consumer: ReportConsumer, users: RabbitUsers, rabbitmq_url: str
) -> None:
    def refused(attack: Callable[[Connection], object]) -> bool:
        with connect(url_of(rabbitmq_url, "a")) as link:
            try:
                attack(link)
            except AMQPError as error:
                return error.reply_code == 403
        return False

    done = {what: await asyncio.to_thread(refused, attack) for what, attack in ATTACKS.items()}
    assert done == dict.fromkeys(ATTACKS, True)
    with pytest.raises(ForbiddenError):
        Management(url_of(rabbitmq_url, "a"), users._server.url).ask("GET", "/api/users")
    assert await consumer.some(0.5) == []


async def test_reports_come_in_and_none_under_another_name(
    consumer: ReportConsumer, senders: Senders
) -> None:
    attacker = senders("a")
    honest = senders("b")

    def send() -> None:
        for seq, name in enumerate(("b", "c", "a")):
            attacker.send("reports.eu-west.a", TASK_REPORT, report(name, seq))
        honest.send("reports.eu-west.b", TASK_REPORT, report("b", 9))
        with pytest.raises(BrokerAwayError, match="403"):
            attacker.send("reports.eu-west.b", TASK_REPORT, report("b"))

    await asyncio.to_thread(send)
    reading = read(await came(consumer, 4), TOPOLOGY, 1, named=JOINED.named)
    told = sorted((region, one.worker, one.seq) for region, one in reading.reports)
    assert told == [("eu-west", "a", 2), ("eu-west", "b", 9)]
    assert reading.refused == {"other_name": 2}


async def test_a_flood_by_one_key_delays_nobody_else(
    consumer: ReportConsumer, senders: Senders, rabbitmq_url: str
) -> None:
    over = asyncio.Event()

    def flood() -> None:
        with connect(url_of(rabbitmq_url, "a"), confirm_publish=False) as link:
            channel, real = link.channel(), json.dumps([[{"x": "y" * 20_000}], {}, {}])
            told = {"content_type": "application/json", "content_encoding": "utf-8"}
            while not over.is_set():
                for body, more in (("x", {}), (real, told)):
                    channel.basic_publish(Message(body, **more), EXCHANGE, "reports.eu-west.a")
                time.sleep(0.0005)

    attack = asyncio.create_task(asyncio.to_thread(flood))
    worst, seq = 0.0, 0
    regions = {name: region for region, name in WORKERS}
    honest = {name: senders(name) for name in ("b", "c")}
    until = time.monotonic() + 6
    while time.monotonic() < until:
        sent, seq = {}, seq + 1
        for name, link in honest.items():
            sent[name] = time.monotonic()
            queue = f"reports.{regions[name]}.{name}"
            await asyncio.to_thread(link.send, queue, TASK_REPORT, report(name, seq))
        while sent:
            for one in await consumer.some(0.1):
                if one.worker in sent:
                    worst = max(worst, time.monotonic() - sent.pop(one.worker))
            assert all(time.monotonic() - at < 20 for at in sent.values()), "not heard"
    over.set()
    await attack
    assert worst < SOON_S
    assert consumer.traffic()["eu-west"]["trouble"] == "junk"


async def test_what_the_client_cannot_read_is_refused_and_the_link_goes_on(
    consumer: ReportConsumer, users: RabbitUsers, rabbitmq_url: str
) -> None:
    del users
    deep: dict[str, object] = {}
    for _ in range(300):
        deep = {"a": deep}
    odd = (
        {"application_headers": deep},
        {"application_headers": {"compression": "application/x-gzip"}},
        {"application_headers": {f"h{n}": "x" * 200 for n in range(100)}},
        {"content_type": "application/x-python-serialize"},
        {"application_headers": {"task": 7}},
        {},
    )

    def send() -> None:
        with connect(url_of(rabbitmq_url, "a")) as link:
            channel = link.channel()
            for more in odd:
                told = {"content_type": "application/json", "content_encoding": "utf-8", **more}
                message = Message("x", **(told if more else {}))
                channel.basic_publish_confirm(message, EXCHANGE, "reports.eu-west.a")

    since = consumer.connected_since_s
    await asyncio.to_thread(send)
    until = time.monotonic() + 20
    while sum(consumer.traffic()["eu-west"]["refused"].values()) < len(odd):
        assert time.monotonic() < until, consumer.traffic()
        await asyncio.sleep(0.05)
    assert consumer.connected_since_s == since, "it never connected anew"


async def test_who_is_revoked_is_thrown_out_and_a_new_key_overlaps(
    consumer: ReportConsumer, users: RabbitUsers, rabbitmq_url: str, rabbitmq_server: RabbitMQ
) -> None:
    link = connect(url_of(rabbitmq_url, "a"))
    renewed = (*KEYS, a_key("eu-west", "a", "another"))
    assert users.apply(users_of(renewed, 1, 0)) == 1
    link.channel().basic_get("echo.eu-west.a")  # the old one is in, too
    assert users.apply(users_of(renewed[1:], 1, 0)) == 1

    def out() -> bool:
        try:
            link.channel().basic_get("echo.eu-west.a")
        except (AMQPError, OSError):
            return True
        return False

    until = time.monotonic() + THROWN_OUT_S
    while not await asyncio.to_thread(out):
        assert time.monotonic() < until
        await asyncio.sleep(0.1)
    link.collect()
    with pytest.raises(AMQPError):
        connect(url_of(rabbitmq_url, "a"))
    consumer.let_in(Joined(frozenset(WORKERS[1:]), JOINED.named))
    assert users.apply(users_of(KEYS[1:], 1, 0)) == 1
    vhost = urlsplit(rabbitmq_url).path[1:]
    there = {one["name"] for one in rabbitmq_server.ask("GET", f"/api/queues/{vhost}")}
    assert not {"probes.eu-west.a", "echo.eu-west.a", "reports.eu-west.a"} & there
    assert {"probes.eu-west", "reports.eu-west", "reports.eu-west.b"} <= there


async def test_one_key_cannot_take_all_connections_nor_fill_the_server(
    consumer: ReportConsumer, senders: Senders, rabbitmq_url: str, rabbitmq_server: RabbitMQ
) -> None:
    held = [connect(url_of(rabbitmq_url, "a")) for _ in range(CONNECTIONS)]
    with pytest.raises((NotAllowed, ConnectionForced, AMQPError)):
        connect(url_of(rabbitmq_url, "a"))
    for link in held:
        link.close()
    await consumer.close()  # nobody takes anything now
    big = b'"' + b"x" * (4 << 20) + b'"'

    def fill() -> int:
        publisher = senders("a")
        for number in range(40):
            try:
                publisher.send("reports.eu-west.a", TASK_REPORT, big)
            except BrokerAwayError:
                return number
        return 40

    assert await asyncio.to_thread(fill) < 12  # of 32 MB
    honest = senders("b")
    await asyncio.to_thread(honest.send, "reports.eu-west.b", TASK_REPORT, report("b"))
    vhost = urlsplit(rabbitmq_url).path[1:]
    kinds = {
        one["name"]: one["arguments"].get("x-queue-type")
        for one in rabbitmq_server.ask("GET", f"/api/queues/{vhost}")
    }
    assert {kind for name, kind in kinds.items() if name[:4] != "echo"} == {"quorum"}


def test_users_of_other_virtual_hosts_stay(
    users: RabbitUsers, rabbitmq_server: RabbitMQ, rabbitmq_url: str
) -> None:
    other = RabbitUsers(rabbitmq_server.vhost("another"), rabbitmq_server.management)
    assert other.apply({"worker.x.y.00000000": User("x", "y", salted("s"))}) == 1
    assert users.apply(users_of(KEYS, 1, 0)) == 0
    assert other.apply({}) == 1
    connect(url_of(rabbitmq_url, "a")).close()
