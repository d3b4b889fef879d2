"""What is obeyed, held and dropped of what comes in, and whom it makes ready."""

from collections.abc import Sequence
from typing import Any, cast

import pytest

from worker.agent import Agent
from worker.contract.message import Order, Receipt
from worker.inbox import Inbox
from worker.messaging.served import Served
from worker.reference_clock import ReferenceClock
from worker.reporting.sender import Sender

TRUE_MS = 1_772_375_527_000
BOOT = "b1"


class Looking:
    """An agent that only remembers."""

    def __init__(self) -> None:
        self.taken: list[str] = []
        self.late: list[str] = []

    def take(self, message: Any) -> str:
        self.taken.append(message["order"])
        return str(message["region"])

    def missed(self, order: Order) -> None:
        self.late.append(order.order)


class Forgetful:
    """A sender that has nothing to forget."""

    def receipted(self, boot: str, seqs: Sequence[int]) -> None:
        """Fine."""


class Heard(Served):
    """Counts what it is told."""

    def __init__(self) -> None:
        super().__init__("eu-west", "eu-west-1")
        self.times = self.refusals = 0

    def heard(self) -> None:
        self.times += 1

    def unknown_region(self) -> None:
        self.refusals += 1


class Bench:
    """An inbox on a machine whose clock is wrong."""

    def __init__(self, ahead_ms: int) -> None:
        self.agent, self.served = Looking(), Heard()
        self.left: list[str] = []
        self.reference = ReferenceClock(lambda: TRUE_MS + ahead_ms, lambda: 5_000.0)
        self.inbox = Inbox(
            "eu-west",
            BOOT,
            cast(Agent, self.agent),
            cast(Sender, Forgetful()),
            self.reference,
            None,
            self.served,
            lambda: self.left.append(BOOT),
        )

    def order(self, name: str, expires_in_ms: int | None, region: str = "eu-west") -> None:
        message = Order(
            order=name, region=region, issued_at=TRUE_MS - 3_600_000, checks=(), looks=()
        ).model_dump(mode="json")
        expires_at = None if expires_in_ms is None else TRUE_MS + expires_in_ms
        self.inbox.arrived(message, None)
        self.inbox.order(message, None, expires_at)

    def receipt(self, boot: str = BOOT, refused: str = "") -> None:
        self.reference.asked(BOOT, 0)
        told = Receipt(worker="eu-west-1", boot=boot, seqs=(0,), at=TRUE_MS, refused=refused)
        self.inbox.receipt(told.model_dump(mode="json"), None)


@pytest.mark.parametrize("ahead_ms", [-3_600_000, -5_000, 0, 5_000, 3_600_000])
def test_orders_wait_for_the_time_and_are_judged_by_it_in_their_order(ahead_ms: int) -> None:
    bench = Bench(ahead_ms)
    bench.order("good", 100)
    bench.order("old", -100)
    bench.order("for-ever", None)
    assert bench.agent.taken == []
    bench.receipt(boot="earlier")
    assert bench.agent.taken == [], "a receipt of an earlier start tells no time"
    bench.receipt()
    assert (bench.agent.taken, bench.agent.late) == (["good", "for-ever"], ["old"])
    assert not bench.inbox.holding()


@pytest.mark.parametrize("ahead_ms", [-3_600_000, 0, 3_600_000])
def test_one_that_is_handed_over_after_the_hold_has_ended_is_judged_as_well(ahead_ms: int) -> None:
    bench = Bench(ahead_ms)
    bench.receipt()
    bench.order("old", -100)
    bench.order("good", 100)
    assert (bench.agent.taken, bench.agent.late) == (["good"], ["old"])


def test_told_to_stop_it_takes_what_it_held() -> None:
    bench = Bench(0)
    bench.order("good", 100)
    bench.inbox.end()
    assert bench.agent.taken == ["good"]


def test_only_what_is_for_this_start_and_region_serves_it() -> None:
    bench = Bench(0)
    bench.receipt(boot="earlier")
    bench.receipt(refused="unknown_region")
    bench.receipt(refused="a later reason")
    bench.inbox.end()
    bench.order("old", -100)
    bench.order("elsewhere", 100, region="us-east")
    assert (bench.served.times, bench.served.refusals) == (0, 1)
    bench.order("good", 100)
    bench.receipt()
    assert bench.served.times == 2


@pytest.mark.parametrize(("boot", "times"), [(BOOT, 1), ("an earlier start", 0)])
def test_a_receipt_of_this_start_may_ask_it_to_leave(boot: str, times: int) -> None:
    bench = Bench(0)
    told = Receipt(worker="eu-west-1", boot=boot, seqs=(1,), at=TRUE_MS, leave=True)
    bench.inbox.receipt(told.model_dump(mode="json"), None)
    assert bench.left == [BOOT] * times
