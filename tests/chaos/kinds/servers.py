"""Faults of the broker and of the database."""

import signal
from threading import Thread
from typing import Any

from redis import Redis, RedisError

from tests.chaos.fault import Draw, Fault
from tests.faults.broker import Broker

FILLER = 400
LOAD_US = 20_000
"""So long the broker takes for each key that it loads."""


def killed(draw: Draw) -> Fault:
    """The broker has forgotten everything when it is back."""
    broker = draw.installation.broker
    return Fault("broker killed, empty", draw.lasting(4.0), broker.kill, broker.start)


def still(draw: Draw) -> Fault:
    """The broker stands still; connections stay open."""
    broker = draw.installation.broker
    return Fault(
        "broker stands still",
        draw.lasting(6.0),
        lambda: broker.signal(signal.SIGSTOP),
        lambda: broker.signal(signal.SIGCONT),
    )


class _Admin:
    """One connection that stays, whatever befalls the others."""

    def __init__(self, broker: Broker) -> None:
        self._broker = broker
        self._link: Redis | None = None

    def say(self, *words: Any) -> None:
        if self._link is None:
            self._link = Redis(port=self._broker.port, single_connection_client=True)
        self._link.execute_command(*words)  # type: ignore[no-untyped-call]

    def close(self) -> None:
        if self._link is not None:
            self._link.close()


def no_memory(draw: Draw) -> Fault:
    """The broker refuses what is written: its memory is full, and it may forget nothing."""
    admin = _Admin(draw.installation.broker)

    def begin() -> None:
        admin.say("CONFIG", "SET", "maxmemory-policy", "noeviction", "maxmemory", "1")

    def end() -> None:
        admin.say("CONFIG", "SET", "maxmemory", "0")
        admin.close()

    return Fault("broker refuses writes (OOM)", draw.lasting(), begin, end)


def no_master(draw: Draw) -> Fault:
    """The broker became a replica of one that is away: MASTERDOWN."""
    admin = _Admin(draw.installation.broker)

    def begin() -> None:
        admin.say("CONFIG", "SET", "replica-serve-stale-data", "no")
        admin.say("REPLICAOF", "127.0.0.1", "1")

    def end() -> None:
        admin.say("REPLICAOF", "NO", "ONE")
        admin.close()

    return Fault("broker without master (MASTERDOWN)", draw.lasting(), begin, end)


def other_password(draw: Draw) -> Fault:
    """The broker wants a password that nobody has, and breaks all connections."""
    admin = _Admin(draw.installation.broker)

    def begin() -> None:
        admin.say("CONFIG", "SET", "requirepass", "another")
        admin.say("CLIENT", "KILL", "SKIPME", "yes")

    def end() -> None:
        admin.say("CONFIG", "SET", "requirepass", "")
        admin.close()

    return Fault("broker wants a password (NOAUTH)", draw.lasting(6.0), begin, end)


def loading(draw: Draw) -> Fault:
    """The broker reads its data again from the disk, slowly: LOADING."""
    broker, keys = draw.installation.broker, [f"filler-{n}" for n in range(FILLER)]

    def reload() -> None:
        link = Redis(port=broker.port, socket_timeout=60)
        try:
            link.execute_command("DEBUG", "RELOAD")  # type: ignore[no-untyped-call]
        except RedisError as error:
            print(f"  (no LOADING: {error})")

    def begin() -> None:
        link = broker.client()
        link.mset(dict.fromkeys(keys, "x" * 2_000))
        link.config_set("loading-process-events-interval-bytes", 1024)
        link.config_set("key-load-delay", LOAD_US)
        Thread(target=reload, daemon=True).start()

    def end() -> None:
        link = broker.client()
        link.config_set("key-load-delay", 0)
        while link.info("persistence")["loading"]:
            pass
        link.delete(*keys)

    return Fault("broker loads its data (LOADING)", draw.lasting(), begin, end)


def restarted(draw: Draw) -> Fault:
    """The database is stopped at once, and started again."""
    postgres = draw.installation.postgres
    return Fault("database stopped", draw.lasting(6.0), postgres.stop, postgres.start)


def database_still(draw: Draw) -> Fault:
    """The database stands still; connections stay open."""
    postgres = draw.installation.postgres
    return Fault("database stands still", draw.lasting(6.0), postgres.pause, postgres.go_on)


def slow_disk(draw: Draw) -> Fault:
    """The database's disk takes 128 KiB a second."""
    disk = draw.installation.disk
    assert disk is not None
    slow = lambda: disk.slow(128 << 10)  # noqa: E731
    return Fault("slow disk of the database", draw.lasting(), slow, disk.fast)


def full_disk(draw: Draw) -> Fault:
    """Not a byte is left on the database's disk."""
    disk, postgres = draw.installation.disk, draw.installation.postgres
    assert disk is not None

    def end() -> None:
        disk.free()
        if not postgres.runs():
            postgres.start()

    return Fault("full disk of the database", draw.lasting(6.0), disk.fill, end)


def full_state_folder(draw: Draw) -> Fault:
    """Not a byte is left for what workers keep, and their region cannot be heard."""
    disk, region = draw.installation.workers_disk, draw.region()
    line = draw.installation.lines[region]
    assert disk is not None

    def begin() -> None:
        disk.fill()
        line.drop()

    def end() -> None:
        line.heal()
        disk.free()

    return Fault("full disk of workers, one cut off", draw.lasting(), begin, end, region)
