"""What is found about a broker: a real server, with users and without."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from coordinator.doctor import State
from coordinator.doctor.brokers.broker import look_at_broker
from coordinator.doctor.machine import CLOCK_WARNING_MS
from coordinator.messaging.acl import broker_acl
from tests.faults.broker import Broker
from worker.contract.clock import now


@pytest.fixture
def guarded(tmp_path: Path, free_port: Callable[[], int]) -> Iterator[Broker]:
    """A server that lets in the coordinator and one region."""
    broker = Broker(free_port(), tmp_path / "valkey", broker_acl({"eu-west": "wood"}, "stone"))
    broker.start()
    yield broker
    broker.kill()


def at(broker: Broker, credential: str) -> str:
    return f"redis://{credential}@127.0.0.1:{broker.port}/0"


def test_the_credential_of_a_coordinator_is_enough(guarded: Broker) -> None:
    told, theirs = look_at_broker(at(guarded, "coordinator:stone"))
    assert told.state is State.OK
    assert told.said.startswith(
        f"redis://127.0.0.1:{guarded.port}/0 takes the credential: Valkey 9"
    )
    assert theirs is not None
    assert abs(theirs - now()) < CLOCK_WARNING_MS


def test_a_wrong_password_is_told_and_not_shown(guarded: Broker) -> None:
    told, theirs = look_at_broker(at(guarded, "coordinator:pebble"))
    assert (told.state, theirs) == (State.FAILURE, None)
    assert "invalid username-password pair" in told.said
    assert "password" in told.todo
    assert "pebble" not in told.said


def test_a_broker_that_is_away(free_port: Callable[[], int]) -> None:
    told, _ = look_at_broker(f"redis://127.0.0.1:{free_port()}/0")
    assert told.state is State.FAILURE
    assert "refused" in told.said
    assert told.todo.startswith("start the broker")


def test_a_broker_that_speaks_another_protocol_is_refused(free_port: Callable[[], int]) -> None:
    told, _ = look_at_broker(f"mqtt://guest:topsecret@127.0.0.1:{free_port()}/")
    assert (told.state, "topsecret" in told.said) == (State.FAILURE, False)
    assert "redis://" in told.todo


def test_what_is_no_broker_is_refused_without_being_shown() -> None:
    told, _ = look_at_broker("http://user:topsecret@x")
    assert (told.state, "topsecret" in told.said + told.todo) == (State.FAILURE, False)
