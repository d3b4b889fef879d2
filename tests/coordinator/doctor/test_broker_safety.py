"""What is found about who may do what at a broker: a real server each time."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from coordinator.doctor import Finding, State
from coordinator.doctor.brokers.broker_safety import look_at_broker_safety
from coordinator.messaging.acl import broker_acl
from tests.faults.broker import Broker

ACL = broker_acl({"eu-west": "wood"}, "stone")
LIMITED = ("--maxmemory", "64mb", "--maxmemory-policy", "noeviction")
SHORT = ("--proto-max-bulk-len", "16mb")

Start = Callable[..., Broker]


@pytest.fixture
def start(tmp_path: Path, free_port: Callable[[], int]) -> Iterator[Start]:
    started: list[Broker] = []

    def make(*options: str, acl: list[str] | None = None) -> Broker:
        broker = Broker(free_port(), tmp_path / "broker", acl=acl or (), options=options)
        started.append(broker)
        broker.start()
        return broker

    yield make
    for broker in started:
        broker.kill()


def looked(broker: Broker, credential: str = "coordinator:stone@") -> dict[str, Finding]:
    url = f"redis://{credential}127.0.0.1:{broker.port}/0"
    return {finding.check: finding for finding in look_at_broker_safety(url, ["eu-west"])}


def test_with_our_access_list_and_a_limit_all_is_well(start: Start) -> None:
    told = looked(start(*LIMITED, *SHORT, acl=ACL))
    assert {check: finding.state for check, finding in told.items()} == {
        "broker users": State.OK,
        "broker policy": State.OK,
        "broker memory": State.OK,
        "broker keys": State.OK,
        "broker databases": State.OK,
        "broker commands": State.OK,
    }


def test_an_access_list_that_opens_every_database_is_told(start: Start) -> None:
    old = [line.replace("+select|0", "+select") for line in ACL]
    told = looked(start(acl=old))["broker databases"]
    assert (told.state, "outscope broker acl" in told.todo) == (State.WARNING, True)


def test_a_server_that_makes_room_for_whatever_is_announced_is_told(start: Start) -> None:
    broker = start(acl=ACL)
    told = looked(broker)["broker commands"]
    assert (told.state, "proto-max-bulk-len 16mb" in told.todo) == (State.WARNING, True)
    assert looked(broker)["broker keys"].state is State.OK, "and goes on"


def test_an_open_default_is_told(start: Start) -> None:
    open_list = [line.replace("default off resetkeys", "default on nopass ~*") for line in ACL]
    told = looked(
        start(
            acl=[
                line.replace("channels -@all", "channels +@all", 1) if "default" in line else line
                for line in open_list
            ]
        )
    )["broker users"]
    assert told.state is State.WARNING, "a failure when it listens beyond this machine"
    assert "outscope broker acl" in told.todo


def test_what_may_be_evicted_and_has_no_limit_is_told(start: Start) -> None:
    told = looked(start("--maxmemory-policy", "allkeys-lru", acl=ACL))
    assert told["broker policy"].state is State.FAILURE
    assert told["broker memory"].state is State.WARNING


def test_a_broker_that_is_nearly_full_is_told(start: Start) -> None:
    broker = start("--maxmemory", "16mb", "--maxmemory-policy", "noeviction")
    with broker.client() as client:
        client.lpush("reports.eu-west", *["x" * 1_000_000] * 13)
    assert looked(broker, "")["broker memory"].state is State.FAILURE


def test_keys_of_no_region_are_told(start: Start) -> None:
    broker = start()
    with broker.client() as client:
        client.lpush("reports.eu-west", "x")
        client.lpush("probes.eu-west.eu-west-1", "x")
        client.set("something-else", "x")
    assert looked(broker, "")["broker keys"].state is State.OK
    with broker.client() as client:
        client.lpush("reports.gone", "x")
    told = looked(broker, "")["broker keys"]
    assert (told.state, "reports.gone" in told.said) == (State.FAILURE, True)


def test_an_access_list_of_before_is_told(start: Start) -> None:
    old = [line.replace(" +scan", "").replace(" +info|memory", "") for line in ACL]
    told = looked(start(acl=old))["broker rights"]
    assert (told.state, "outscope broker acl" in told.todo) == (State.FAILURE, True)
