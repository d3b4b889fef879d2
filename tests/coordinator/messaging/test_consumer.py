"""Receiving from a real broker that is restarted, cut off, and overrun."""

import asyncio
import itertools
import time
from collections.abc import AsyncIterator, Callable

import pytest
from kombu import Connection

from coordinator.messaging.consumer import WAITING, Delivery, ReportConsumer
from tests.faults.broker import Broker
from tests.faults.coordinator import until
from tests.faults.proxy import Proxy
from worker.contract.message import TASK_REPORT, reports_queue

pytestmark = pytest.mark.slow


class Sender:
    """Sends numbered messages to a region's queue at the broker itself."""

    def __init__(self, broker: Broker) -> None:
        self.broker = broker
        self.numbers = itertools.count()

    def send(self, region: str, count: int = 1) -> None:
        with Connection(self.broker.url) as link:
            producer = link.Producer(serializer="json")
            for _ in range(count):
                producer.publish(
                    next(self.numbers),
                    exchange="",
                    routing_key=reports_queue(region),
                    headers={"task": TASK_REPORT},
                )


@pytest.fixture
def sender(valkey: Broker) -> Sender:
    return Sender(valkey)


@pytest.fixture
async def open_consumer() -> AsyncIterator[Callable[..., ReportConsumer]]:
    opened: list[ReportConsumer] = []

    def make(url: str, *regions: str) -> ReportConsumer:
        opened.append(ReportConsumer(url, regions))
        opened[-1].open()
        return opened[-1]

    yield make
    for consumer in opened:
        await consumer.close()


Open = Callable[..., ReportConsumer]


async def arrived(consumer: ReportConsumer, count: int, within_s: float = 15.0) -> list[Delivery]:
    found: list[Delivery] = []
    deadline = time.monotonic() + within_s
    while len(found) < count and time.monotonic() < deadline:
        found += await consumer.some(0.5)
    assert len(found) == count
    return found


async def first_arrival(consumer: ReportConsumer, sender: Sender, within_s: float) -> float:
    """Keep sending until something arrives; the seconds it took."""
    began = time.monotonic()
    while time.monotonic() - began < within_s:
        await asyncio.to_thread(sender.send, "eu-west")
        if await consumer.some(0.5):
            return time.monotonic() - began
    pytest.fail(f"nothing arrived within {within_s} s")


async def test_a_message_arrives_with_the_region_of_its_queue(
    valkey: Broker, sender: Sender, open_consumer: Open
) -> None:
    consumer = open_consumer(valkey.url, "eu-west", "us-east")
    sender.send("us-east")
    sender.send("eu-west")
    found = await arrived(consumer, 2)
    assert sorted((d.region, d.task, d.body) for d in found) == [
        ("eu-west", TASK_REPORT, b"1"),
        ("us-east", TASK_REPORT, b"0"),
    ]


async def test_while_the_loop_is_behind_messages_stay_at_the_broker(
    valkey: Broker, sender: Sender, open_consumer: Open
) -> None:
    consumer = open_consumer(valkey.url, "eu-west")
    sender.send("eu-west", 3 * WAITING)
    with valkey.client() as client:
        await asyncio.to_thread(until, lambda: consumer.depth() == WAITING, 15)
        await asyncio.sleep(0.5)
        assert client.llen("reports.eu-west") == 2 * WAITING
    found = await arrived(consumer, 3 * WAITING)
    assert [int(d.body) for d in found] == list(range(3 * WAITING))


async def test_a_region_that_is_added_is_heard_and_one_that_left_is_not(
    valkey: Broker, sender: Sender, open_consumer: Open
) -> None:
    consumer = open_consumer(valkey.url, "eu-west")
    sender.send("eu-west")
    await arrived(consumer, 1)
    consumer.listen_to(["us-east"])
    sender.send("us-east")
    assert [d.region for d in await arrived(consumer, 1)] == ["us-east"]
    sender.send("eu-west")
    assert await consumer.some(2.0) == []


async def test_after_a_restart_of_the_broker_messages_arrive_again(
    valkey: Broker, sender: Sender, open_consumer: Open
) -> None:
    consumer = open_consumer(valkey.url, "eu-west")
    sender.send("eu-west")
    await arrived(consumer, 1)
    valkey.kill()
    await asyncio.to_thread(until, lambda: consumer.connected_since_s is None, 15)
    valkey.start()
    assert await first_arrival(consumer, sender, 15) < 10


async def test_a_broker_that_comes_late_is_waited_for(
    valkey: Broker, sender: Sender, open_consumer: Open
) -> None:
    valkey.kill()
    consumer = open_consumer(valkey.url, "eu-west")
    await asyncio.sleep(1)
    assert consumer.connected_since_s is None
    valkey.start()
    await first_arrival(consumer, sender, 15)


async def test_a_half_open_link_is_given_up_within_fifteen_seconds(
    valkey: Broker, sender: Sender, open_consumer: Open
) -> None:
    with Proxy(valkey.port) as proxy:
        consumer = open_consumer(proxy.url, "eu-west")
        sender.send("eu-west")
        await arrived(consumer, 1)
        proxy.drop()
        await asyncio.sleep(2)
        proxy.heal()
        assert await first_arrival(consumer, sender, 20) < 15


async def test_closing_does_not_wait_for_a_loop_that_takes_nothing(
    valkey: Broker, sender: Sender
) -> None:
    consumer = ReportConsumer(valkey.url, ["eu-west"])
    consumer.open()
    sender.send("eu-west", 2 * WAITING)
    await asyncio.to_thread(until, lambda: consumer.depth() == WAITING, 15)
    async with asyncio.timeout(10):
        await consumer.close()


async def test_a_broker_that_lets_us_in_and_refuses_is_asked_more_and_more_rarely(
    valkey: Broker, open_consumer: Open, sender: Sender, caplog: pytest.LogCaptureFixture
) -> None:
    with Connection(valkey.url) as link:
        client = link.default_channel.client
        client.execute_command("REPLICAOF", "127.0.0.1", "1")
        consumer = open_consumer(valkey.url, "eu-west")
        await asyncio.sleep(3)
        assert consumer.connected_since_s is None
        lost = [record for record in caplog.records if "link_lost" in record.message]
        assert 2 <= len(lost) <= 5, "0.2 + 0.4 + 0.8 + 1.6 s"
        assert not any("listening" in record.message for record in caplog.records)
        client.execute_command("REPLICAOF", "NO", "ONE")
    sender.send("eu-west")
    assert await consumer.some(5)
