"""A broker that is said to refuse does so, and takes again what it is told afterwards."""

import random
import socket
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from tests.chaos.fault import Draw, Fault
from tests.chaos.kinds import servers
from tests.faults.broker import Broker
from tests.faults.coordinator import until


@pytest.mark.parametrize(
    ("make", "asked", "says"),
    [
        (servers.no_memory, "SET one 1", "-OOM"),
        (servers.no_master, "GET one", "-MASTERDOWN"),
        (servers.other_password, "SET one 1", "-NOAUTH"),
        (servers.loading, "SET one 1", "-LOADING"),
    ],
)
def test_it_refuses_and_takes_again(
    make: Callable[[Draw], Fault],
    asked: str,
    says: str,
    free_port: Callable[[], int],
    tmp_path: Path,
) -> None:
    options = ("--enable-debug-command", "local")
    broker = Broker(free_port(), tmp_path / "broker", options=options)
    broker.start()
    installation: Any = SimpleNamespace(broker=broker)
    try:
        assert answer(broker, "SET one 1") == "+OK"
        fault = make(Draw(installation, random.Random(1)))
        fault.begin()
        until(lambda: answer(broker, asked).startswith(says), says)
        fault.end()
        until(lambda: answer(broker, "SET one 1") == "+OK", "that it takes again")
    finally:
        broker.kill()


def answer(broker: Broker, words: str) -> str:
    """The first line of what it says, without a client that tries again by itself."""
    with socket.create_connection(("127.0.0.1", broker.port), timeout=30) as link:
        link.sendall(f"{words}\r\n".encode())
        return link.recv(200).decode().partition("\r\n")[0]
