"""The broker follows the table of keys, and what workers are told follows the coordinator."""

from collections.abc import Callable, Iterator
from hashlib import sha256
from pathlib import Path

import pytest
from redis import Redis
from redis.exceptions import AuthenticationError

from coordinator.joining.meeting import STANDING, Meeting
from coordinator.messaging.acl import broker_acl, worker_user
from coordinator.store import Store
from coordinator.store.audit import Entry
from coordinator.store.joining.invitations import Admitted, Invitation
from coordinator.store.joining.keys import WorkerKey
from coordinator.upkeep.users_loop import UsersLoop
from tests.faults.broker import Broker

pytestmark = pytest.mark.slow
NOW = 1_772_000_000_000
LINE = Entry(NOW, "x", "y", "z", "here")


@pytest.fixture
def broker(tmp_path: Path, free_port: Callable[[], int]) -> Iterator[Broker]:
    made = Broker(free_port(), tmp_path / "broker", acl=broker_acl({}, "pw"))
    made.start()
    yield made
    made.kill()


async def joined(store: Store, secret: str, at: int = NOW, until: int = NOW) -> None:
    token = sha256(f"{secret} {at}".encode()).hexdigest()
    made = Invitation(0, token, "eu-west", None, None, at, at + 1_000)
    await store.invitations.add(made, LINE)

    def admit(found: Invitation | None, _keys: list[WorkerKey]) -> Admitted:
        assert found is not None
        return Admitted(found, "a", sha256(secret.encode()).hexdigest(), at, until, LINE)

    await store.invitations.redeem(token, admit)


def lets_in(broker: Broker, secret: str) -> bool:
    try:
        with Redis(port=broker.port, username=worker_user("eu-west", "a"), password=secret) as link:
            return bool(link.ping())
    except AuthenticationError:
        return False


async def test_keys_are_let_in_overlap_and_end(store: Store, broker: Broker) -> None:
    url = f"redis://coordinator:pw@127.0.0.1:{broker.port}/0"
    drained: list[frozenset[tuple[str, str]]] = []
    loop = UsersLoop(store, url, lambda: Meeting("redis://127.0.0.1/0"), drained.append)
    await joined(store, "old")
    await loop.once(NOW)
    assert lets_in(broker, "old")
    assert [key.applied_at for key in await store.worker_keys.all()] == [NOW]
    await joined(store, "new", NOW + 1, NOW + 500)
    await loop.once(NOW + 499)
    assert [lets_in(broker, one) for one in ("old", "new")] == [True, True]
    await loop.once(NOW + 500)
    assert [lets_in(broker, one) for one in ("old", "new")] == [False, True]
    await store.worker_keys.drain("eu-west", "a", NOW + 600, LINE)
    await loop.once(NOW + 600)
    assert drained[-2:] == [frozenset(), frozenset({("eu-west", "a")})]
    await store.worker_keys.revoke("eu-west", "a", NOW + 700, LINE)
    await loop.once(NOW + 700)
    assert not lets_in(broker, "new")


async def test_workers_are_told_the_key_that_signs_now(store: Store, broker: Broker) -> None:
    url = f"redis://coordinator:pw@127.0.0.1:{broker.port}/0"
    key = ["one"]
    loop = UsersLoop(store, url, lambda: Meeting("redis://127.0.0.1/0", "", key[0]))
    await loop.once(NOW)
    key[0] = "two"
    await loop.once(NOW + 1)
    told = (await store.standings.all(STANDING))[STANDING]
    assert (told["coordinator_key"], told["manages"]) == ("two", True)


async def test_a_broker_where_it_may_not_is_written_down(
    store: Store, tmp_path: Path, free_port: Callable[[], int]
) -> None:
    acl = broker_acl({}, "pw", manages=False)
    broker = Broker(free_port(), tmp_path / "strict", acl=acl)
    broker.start()
    loop = UsersLoop(
        store, f"redis://coordinator:pw@127.0.0.1:{broker.port}/0", lambda: Meeting("redis://x/0")
    )
    await loop.once(NOW)
    broker.kill()
    assert (await store.standings.all(STANDING))[STANDING]["manages"] is False
