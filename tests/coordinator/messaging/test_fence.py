"""Orders at a real broker: who was taken over from gets none in, and none is there twice."""

import json
from base64 import b64decode
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from coordinator.messaging.acl import broker_acl
from coordinator.messaging.publisher import Publisher
from coordinator.messaging.sending.fence import KEY, Mark, OutrankedError, seize, unsent
from coordinator.messaging.sending.letters import order_letter, receipt_letter
from tests.faults.broker import Broker
from tests.faults.coordinator import until
from worker.contract.message import Order, Receipt

NOW = 1_772_000_000_000
REGIONS = ("eu-west", "us-east")


def order(region: str, until_ms: int) -> Order:
    return Order(order=f"{region}.{until_ms}", region=region, issued_at=NOW, checks=(), looks=())


def orders(broker: Broker, region: str = "eu-west") -> list[str]:
    with broker.client() as client:
        messages = [json.loads(text) for text in client.lrange(f"probes.{region}", 0, -1)]
    return [json.loads(b64decode(message["body"]))[0][0]["order"] for message in reversed(messages)]


class Leader:
    """A publisher that orders in an epoch."""

    def __init__(self, url: str, epoch: int) -> None:
        self.told: list[bool] = []
        self.publisher = Publisher(url)
        self.publisher.fence(epoch, seize(url, epoch) or {})
        self.publisher.open()

    def order(self, until_ms: int, region: str = "eu-west") -> None:
        """Order looks up to a moment, and wait for what became of it."""
        before = len(self.told)
        self.publisher.send(
            order_letter(order(region, until_ms), 60.0, self.told.append, until=until_ms)
        )
        until(lambda: len(self.told) > before, "an answer")


@pytest.fixture
def leader() -> Iterator[Callable[[str, int], Leader]]:
    opened: list[Leader] = []

    def make(url: str, epoch: int) -> Leader:
        opened.append(Leader(url, epoch))
        return opened[-1]

    yield make
    for one in opened:
        one.publisher.close()


Make = Callable[[str, int], Leader]


@pytest.mark.slow
def test_the_marks_tell_the_next_leader_what_was_ordered(valkey: Broker, leader: Make) -> None:
    first = leader(valkey.url, 5)
    for at, region in ((NOW, "eu-west"), (NOW, "us-east"), (NOW + 1000, "eu-west")):
        first.order(at, region)
    assert seize(valkey.url, 6) == {"eu-west": NOW + 1000, "us-east": NOW}


@pytest.mark.slow
def test_after_a_takeover_no_order_of_the_one_before_gets_in(valkey: Broker, leader: Make) -> None:
    first = leader(valkey.url, 5)
    first.order(NOW)
    second = leader(valkey.url, 6)
    first.order(NOW + 1000)
    second.order(NOW + 1000)
    assert (first.told, second.told) == ([True, False], [True])
    assert "epoch 6" in first.publisher.outranked
    assert not second.publisher.outranked
    assert orders(valkey) == [f"eu-west.{NOW}", f"eu-west.{NOW + 1000}"]
    with pytest.raises(OutrankedError):
        seize(valkey.url, 5)


@pytest.mark.slow
def test_an_order_that_is_there_already_is_not_sent_again(valkey: Broker, leader: Make) -> None:
    """The connection broke after the broker took it and before it said so."""
    leader(valkey.url, 5).order(NOW)
    again = Publisher(valkey.url)
    again.fence(5, {})
    told: list[bool] = []
    for at in (NOW, NOW + 1000):
        again.send(order_letter(order("eu-west", at), 60.0, told.append, until=at))
    again.open()
    until(lambda: len(told) == 2)
    again.close()
    assert told == [True, True]
    assert orders(valkey) == [f"eu-west.{NOW}", f"eu-west.{NOW + 1000}"]


@pytest.mark.slow
def test_a_broker_that_forgot_all_is_told_the_marks_of_all_regions_again(
    valkey: Broker, leader: Make
) -> None:
    first = leader(valkey.url, 5)
    first.order(NOW, "us-east")
    valkey.kill()
    valkey.start()
    first.told.clear()
    first.order(NOW + 1000)
    if first.told == [False]:  # it was away for longer than an order is worth
        first.order(NOW + 1000)
    assert seize(valkey.url, 6) == {"eu-west": NOW + 1000, "us-east": NOW}


@pytest.mark.slow
@pytest.mark.parametrize("fenced", [True, False], ids=["our list", "a list of before"])
def test_by_the_access_list_orders_are_fenced_and_by_an_older_one_sent_all_the_same(
    fenced: bool, tmp_path: Any, free_port: Callable[[], int], caplog: pytest.LogCaptureFixture
) -> None:
    lines = broker_acl(dict.fromkeys(REGIONS, "pw"), "secret")
    old = [line.replace(f" ~{KEY}", "").replace(" +watch", "") for line in lines]
    broker = Broker(free_port(), tmp_path / "acl", acl=lines if fenced else old)
    url = f"redis://coordinator:secret@127.0.0.1:{broker.port}/0"
    broker.start()
    try:
        assert (seize(url, 5) is None) is not fenced
        one = Leader(url, 5)
        one.order(NOW)
        receipt = Receipt(worker="w", boot="b", seqs=(1,), at=NOW)
        one.publisher.send(receipt_letter("eu-west", receipt))
        one.publisher.close()
        assert one.told == [True]
        assert ("unfenced" in caplog.text) is not fenced
    finally:
        broker.kill()


@given(st.lists(st.tuples(st.sampled_from(REGIONS), st.integers(0, 5)), unique=True, max_size=8))
def test_a_batch_that_is_there_is_there_up_to_its_last_mark(told: list[tuple[str, int]]) -> None:
    marked = [Mark(region, at) for region, at in sorted(told, key=lambda one: one[1])]
    assert all(unsent(marked, {}))
    assert not any(unsent(marked, {mark.region: mark.until for mark in marked}))
    assert unsent([None, *marked], {})[0]
