"""What somebody does who holds one region's credential, on a real server with the generated access
list: the other regions' reports are taken all the while.
"""

import asyncio
import json
import resource
import shutil
import sys
import time
import zlib
from base64 import b64encode
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest
from redis import Redis
from redis.exceptions import OutOfMemoryError

from coordinator.messaging.acl import broker_acl
from coordinator.messaging.consumer import Delivery, ReportConsumer
from coordinator.messaging.envelope import MOST_MESSAGE
from coordinator.messaging.guard import MOST_ECHOES
from tests.coordinator.messaging.test_envelope import HEADERS, envelope
from tests.faults.broker import Broker
from worker.contract.message import TASK_REPORT
from worker.messaging.publisher import Publisher

pytestmark = pytest.mark.slow

PASSWORDS = {"eu-west": "pw-eu", "us-east": "pw-us", "ap-south": "pw-ap"}
OTHERS = ("us-east", "ap-south")
SOON_S = 5.0
"""On a machine that has much else to do; who waits for the attack to be over waits longer."""


@pytest.fixture(params=["valkey", "redis-server"])
def guarded(
    request: pytest.FixtureRequest, tmp_path: Path, free_port: Callable[[], int]
) -> Iterator[Broker]:
    program = None
    if request.param == "redis-server":
        program = shutil.which("redis-server")
        if program is None:
            pytest.skip("redis-server is not installed (Debian: apt install redis-server)")
    acl = broker_acl(PASSWORDS, "pw-co")
    broker = Broker(free_port(), tmp_path / "broker", acl=acl, program=program)
    broker.start()
    yield broker
    broker.kill()


def url(broker: Broker, user: str) -> str:
    password = (PASSWORDS | {"coordinator": "pw-co"})[user]
    return f"redis://{user}:{password}@127.0.0.1:{broker.port}/0"


@pytest.fixture
async def consumer(guarded: Broker) -> AsyncIterator[ReportConsumer]:
    found = ReportConsumer(url(guarded, "coordinator"), tuple(PASSWORDS))
    found.open()
    yield found
    await found.close()


@pytest.fixture
def attacker(guarded: Broker) -> Iterator[Redis]:
    with Redis.from_url(url(guarded, "eu-west")) as link:
        yield link


Others = Callable[..., Any]


@pytest.fixture
async def others_are_heard(guarded: Broker, consumer: ReportConsumer) -> Others:
    """For some seconds the other regions report; how long each report took, at worst."""

    async def heard(seconds: float = 3.0) -> float:
        senders = {region: Publisher(url(guarded, region), f"{region}@here") for region in OTHERS}
        worst, until = 0.0, time.monotonic() + seconds
        while time.monotonic() < until:
            sent = {}
            for region, sender in senders.items():
                sent[region] = time.monotonic()
                body = json.dumps({"from": region}).encode()
                await asyncio.to_thread(sender.send, f"reports.{region}", TASK_REPORT, body)
            while sent:
                for delivery in await consumer.some(0.1):
                    if delivery.region in sent and delivery.region.encode() in delivery.body:
                        worst = max(worst, time.monotonic() - sent.pop(delivery.region))
                assert all(time.monotonic() - at < 15 for at in sent.values()), "not heard"
        for sender in senders.values():
            sender.close()
        return worst

    return heard


async def refused(consumer: ReportConsumer, number: int, within_s: float = 15.0) -> dict[str, int]:
    """The counts of what was refused of the attacker's region, when so many are."""
    until = time.monotonic() + within_s
    while time.monotonic() < until:
        told = consumer.traffic()["eu-west"]["refused"]
        if sum(told.values()) >= number:
            return dict(told)
        await asyncio.sleep(0.05)
    pytest.fail(f"refused only {consumer.traffic()['eu-west']}")


async def test_one_byte_junk_is_dropped_on_one_link(
    consumer: ReportConsumer, attacker: Redis, others_are_heard: Others
) -> None:
    await others_are_heard(0.2)
    since = consumer.connected_since_s
    for _ in range(300):
        attacker.lpush("reports.eu-west", "x")
    assert await others_are_heard() < SOON_S
    assert await refused(consumer, 300) == {"unreadable_message": 300}
    assert consumer.connected_since_s == since, "it never connected anew"
    assert consumer.traffic()["eu-west"]["trouble"] == "junk"
    assert [consumer.traffic()[region]["trouble"] for region in OTHERS] == ["", ""]
    refusals = consumer.refusals()
    assert [(one.count, list(one.examples)) for one in refusals] == [(300, [b"x"])]


async def elsewhere(broker: Broker, code: str) -> asyncio.subprocess.Process:
    """Code of the attacker in a process of its own, with its `link` to the broker."""
    program = f"from redis import Redis\nlink = Redis.from_url({url(broker, 'eu-west')!r})\n{code}"
    return await asyncio.create_subprocess_exec(sys.executable, "-c", program)


async def test_a_million_bytes_of_junk_are_gone_in_seconds(
    guarded: Broker, consumer: ReportConsumer, others_are_heard: Others
) -> None:
    await others_are_heard(0.2)
    flood = 'for _ in range(100): link.lpush("reports.eu-west", *["x"] * 10_000)'
    attack = await elsewhere(guarded, flood)
    assert await others_are_heard(5) < SOON_S
    assert await attack.wait() == 0
    began = time.monotonic()
    while True:
        told = consumer.traffic()["eu-west"]
        if sum(told["refused"].values()) + told["trimmed"] == 1_000_000:
            break
        assert time.monotonic() - began < 20, told
        await asyncio.sleep(0.1)
    assert told["trouble"] == "junk"


async def test_deep_nesting_and_headers_that_unpack_end_nothing(
    consumer: ReportConsumer, attacker: Redis, others_are_heard: Others
) -> None:
    deep = b"[" * 1_000 + b"]" * 1_000
    bomb = b64encode(zlib.compress(b" " * 50_000_000, 9)).decode()
    gzip = {**HEADERS, "compression": "application/x-gzip"}
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    for _ in range(20):
        attacker.lpush("reports.eu-west", deep)
        attacker.lpush("reports.eu-west", b'{"body": ' + deep + b"}")
        attacker.lpush("reports.eu-west", json.dumps(envelope(body=bomb, headers=gzip)))
    assert await others_are_heard(2) < SOON_S
    assert await refused(consumer, 60) == {"unreadable_message": 40, "foreign_header": 20}
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 40_000


async def test_what_is_too_long_is_passed_over_unread(
    consumer: ReportConsumer, attacker: Redis, others_are_heard: Others
) -> None:
    long = b"{" + b" " * (10 * MOST_MESSAGE)
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    for _ in range(3):
        attacker.lpush("reports.eu-west", long)
    assert await others_are_heard(2) < SOON_S
    assert await refused(consumer, 3) == {"too_large": 3}
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 60_000


async def test_a_flood_of_real_envelopes_delays_nobody_else(
    consumer: ReportConsumer, attacker: Redis, others_are_heard: Others
) -> None:
    real = json.dumps(envelope(body=b64encode(b" " * 20_000).decode()))

    def flood() -> None:
        for _ in range(100):
            attacker.lpush("reports.eu-west", *[real] * 100)

    task = asyncio.create_task(asyncio.to_thread(flood))
    assert await others_are_heard(4) < SOON_S
    await task
    assert consumer.traffic()["eu-west"]["refused"] == {}


async def told(consumer: ReportConsumer, key: str, within_s: float = 10.0) -> Any:
    """What is told of the attacker's region under a key, when it is."""
    until = time.monotonic() + within_s
    while not consumer.traffic()["eu-west"][key]:
        assert time.monotonic() < until, consumer.traffic()
        await asyncio.sleep(0.05)
    return consumer.traffic()["eu-west"][key]


async def test_who_fills_the_broker_is_named_and_loses_what_it_wrote(
    guarded: Broker, consumer: ReportConsumer, attacker: Redis, others_are_heard: Others
) -> None:
    blob = "x" * 65_536

    def fill() -> None:
        for number in range(1_000):
            attacker.lpush(f"echo.eu-west.junk{number}", blob)
        attacker.lpush("echo.eu-west.eu-west-1", *[blob] * 100)

    await asyncio.to_thread(fill)
    assert await others_are_heard(3) < SOON_S
    assert await told(consumer, "trouble") == "filling"
    assert "keys that nobody reads" in consumer.traffic()["eu-west"]["why"]
    with Redis.from_url(url(guarded, "coordinator")) as coordinator:
        keys = [key async for key in _keys(coordinator)]
        assert len(keys) <= MOST_ECHOES + 1
        assert b"echo.eu-west.eu-west-1" not in keys


async def _keys(coordinator: Redis) -> AsyncIterator[bytes]:
    for key in await asyncio.to_thread(lambda: list(coordinator.scan_iter())):
        yield key


async def test_more_bytes_than_its_share_of_the_brokers_memory_are_thrown_away(
    request: pytest.FixtureRequest, tmp_path: Path, free_port: Callable[[], int]
) -> None:
    acl = broker_acl(PASSWORDS, "pw-co")
    limits = ("--maxmemory", "96mb", "--maxmemory-policy", "noeviction")
    broker = Broker(free_port(), tmp_path / "broker", acl=acl, options=limits)
    broker.start()
    request.addfinalizer(broker.kill)
    blob = json.dumps(envelope(body=b64encode(b" " * 1_000_000).decode()))
    with Redis.from_url(url(broker, "eu-west")) as attacker:
        with suppress(OutOfMemoryError):
            for _ in range(200):
                attacker.lpush("reports.eu-west", blob)
            pytest.fail("the broker has room for everything")
        consumer = ReportConsumer(url(broker, "coordinator"), tuple(PASSWORDS))
        consumer.open()  # whose loop takes nothing
        assert await told(consumer, "trimmed") > 50
        assert await told(consumer, "trouble") == "flooding"
        sender = Publisher(url(broker, "us-east"), "us-east@here")
        await asyncio.to_thread(sender.send, "reports.us-east", TASK_REPORT, b"{}")
        sender.close()
        await consumer.close()


async def test_while_the_loop_is_behind_with_one_region_the_others_are_taken(
    consumer: ReportConsumer, attacker: Redis, guarded: Broker
) -> None:
    attacker.lpush("reports.eu-west", *[json.dumps(envelope())] * 1_000)
    sender = Publisher(url(guarded, "us-east"), "us-east@here")
    await asyncio.sleep(1)
    await asyncio.to_thread(sender.send, "reports.us-east", TASK_REPORT, b"{}")
    await asyncio.sleep(1)
    found: list[Delivery] = await consumer.some(1)
    assert "us-east" in {delivery.region for delivery in found}
    sender.close()


async def test_of_long_messages_behind_short_ones_so_few_are_taken_that_nobody_is_thrown_out(
    request: pytest.FixtureRequest, tmp_path: Path, free_port: Callable[[], int]
) -> None:
    acl = broker_acl(PASSWORDS, "pw-co")
    broker = Broker(
        free_port(), tmp_path / "broker", acl=acl, options=("--maxmemory-clients", "40mb")
    )
    broker.start()
    request.addfinalizer(broker.kill)
    with (
        Redis.from_url(url(broker, "eu-west")) as attacker,
        Redis.from_url(url(broker, "us-east"), single_connection_client=True) as other,
    ):
        before = other.client_id()
        attacker.lpush("reports.eu-west", *["x"] * 3_000)
        for _ in range(10):
            attacker.lpush("reports.eu-west", b"{" + bytes(11_000_000))
        consumer = ReportConsumer(url(broker, "coordinator"), tuple(PASSWORDS))
        consumer.open()
        await refused(consumer, 3_010)
        await consumer.close()
        assert other.client_id() == before
