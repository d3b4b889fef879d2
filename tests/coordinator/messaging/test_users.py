"""Users of joined workers at real servers: Valkey as embedded, and Redis 7.0 as Debian ships it."""

import shutil
import time
from collections.abc import Callable, Iterator
from hashlib import sha256
from pathlib import Path
from threading import Thread

import pytest
from redis import Redis
from redis.backoff import NoBackoff
from redis.exceptions import AuthenticationError, NoPermissionError, RedisError
from redis.retry import Retry

from coordinator.messaging.acl import ForbiddenError, broker_acl, worker_rules, worker_user
from coordinator.messaging.users import BrokerUsers
from tests.faults.broker import Broker

pytestmark = pytest.mark.slow
NAME = worker_user("eu-west", "eu-west-a")


@pytest.fixture(params=["valkey", "redis-server"])
def make(
    request: pytest.FixtureRequest, tmp_path: Path, free_port: Callable[[], int]
) -> Iterator[Callable[..., Broker]]:
    program = shutil.which("redis-server") if request.param == "redis-server" else None
    if request.param == "redis-server" and program is None:
        pytest.skip("redis-server is not installed (Debian: apt install redis-server)")
    made: list[Broker] = []

    def start(**options: bool) -> Broker:
        acl = broker_acl({"us-east": "pw"}, "pw-co", **options)
        made.append(Broker(free_port(), tmp_path / "broker", acl=acl, program=program))
        made[-1].start()
        return made[-1]

    yield start
    for broker in made:
        broker.kill()


def users(broker: Broker) -> BrokerUsers:
    return BrokerUsers(f"redis://coordinator:pw-co@127.0.0.1:{broker.port}/0")


def rules(*secrets: str, worker: str = "eu-west-a") -> list[str]:
    return worker_rules("eu-west", worker, [sha256(one.encode()).hexdigest() for one in secrets])


def client(broker: Broker, secret: str, user: str = NAME) -> Redis:
    retry = Retry(NoBackoff(), 0)
    return Redis(port=broker.port, username=user, password=secret, socket_timeout=10, retry=retry)


def lets_in(broker: Broker, secret: str, user: str = NAME) -> bool:
    try:
        with client(broker, secret, user) as link:
            return bool(link.ping())
    except AuthenticationError:
        return False


def test_a_worker_is_let_in_changed_and_thrown_out(make: Callable[..., Broker]) -> None:
    broker = make()
    own = users(broker)
    assert own.apply({NAME: rules("one")}) == 1
    assert own.apply({NAME: rules("one")}) == 0
    assert lets_in(broker, "one")
    assert not lets_in(broker, "two")
    assert own.apply({NAME: rules("one", "two")}) == 1
    with client(broker, "one") as old:
        old.ping()
        assert lets_in(broker, "two")
        assert own.apply({NAME: rules("two")}) == 1
        with pytest.raises(RedisError):  # thrown out, and its password is gone
            old.ping()
    assert own.apply({}) == 1
    assert not lets_in(broker, "two")
    assert lets_in(broker, "pw", "us-east")  # other users are nobody's business
    own.close()


def test_a_connection_that_waits_is_cut_when_its_worker_is_revoked(
    make: Callable[..., Broker],
) -> None:
    broker = make()
    own = users(broker)
    own.apply({NAME: rules("one")})
    ended: list[float] = []

    def wait() -> None:
        with client(broker, "one") as link, pytest.raises(RedisError):
            link.brpop(["probes.eu-west"], 9)
        ended.append(time.monotonic())

    waiting = Thread(target=wait)
    waiting.start()
    time.sleep(0.5)
    began = time.monotonic()
    own.apply({})
    waiting.join(8)
    assert ended
    assert ended[0] - began < 2
    own.close()


def test_a_worker_reaches_its_own_keys_and_nobody_elses(make: Callable[..., Broker]) -> None:
    broker = make()
    own = users(broker)
    own.apply({NAME: rules("one")})
    with client(broker, "one") as link:
        link.lpush("reports.eu-west.eu-west-a", "x")
        link.lpush("echo.eu-west.eu-west-a", "x")
        assert link.brpop(["echo.eu-west.eu-west-a"], 1)
        assert link.brpop(["probes.eu-west", "probes.eu-west.eu-west-a"], 1) is None
        for act in (
            lambda: link.brpop(["probes.eu-west.eu-west-b"], 1),
            lambda: link.brpop(["probes.us-east"], 1),
            lambda: link.lpush("reports.us-east", "x"),
            lambda: link.lpush("reports.eu-west", "x"),
            lambda: link.lpush("reports.eu-west.eu-west-b", "x"),
            lambda: link.lpush("probes.eu-west", "x"),
            lambda: link.lpush("echo.eu-west.eu-west-b", "x"),
            lambda: link.delete("reports.eu-west.eu-west-a"),
            lambda: link.acl_setuser("x", enabled=True, nopass=True),
            lambda: link.execute_command("ACL", "LIST"),
            lambda: link.config_set("maxmemory", "1"),
            lambda: link.keys("*"),
        ):
            with pytest.raises(NoPermissionError):
                act()
    own.close()


def test_a_broker_that_forgot_is_told_again(make: Callable[..., Broker]) -> None:
    broker = make()
    own = users(broker)
    own.apply({NAME: rules("one")})
    broker.kill()
    broker.start()
    with pytest.raises((RedisError, OSError)):  # the old connection
        own.apply({NAME: rules("one")})
    assert own.apply({NAME: rules("one")}) == 1
    assert lets_in(broker, "one")
    own.close()


def test_whoever_changed_a_user_by_hand_is_put_right(make: Callable[..., Broker]) -> None:
    broker = make()
    own = users(broker)
    own.apply({NAME: rules("one")})
    with client(broker, "pw-co", "coordinator") as admin:
        admin.execute_command("ACL", "SETUSER", NAME, "nopass", "allkeys", "+@all")
        admin.execute_command("ACL", "SETUSER", "worker.eu-west.ghost", "on", "nopass")
    assert own.apply({NAME: rules("one")}) == 2
    assert not lets_in(broker, "anything")
    assert not lets_in(broker, "anything", "worker.eu-west.ghost")
    own.close()


def test_a_coordinator_without_the_right_says_so(make: Callable[..., Broker]) -> None:
    broker = make(manages=False)
    own = users(broker)
    with pytest.raises(ForbiddenError):
        own.apply({NAME: rules("one")})
    own.close()


def test_the_printed_line_is_what_is_applied(tmp_path: Path, free_port: Callable[[], int]) -> None:
    lines = [*broker_acl({}, "pw-co"), f"user {NAME} {' '.join(rules('one'))}"]
    broker = Broker(free_port(), tmp_path / "broker", acl=lines)
    broker.start()
    own = users(broker)
    with client(broker, "pw-co", "coordinator") as admin:
        before = admin.execute_command("ACL", "LIST")
        own.apply({NAME: rules("one")})
        assert admin.execute_command("ACL", "LIST") == before
    own.close()
    broker.kill()
