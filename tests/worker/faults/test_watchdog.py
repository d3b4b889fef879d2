"""A consumer that hears nothing although the broker takes messages: here, because thieves take them
all first.
"""

import threading
from contextlib import ExitStack
from types import TracebackType

import pytest
from redis import Redis
from redis.exceptions import ConnectionError as RedisConnectionError

from tests.faults.broker import Broker
from tests.faults.coordinator import Coordinator, check, until
from tests.faults.target import Target
from tests.faults.worker import WorkerProcess

pytestmark = [
    pytest.mark.slow,
    # a relay holds the queues itself, and what it does when it hears nothing is its own matter
    pytest.mark.parametrize("relay", ["broker"], indirect=True),
]

OWN_QUEUES = ("probes.eu-west.eu-west-1", "echo.eu-west.eu-west-1")


class Thieves:
    """Twenty clients that wait at the worker's own queues; the longest waiting is served first, so
    they get all.
    """

    def __init__(self, broker: Broker) -> None:
        self._clients = [broker.client() for _ in range(20)]
        self._threads = [
            threading.Thread(target=self._steal, args=(client,), daemon=True)
            for client in self._clients
        ]
        self._over = threading.Event()
        self.stolen = 0

    def __enter__(self) -> "Thieves":
        for thread in self._threads:
            thread.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._over.set()
        for client, thread in zip(self._clients, self._threads, strict=True):
            end_thief(client, thread)

    def _steal(self, client: Redis) -> None:
        try:
            while not self._over.is_set() and client.execute_command("BRPOP", *OWN_QUEUES, 0):
                self.stolen += 1
        except (RedisConnectionError, ValueError, OSError, AttributeError):
            return  # the test has ended


def end_thief(client: Redis, thread: threading.Thread) -> None:
    """Close its connection until it has ended: between two thefts it opens another one."""

    def ended() -> bool:
        client.connection_pool.disconnect()
        thread.join(0.05)
        return not thread.is_alive()

    until(ended, "the end of a thief")


def boots(coordinator: Coordinator) -> set[str]:
    return {report.boot for report in coordinator.reports}


def test_a_consumer_that_hears_nothing_is_cut_and_then_begun_anew(
    worker: WorkerProcess, valkey: Broker, coordinator: Coordinator, target: Target
) -> None:
    coordinator.receipting = False
    until(lambda: len(boots(coordinator)) == 1, "the first heartbeat")
    with ExitStack() as stack:
        stack.enter_context(Thieves(valkey))
        until(lambda: "consumer_stuck act=cut" in worker.log(), "the cut", worker.log)
        until(lambda: "consumer_stuck act=restart" in worker.log(), "the restart", worker.log)
        until(lambda: len(boots(coordinator)) == 2, "a heartbeat of a new boot", worker.log)
    coordinator.receipting = True
    ids = coordinator.order([check("web", "http", url=f"{target.url}/1")], [(0, 1)])
    until(lambda: ids <= set(coordinator.looks_by_id), "a result", worker.log)
    until(lambda: worker.waiting() == 0, "its receipt", worker.log)
    assert worker.stop() == 0


def test_a_cut_that_helps_is_enough(
    worker: WorkerProcess, valkey: Broker, coordinator: Coordinator, target: Target
) -> None:
    with Thieves(valkey):
        until(lambda: "consumer_stuck act=cut" in worker.log(), "the cut", worker.log)
    valkey.client().lpush(OWN_QUEUES[0], b"")  # unreadable, so it costs one more reconnection
    ids = coordinator.order([check("web", "http", url=f"{target.url}/1")], [(0, 1)])
    until(lambda: ids <= set(coordinator.looks_by_id), "a result", worker.log)
    until(lambda: len(coordinator.heartbeats) > 4, "quiet twenty seconds")
    assert "Connection to broker lost" in worker.log()
    assert "act=restart" not in worker.log()
    assert len(boots(coordinator)) == 1
