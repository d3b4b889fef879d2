"""The embedded broker runs, and gives each region a user of its own."""

import asyncio
import signal
from pathlib import Path

import pytest
from redis import Redis
from redis.exceptions import AuthenticationError, NoPermissionError

from api.supervisor.broker import embedded, shared
from api.supervisor.plan import plain_environment
from api.supervisor.program import send


def test_a_given_broker_is_the_same_for_all() -> None:
    credentials = shared("redis://h", ["eu-west"])
    assert credentials.coordinator == credentials.regions["eu-west"] == "redis://h"


@pytest.mark.slow
async def test_a_region_cannot_take_the_orders_of_another(tmp_path: Path) -> None:
    program, credentials = embedded(tmp_path, ["eu-west", "us-east"], plain_environment())
    process = program.start()
    try:
        async with asyncio.timeout(20):
            while not program.ready():  # noqa: ASYNC110 - another process becomes ready
                await asyncio.sleep(0.05)
        with Redis.from_url(credentials.coordinator) as coordinator:
            coordinator.lpush("probes.eu-west", "order")
        with Redis.from_url(credentials.regions["us-east"]) as stranger, pytest.raises(NoPermissionError):
            stranger.brpop(["probes.eu-west"], timeout=1)
        with Redis.from_url(credentials.regions["eu-west"]) as own:
            assert own.brpop(["probes.eu-west"], timeout=1)
        wrong = credentials.coordinator.replace("coordinator:", "coordinator:x")
        with Redis.from_url(wrong) as nobody, pytest.raises(AuthenticationError):
            nobody.ping()
    finally:
        send(process, signal.SIGTERM)
        process.wait(10)
    assert (tmp_path / "broker" / "users.acl").stat().st_mode & 0o077 == 0
