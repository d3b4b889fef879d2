"""The embedded broker runs, and gives each region a user of its own."""

import asyncio
import signal
import socket
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from redis import Redis
from redis.exceptions import NoPermissionError, RedisError

from api.supervisor.broker import Embedded, Shared
from api.supervisor.plan import plain_environment
from api.supervisor.program import send


def test_a_given_broker_is_the_same_for_all() -> None:
    broker = Shared("redis://h")
    assert broker.coordinator == broker.region("eu-west") == "redis://h"
    assert broker.program is None


@pytest.fixture
async def broker(tmp_path: Path) -> AsyncIterator[Embedded]:
    """A server of our own that knows Europe and runs."""
    broker = Embedded(tmp_path, plain_environment())
    broker.region("eu-west")
    process = broker.program.start()
    try:
        async with asyncio.timeout(20):
            while not broker.program.ready():  # noqa: ASYNC110 - another process becomes ready
                await asyncio.sleep(0.05)
        yield broker
    finally:
        send(process, signal.SIGTERM)
        process.wait(10)


@pytest.mark.slow
async def test_a_region_that_is_new_while_the_server_runs_is_let_in_to_its_own_queue_only(
    broker: Embedded,
) -> None:
    with Redis.from_url(broker.coordinator) as coordinator:
        coordinator.lpush("probes.eu-west", "order")
        with Redis.from_url(broker.region("us-east")) as stranger, pytest.raises(NoPermissionError):
            stranger.brpop(["probes.eu-west"], timeout=1)
        with Redis.from_url(broker.region("eu-west")) as own:
            assert own.brpop(["probes.eu-west"], timeout=1)
        assert coordinator.ping()


def test_it_listens_where_it_did_for_workers_were_told(tmp_path: Path) -> None:
    first = Embedded(tmp_path, {}).coordinator.rpartition(":")[2]
    assert Embedded(tmp_path, {}).coordinator.rpartition(":")[2] == first
    with socket.create_server(("127.0.0.1", int(first.partition("/")[0]))):
        assert Embedded(tmp_path, {}).coordinator.rpartition(":")[2] != first
    for damaged in ("", "no port", "-1", "70000"):
        (tmp_path / "broker" / "port").write_text(damaged)
        assert Embedded(tmp_path, {}).coordinator


@pytest.mark.slow
async def test_nobody_gets_in_without_a_password(broker: Embedded, tmp_path: Path) -> None:
    with (
        Redis.from_url(broker.coordinator.replace("coordinator:", "coordinator:x")) as nobody,
        pytest.raises(RedisError),
    ):
        nobody.ping()
    assert (tmp_path / "broker" / "users.acl").stat().st_mode & 0o077 == 0
