"""What somebody does who holds the key of one worker, at a real server: to report as another of the
same region, to read its orders and receipts, to delete, to flood.
"""

import asyncio
import json
import shutil
import time
from collections.abc import AsyncIterator, Callable, Iterator
from hashlib import sha256
from pathlib import Path

import pytest
from redis import Redis
from redis.exceptions import NoPermissionError

from coordinator.ingest.decode import read
from coordinator.messaging.acl import broker_acl, worker_rules, worker_user
from coordinator.messaging.consumer import Delivery, ReportConsumer
from coordinator.messaging.sources import Joined, Source, sources_of
from coordinator.messaging.users import BrokerUsers
from tests.coordinator.ingest.test_decode import TOPOLOGY
from tests.faults.broker import Broker
from worker.contract.message import TASK_REPORT, Report
from worker.messaging.publisher import BrokerAwayError, Publisher

pytestmark = pytest.mark.slow
WORKERS = (("eu-west", "a"), ("eu-west", "b"), ("us-east", "c"))
JOINED = Joined(frozenset(WORKERS), frozenset(WORKERS))
OWN = "reports.eu-west.a"
SOON_S = 1.0


@pytest.fixture(params=["valkey", "redis-server"])
def guarded(
    request: pytest.FixtureRequest, tmp_path: Path, free_port: Callable[[], int]
) -> Iterator[Broker]:
    program = shutil.which("redis-server") if request.param == "redis-server" else None
    if request.param == "redis-server" and program is None:
        pytest.skip("redis-server is not installed (Debian: apt install redis-server)")
    acl = broker_acl({}, "pw-co")
    broker = Broker(free_port(), tmp_path / "broker", acl=acl, program=program)
    broker.start()
    users = BrokerUsers(own(broker))
    users.apply(
        {
            worker_user(region, name): worker_rules(
                region, name, [sha256(f"pw-{name}".encode()).hexdigest()]
            )
            for region, name in WORKERS
        }
    )
    users.close()
    yield broker
    broker.kill()


def own(broker: Broker) -> str:
    return f"redis://coordinator:pw-co@127.0.0.1:{broker.port}/0"


def key(broker: Broker, name: str) -> str:
    region = {worker: region for region, worker in WORKERS}[name]
    return f"redis://{worker_user(region, name)}:pw-{name}@127.0.0.1:{broker.port}/0"


@pytest.fixture
async def consumer(guarded: Broker) -> AsyncIterator[ReportConsumer]:
    found = ReportConsumer(own(guarded), ("eu-west", "us-east"), joined=JOINED)
    found.open()
    yield found
    await found.close()


def report(name: str, seq: int = 0) -> bytes:
    return Report(worker=name, boot="b", seq=seq, sent_at=1).model_dump_json().encode()


async def came(consumer: ReportConsumer, number: int) -> list[Delivery]:
    found: list[Delivery] = []
    until = time.monotonic() + 15
    while len(found) < number:
        found += await consumer.some(0.2)
        assert time.monotonic() < until, found
    return found


async def connected(consumer: ReportConsumer, before: float | None = None) -> float:
    """When its link began, once that is another one than before."""
    until = time.monotonic() + 15
    while True:
        since = consumer.connected_since_s
        if since is not None and since != before:
            return since
        assert time.monotonic() < until
        await asyncio.sleep(0.02)


@pytest.mark.parametrize(
    "command",
    [
        ("LPUSH", "reports.eu-west", "x"),
        ("LPUSH", "reports.eu-west.b", "x"),
        ("LPUSH", "reports.us-east.c", "x"),
        ("LPUSH", "probes.eu-west", "x"),
        ("LPUSH", "probes.eu-west.b", "x"),
        ("LPUSH", "echo.eu-west.b", "x"),
        ("BRPOP", "probes.eu-west.b", "1"),
        ("BRPOP", "probes.us-east", "1"),
        ("BRPOP", "echo.eu-west.b", "1"),
        ("BRPOP", OWN, "1"),
        ("BRPOP", "reports.eu-west.b", "1"),
        ("LLEN", "reports.eu-west.b"),
        ("LRANGE", OWN, "0", "-1"),
        ("DEL", OWN),
        ("LTRIM", OWN, "1", "0"),
        ("RENAME", OWN, "reports.eu-west.b"),
        ("COPY", OWN, "reports.eu-west.b"),
        ("LMOVE", OWN, "reports.eu-west.b", "LEFT", "LEFT"),
        ("SCAN", "0"),
        ("ACL", "LIST"),
        ("CLIENT", "LIST"),
        ("CONFIG", "GET", "*"),
        ("FLUSHALL",),
        ("EVAL", "return 1", "0"),
    ],
    ids=" ".join,
)
def test_a_key_opens_nothing_but_its_own_workers_queues(
    guarded: Broker, command: tuple[str, ...]
) -> None:
    with Redis.from_url(key(guarded, "a")) as attacker, pytest.raises(NoPermissionError):
        attacker.execute_command(*command)


async def test_a_report_under_another_name_is_no_report_of_that_one(
    guarded: Broker, consumer: ReportConsumer
) -> None:
    attacker, honest = Publisher(key(guarded, "a"), "a@here"), Publisher(key(guarded, "b"), "b@b")
    for seq, name in enumerate(("b", "nobody", "c", "a")):
        attacker.send(OWN, TASK_REPORT, report(name, seq))
    honest.send("reports.eu-west.b", TASK_REPORT, report("b", 9))
    with pytest.raises(BrokerAwayError):
        attacker.send("reports.eu-west", TASK_REPORT, report("b"))
    found = await came(consumer, 5)
    assert {(one.region, one.worker) for one in found} == {("eu-west", "a"), ("eu-west", "b")}
    reading = read(found, TOPOLOGY, 1, named=JOINED.named)
    told = sorted((region, one.worker, one.seq) for region, one in reading.reports)
    assert told == [("eu-west", "a", 3), ("eu-west", "b", 9)]
    assert reading.refused == {"other_name": 3}
    assert not reading.dead_letters  # nobody has it read again by mistake


async def test_on_the_queue_of_a_region_nobody_reports_under_a_name_that_joined(
    guarded: Broker, consumer: ReportConsumer
) -> None:
    shared = Publisher(own(guarded), "x@here")  # stands for a region's own credential
    for seq, name in enumerate(("a", "b", "other")):
        shared.send("reports.eu-west", TASK_REPORT, report(name, seq))
    reading = read(await came(consumer, 3), TOPOLOGY, 1, named=JOINED.named)
    assert [one.worker for _, one in reading.reports] == ["other"]
    assert reading.refused == {"other_name": 2}


async def test_a_flood_by_one_key_delays_neither_its_region_nor_others(
    guarded: Broker, consumer: ReportConsumer
) -> None:
    with Redis.from_url(key(guarded, "a")) as attacker:
        for _ in range(30):
            attacker.lpush(OWN, *["x"] * 1_000)
        message = json.dumps([[{"x": "y" * 50_000}], {}, {}]).encode()
        flood = Publisher(key(guarded, "a"), "a@here")
        for _ in range(200):
            flood.send(OWN, TASK_REPORT, message)
    honest = {name: Publisher(key(guarded, name), f"{name}@x") for name in ("b", "c")}
    regions = {name: region for region, name in WORKERS}
    worst = 0.0
    for seq in range(20):
        sent = {}
        for name, link in honest.items():
            queue = Source(regions[name], name).queue
            sent[name] = time.monotonic()
            await asyncio.to_thread(link.send, queue, TASK_REPORT, report(name, seq))
        while sent:
            for one in await consumer.some(0.1):
                if one.worker in sent:
                    worst = max(worst, time.monotonic() - sent.pop(one.worker))
            assert all(time.monotonic() - at < 15 for at in sent.values()), "not heard"
    assert worst < SOON_S
    assert consumer.traffic()["eu-west"]["trouble"] == "junk"


async def test_who_is_revoked_is_read_no_more_and_who_joins_is(
    guarded: Broker, consumer: ReportConsumer
) -> None:
    since = await connected(consumer)
    consumer.let_in(Joined(frozenset({("eu-west", "b")}), JOINED.named))
    await connected(consumer, since)  # it asks no more for what it was asked before
    links = {name: Publisher(key(guarded, name), f"{name}@x") for name in ("a", "b")}
    for name, link in links.items():
        link.send(f"reports.eu-west.{name}", TASK_REPORT, report(name))
    assert [one.worker for one in await came(consumer, 1)] == ["b"]
    consumer.let_in(JOINED)
    assert [one.worker for one in await came(consumer, 1)] == ["a"]


def test_the_sources_of_a_region_are_its_shared_queue_and_those_of_its_workers() -> None:
    found = sources_of(("eu-west", "ap"), JOINED)
    assert [one.queue for one in found] == [
        "reports.eu-west",
        "reports.eu-west.a",
        "reports.eu-west.b",
        "reports.ap",
    ]
