"""The loop itself, with real looks at real listeners, and a list in place of the outbox."""

import json
import threading
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from tests.faults.coordinator import check, until
from tests.faults.target import Target
from worker.agent import Agent
from worker.contract.clock import now
from worker.probes.run import Vantage
from worker.targets.guard import Guard

Start = Callable[..., Agent]


@pytest.fixture
def rows() -> list[list[Any]]:
    """What the agent kept."""
    return []


@pytest.fixture
def start(rows: list[list[Any]]) -> Iterator[Start]:
    """Starts an agent that keeps its rows in `rows`."""
    agents: list[Agent] = []

    def begin(**options: Any) -> Agent:
        vantage = Vantage(guard=Guard(["127.0.0.0/8"]))
        agent = Agent(
            vantage, lambda kept, _: rows.extend(json.loads(row) for row in kept), **options
        )
        agent.start()
        agents.append(agent)
        return agent

    yield begin
    for agent in agents:
        if agent._thread.is_alive():
            agent.drain(0.1)


def order(
    target: Target, count: int, *, timeout_ms: int = 2000, ahead_ms: int = 0
) -> dict[str, Any]:
    at = now()
    spec = check("web", "http", timeout_ms=timeout_ms, url=f"{target.url}/1")
    looks = [[0, slot, 0, at + ahead_ms] for slot in range(count)]
    return {"v": 1, "order": "o", "region": "r", "issued_at": at, "checks": [spec], "looks": looks}


def test_every_look_of_an_order_becomes_one_row(start: Start, rows: list[list[Any]]) -> None:
    with Target() as target:
        agent = start()
        agent.take(order(target, 200))
        until(lambda: len(rows) == 200)
    assert sorted(row[1] for row in rows) == list(range(200))
    assert all(row[5] for row in rows)
    assert agent.tally.in_flight == 0


def test_while_too_many_looks_are_in_flight_an_order_waits(
    start: Start, rows: list[list[Any]]
) -> None:
    with Target(silent=True) as silent, Target() as target:
        agent = start(limit=10)
        agent.take(order(silent, 10, timeout_ms=1500))
        waiting = threading.Thread(target=agent.take, args=(order(target, 1),))
        waiting.start()
        until(lambda: agent.tally.blocked == 1)
        waiting.join(0.5)
        assert waiting.is_alive()
        assert target.requests == 0
        waiting.join(5)
        assert not waiting.is_alive()
        assert agent.tally.blocked == 0
        until(lambda: len(rows) == 11)
    assert [row[6] for row in rows].count("timeout") == 10


def test_an_order_that_waits_is_let_go_when_the_agent_closes(start: Start) -> None:
    with Target(silent=True) as silent:
        agent = start(limit=1)
        agent.take(order(silent, 1, timeout_ms=1500))
        waiting = threading.Thread(target=agent.take, args=(order(silent, 1),))
        waiting.start()
        until(lambda: agent.tally.blocked == 1)
        agent.close()
        waiting.join(1)
        assert not waiting.is_alive()
        agent.take(order(silent, 1))
        assert agent.tally.in_flight == 1


def test_a_target_that_says_429_is_left_alone_as_long_as_it_asks(
    start: Start, rows: list[list[Any]]
) -> None:
    with Target(limited_s=60) as target:
        agent = start()
        agent.take(order(target, 1))
        until(lambda: len(rows) == 1)
        agent.take(order(target, 5))
        until(lambda: len(rows) == 6)
        assert target.requests == 1
    assert {(row[6], row[7]) for row in rows} == {("rate_limited", "prober")}
    assert [row[16].get("asked") for row in rows[1:]] == [False] * 5
    assert all(row[16]["retry_after_s"] > 50 for row in rows[1:])


def test_a_target_that_says_429_is_still_looked_at_by_other_means(
    start: Start, rows: list[list[Any]]
) -> None:
    with Target(limited_s=60) as target:
        agent = start()
        agent.take(order(target, 1))
        until(lambda: len(rows) == 1)
        connect = check("door", "tcp", host="127.0.0.1", port=target.port)
        agent.take({**order(target, 1), "checks": [connect]})
        until(lambda: len(rows) == 2)
    assert [row[6] for row in rows] == ["rate_limited", "ok"]


def test_a_flow_tells_which_of_its_hosts_said_429(start: Start, rows: list[list[Any]]) -> None:
    with Target() as good, Target(limited_s=60) as limited:
        welcoming, busy = good.url.replace("127.0.0.1", "localhost"), limited.url
        steps = [{"name": "in", "url": f"{welcoming}/in"}, {"name": "out", "url": f"{busy}/out"}]
        specs = [
            check("flow", "flow", steps=steps),
            check("welcoming", "http", url=f"{welcoming}/1"),
            check("busy", "http", url=f"{busy}/1"),
            check("flow", "flow", steps=steps),
        ]
        agent = start()
        for count, spec in enumerate(specs, start=1):
            agent.take({**order(good, 1), "checks": [spec]})
            until(lambda count=count: len(rows) == count)
        assert (good.requests, limited.requests) == (2, 1)
    assert [row[6] for row in rows] == ["rate_limited", "ok", "rate_limited", "rate_limited"]


def test_looks_that_are_due_together_do_not_start_together(
    start: Start, rows: list[list[Any]]
) -> None:
    with Target() as target:
        agent = start()
        agent.take(order(target, 100, ahead_ms=100))
        until(lambda: len(rows) == 100)
    started = sorted(row[4] for row in rows)
    assert started[-1] - started[0] >= 10
    assert max(started.count(moment) for moment in started) < 20


def test_draining_makes_the_looks_that_are_due_and_keeps_their_rows(
    start: Start, rows: list[list[Any]]
) -> None:
    with Target() as target:
        agent = start()
        agent.take(order(target, 5, ahead_ms=500))
        agent.drain(5)
    assert len(rows) == 5


def test_draining_gives_up_what_never_ends(start: Start, rows: list[list[Any]]) -> None:
    with Target(silent=True) as silent:
        agent = start()
        agent.take(order(silent, 5, timeout_ms=60_000))
        until(lambda: silent.requests == 5)
        agent.drain(0.2)
    assert rows == []
    agent.take(order(silent, 1))  # after the end: no error, no look


def test_what_makes_no_sense_is_counted(start: Start) -> None:
    agent = start()
    agent.take({"v": 3})
    agent.take(None)
    with Target() as target:
        agent.take({**order(target, 2), "checks": ["nonsense"]})
    assert agent.tally.refused == 4
    assert agent.tally.in_flight == 0


def test_a_moment_beyond_all_sense_holds_nothing_up(start: Start, rows: list[list[Any]]) -> None:
    with Target() as target:
        agent = start()
        agent.take(order(target, 1, ahead_ms=10**30))
        agent.take(order(target, 1))
        until(lambda: len(rows) == 1)


def test_rows_that_could_not_be_kept_do_not_end_the_keeping() -> None:
    kept: list[bytes] = []
    faults = iter([OSError("no"), ValueError("no")])

    def keep(batch: Any, _: float) -> None:
        for fault in faults:
            raise fault
        kept.extend(batch)

    with Target() as target:
        agent = Agent(Vantage(guard=Guard(["127.0.0.0/8"])), keep)
        agent.start()
        for _ in range(3):
            agent.take(order(target, 1))
            until(lambda: agent.tally.in_flight == 0 and not agent._rows)
        until(lambda: len(kept) == 1)
        agent.drain(1)


def test_saving_keeps_all_rows_at_once(start: Start, rows: list[list[Any]]) -> None:
    with Target() as target:
        agent = start()
        agent.take(order(target, 3))
        until(lambda: agent.tally.in_flight == 0)
        agent.save(1)
    assert len(rows) == 3


def test_the_age_of_the_youngest_order_is_told_once(start: Start) -> None:
    agent = start()
    assert agent.tally.take_order_age_ms() is None
    with Target() as target:
        for age_ms in (9000, 4000):
            agent.take({**order(target, 0), "issued_at": now() - age_ms})
    assert agent.tally.take_order_age_ms() == pytest.approx(4000, abs=500)
    assert agent.tally.take_order_age_ms() is None


def test_only_what_went_well_by_a_slow_check_may_wait_for_others() -> None:
    told: list[tuple[str, float]] = []

    def keep(batch: Any, within_s: float) -> None:
        told.extend((json.loads(row)[0], within_s) for row in batch)

    with Target() as target:
        agent = Agent(Vantage(guard=Guard(["127.0.0.0/8"])), keep)
        agent.start()
        for name, interval_ms, url, attempt in (
            ("minute", 60_000, target.url, 0),
            ("half", 15_000, target.url, 0),
            ("quick", 5_000, target.url, 0),
            ("again", 60_000, target.url, 1),
            ("failed", 60_000, "http://127.0.0.1:9/", 0),
        ):
            spec = check(name, "http", interval_ms=interval_ms, url=url)
            made = {"v": 1, "order": "o", "region": "r", "issued_at": now(), "checks": [spec]}
            before = len(told)
            agent.take({**made, "looks": [[0, 1, attempt, now()]]})
            until(lambda before=before: len(told) > before)
        agent.drain(1)
    assert dict(told) == {"minute": 1.0, "half": 0.5, "quick": 0.0, "again": 0.0, "failed": 0.0}


def test_no_look_begins_once_those_under_way_were_given_up(
    start: Start, rows: list[list[Any]], caplog: pytest.LogCaptureFixture
) -> None:
    with Target() as target:
        agent = start()
        at = now()
        spec = check("web", "http", url=f"{target.url}/1")
        made = {"v": 1, "order": "o", "region": "r", "issued_at": at, "checks": [spec]}
        agent.take({**made, "looks": [[0, slot, 0, at + 5 * slot] for slot in range(200)]})
        agent.drain(0.1)
    assert "looks_given_up" in caplog.text
    assert "look_failed" not in caplog.text
    assert {row[6] for row in rows} <= {"ok"}
