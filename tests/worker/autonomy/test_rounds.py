"""The rounds of a worker that is alone, on times that the test tells."""

from pathlib import Path
from typing import Any, cast

import pytest
from hypothesis import given
from hypothesis import strategies as st

from worker.agent import Agent
from worker.autonomy.kept import KeptOrders
from worker.autonomy.rounds import Rounds
from worker.contract.clock import monotonic_s
from worker.contract.message import Order
from worker.contract.standing.orders import StandingOrders
from worker.contract.standing.schedule import phase
from worker.orders import SLOTS, Claims, Due
from worker.reference_clock import ReferenceClock
from worker.tally import Tally

NOW = 1_800_000_000_000
HOUR_MS = 3_600_000
INTERVAL_MS = 10_000
TEXT = (
    '{"id":"web","interval_ms":10000,"kind":"tcp","params":{"host":"127.0.0.1","port":9},'
    '"timeout_ms":500}'
)


class Looking:
    """An agent that only remembers what it should look at."""

    def __init__(self) -> None:
        self.tally = Tally()
        self.looks: list[tuple[int, int]] = []

    def stand_in(self, order: Order) -> None:
        self.looks += [(slot, at) for _, slot, _, at in order.looks]


class Bench:
    """Rounds on a clock that a test moves."""

    def __init__(self, folder: Path, after: int = 3, **change: Any) -> None:
        self.begun_s = monotonic_s()
        self.agent = Looking()
        self.is_refused = False
        self.kept = KeptOrders(folder, "eu-west", "w1", lambda *_: True)
        told = {"region": "eu-west", "worker": "w1", "issued_at": NOW, "until": NOW + HOUR_MS}
        orders = StandingOrders.model_validate({**told, "checks": (TEXT,), **change})
        self.kept.take(orders.model_dump(mode="json"), None, NOW)
        self.rounds = Rounds(
            cast(Agent, self.agent),
            self.kept,
            ReferenceClock(lambda: NOW, lambda: self.begun_s),
            after=after,
            refused=lambda: self.is_refused,
        )

    def step(self, after_s: float, now: int | None = None) -> None:
        """A round so long after the start, when the clock tells `now`."""
        told = NOW + round(after_s * 1000) if now is None else now
        self.rounds.step(told, self.begun_s + after_s)

    def steps(self, first_s: int, last_s: int) -> None:
        """A round each second."""
        for after_s in range(first_s, last_s):
            self.step(after_s)


def due(since: int, until: int) -> list[int]:
    first = phase("web", "eu-west", INTERVAL_MS)
    return list(range(since + (first - since) % INTERVAL_MS, until, INTERVAL_MS))


def test_in_silence_each_slot_is_looked_at_once(tmp_path: Path) -> None:
    bench = Bench(tmp_path)
    bench.steps(0, 60)
    moments = [at for _, at in bench.agent.looks]
    assert moments == due(NOW - 6_500, NOW + 59_400)
    assert all(at // INTERVAL_MS == slot for slot, at in bench.agent.looks)
    assert bench.rounds.vitals()["alone"] is True


def test_as_long_as_somebody_is_heard_nothing_is_looked_at(tmp_path: Path) -> None:
    bench = Bench(tmp_path)
    for after_s in range(60):
        bench.rounds._silence.heard(bench.begun_s + after_s)
        bench.step(after_s)
    assert bench.agent.looks == []
    assert bench.rounds.vitals()["alone"] is False


def test_expired_standing_orders_are_obeyed_no_more(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    bench = Bench(tmp_path, until=NOW + 30_000)
    bench.steps(0, 60)
    assert bench.agent.looks
    assert max(at for _, at in bench.agent.looks) < NOW + 30_400
    assert caplog.text.count("standing_orders_expired") == 1


def test_whom_the_broker_turns_away_is_not_alone(tmp_path: Path) -> None:
    bench = Bench(tmp_path)
    bench.is_refused = True
    bench.steps(0, 60)
    assert bench.agent.looks == []


def test_what_was_dropped_is_looked_at_no_more(tmp_path: Path) -> None:
    bench = Bench(tmp_path)
    bench.steps(0, 30)
    looks = len(bench.agent.looks)
    bench.kept.drop("it was told to leave")
    bench.steps(30, 60)
    assert len(bench.agent.looks) == looks > 0


def test_0_is_never(tmp_path: Path) -> None:
    bench = Bench(tmp_path, after=0)
    bench.steps(0, 60)
    assert bench.agent.looks == []


@given(
    st.lists(st.tuples(st.integers(1, 30), st.integers(-20_000, 20_000)), min_size=5, max_size=40)
)
def test_however_the_clock_steps_a_round_asks_for_what_is_due_about_now(
    tmp_path_factory: pytest.TempPathFactory, steps: list[tuple[int, int]]
) -> None:
    bench = Bench(tmp_path_factory.mktemp("rounds"))
    after_s, offset = 0, 0
    for pause_s, jump in steps:
        after_s, offset = after_s + pause_s, offset + jump
        now = NOW + after_s * 1000 + offset
        before = len(bench.agent.looks)
        bench.step(after_s, now)
        fresh = bench.agent.looks[before:]
        assert all(-INTERVAL_MS < at - now <= 400 for _, at in fresh)


def test_after_a_long_stop_there_is_no_burst(tmp_path: Path) -> None:
    bench = Bench(tmp_path)
    bench.steps(0, 40)
    before = len(bench.agent.looks)
    bench.step(40 + 1_800)
    assert len(bench.agent.looks) - before <= 1


def look(slot: int, *, alone: bool, attempt: int = 0) -> Due:
    return Due("web", slot, attempt, 0, 0.0, None, alone=alone)


def test_a_look_that_stands_and_is_ordered_as_well_is_made_once() -> None:
    claims = Claims()
    assert claims.take(look(1, alone=False))
    assert not claims.take(look(1, alone=True))
    assert claims.take(look(2, alone=True))
    assert not claims.take(look(2, alone=False))
    assert not claims.take(look(2, alone=True))


def test_what_is_ordered_twice_and_extra_looks_are_made_as_ordered() -> None:
    claims = Claims()
    assert claims.take(look(1, alone=False))
    assert claims.take(look(1, alone=False))
    assert claims.take(look(1, alone=False, attempt=1))
    assert claims.take(look(1, alone=False, attempt=2))
    assert not claims.take(look(1, alone=True))


def test_the_latest_slots_of_a_check_are_remembered_and_no_more() -> None:
    claims = Claims()
    for slot in range(SLOTS + 1):
        assert claims.take(look(slot, alone=True))
    assert not any(claims.take(look(slot, alone=False)) for slot in range(1, SLOTS + 1))
    assert claims.take(look(0, alone=False))
