"""Who is sent standing orders, which, and when again."""

from typing import Any, cast

import pytest

from coordinator.domain.model.topology import Check, Region, Topology
from coordinator.domain.schedule.presence import Presence
from coordinator.messaging.publisher import Publisher
from coordinator.messaging.sending.letters import Letter
from coordinator.scheduling import standing
from coordinator.scheduling.standing import RENEWED_AT, StandingAnswers
from worker.contract import clock
from worker.contract.message import Report, Vitals
from worker.contract.standing.orders import TASK_STANDING, StandingOrders

NOW = 1_800_000_000_000
LIFE_MS = 3_600_000
CHECKS = (
    Check("web", "shop", "web", "http", 30_000, 5_000, ("eu", "us"), {"url": "http://x"}),
    Check("api", "shop", "api", "http", 30_000, 5_000, ("us",), {"url": "http://y"}),
)
TOPOLOGY = Topology((Region("eu", "Europe"), Region("us", "America", stride=3)), (), CHECKS)


class Post:
    """A publisher that only remembers."""

    def __init__(self) -> None:
        self.letters: list[Letter] = []

    def send(self, letter: Letter) -> bool:
        self.letters.append(letter)
        return True


class Desk:
    """Answers, and what was sent."""

    def __init__(self, life_ms: int = LIFE_MS) -> None:
        self.post, self.presence = Post(), Presence()
        self.answers = StandingAnswers(cast(Publisher, self.post), self.presence, life_ms)
        self.answers.configure(TOPOLOGY)

    def beat(self, region: str = "us", worker: str = "w1", **vitals: Any) -> StandingOrders | None:
        """What is sent in answer to a heartbeat."""
        before = len(self.post.letters)
        told = Vitals(**{"standing": "", **vitals})
        report = Report(worker=worker, boot="b", seq=0, sent_at=0, vitals=told)
        self.presence.heard(region, clock.monotonic_s(), worker)
        self.answers.answer(region, report, NOW)
        sent = self.post.letters[before:]
        assert all(letter.task == TASK_STANDING for letter in sent)
        assert all(letter.queue == f"probes.{region}.{worker}" for letter in sent)
        return StandingOrders.model_validate(sent[0].body) if sent else None


def test_who_holds_none_is_sent_what_its_region_looks_at_until_its_end() -> None:
    desk = Desk()
    orders = desk.beat()
    assert orders is not None
    assert [text.split('"id":"')[1][:3] for text in orders.checks] == ["web", "api"]
    assert (orders.issued_at, orders.until) == (NOW, NOW + LIFE_MS)
    assert (orders.region, orders.worker, orders.workers) == ("us", "w1", ("w1",))
    assert orders.stride == 3
    assert desk.post.letters[0].expires_s == LIFE_MS / 1000


def test_who_holds_what_is_in_force_is_sent_nothing_until_it_ages() -> None:
    desk = Desk()
    orders = desk.beat()
    assert orders is not None
    version = orders.version()
    assert desk.beat(standing=version, standing_until=NOW + LIFE_MS) is None
    aged = NOW + LIFE_MS - LIFE_MS // RENEWED_AT
    desk.answers._sent.clear()
    assert desk.beat(standing=version, standing_until=aged) is not None


def test_another_configuration_replaces_them() -> None:
    desk = Desk()
    orders = desk.beat()
    assert orders is not None
    desk.answers.configure(Topology(TOPOLOGY.regions, (), CHECKS[:1]))
    fresh = desk.beat(standing=orders.version(), standing_until=NOW + LIFE_MS)
    assert fresh is not None
    assert len(fresh.checks) == 1
    desk.answers.configure(Topology(TOPOLOGY.regions, (), ()))
    none = desk.beat(standing=fresh.version(), standing_until=NOW + LIFE_MS)
    assert none is not None
    assert none.checks == ()


def test_what_was_lost_on_the_way_is_sent_again_and_not_with_each_heartbeat(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    desk = Desk()
    assert desk.beat() is not None
    assert desk.beat() is None
    monkeypatch.setattr(standing, "AGAIN_S", 0.0)
    assert desk.beat() is not None


def test_workers_of_a_region_are_told_of_each_other() -> None:
    desk = Desk()
    desk.beat(worker="w2")
    orders = desk.beat(worker="w1")
    assert orders is not None
    assert orders.workers == ("w1", "w2")
    assert desk.beat(worker="w2") is not None


def test_older_workers_unknown_regions_and_a_life_of_0_get_none() -> None:
    desk = Desk()
    assert desk.beat(standing=None) is None
    assert desk.beat(region="mars") is None
    assert Desk(life_ms=0).beat() is None
