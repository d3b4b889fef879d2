"""What is wrong with settings or machine at the start is one sentence and exit code 2."""

import os
import re
import socket
import sqlite3
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.e2e.starting.commands import (
    NOBODY,
    Ended,
    Machine,
    can,
    with_full,
    with_read_only,
    without_ipv6,
    without_rights,
)
from tests.faults.broker import Broker

pytestmark = pytest.mark.slow

SECRETS = (
    ("coordinator", "OUTSCOPE_BROKER"),
    ("coordinator", "OUTSCOPE_DATABASE"),
    ("coordinator", "OUTSCOPE_SIGNING_KEY"),
    ("writer", "OUTSCOPE_BROKER"),
    ("api", "OUTSCOPE_DATABASE"),
    ("relay", "OUTSCOPE_DATABASE"),
    ("worker", "OUTSCOPE_BROKER"),
    ("worker", "OUTSCOPE_COORDINATOR_KEY"),
    ("up", "OUTSCOPE_BROKER"),
    ("up", "OUTSCOPE_DATABASE"),
    ("up", "OUTSCOPE_SIGNING_KEY"),
)
LISTENING = ("api", "relay", "up")
EVERY = ("coordinator", "writer", "api", "relay", "worker", "up")
SERVED = ("api", "relay", "coordinator", "up")


@pytest.fixture
def machine(tmp_path: Path, free_port: Callable[[], int], valkey: Broker) -> Machine:
    made = Machine(tmp_path / "machine", free_port(), valkey.url)
    made.data.mkdir(parents=True)
    return made


@pytest.fixture
def seeded(machine: Machine) -> Machine:
    """With a configuration in force."""
    file = machine.folder / "outscope.yaml"
    file.write_text("include: [catalog:here, catalog:references, catalog:claude]\n")
    done = machine.start(f"apply {file}")
    assert done.code == 0, done.said
    return machine


@pytest.fixture
def taken(free_port: Callable[[], int]) -> Iterator[int]:
    """A port that somebody else listens on."""
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", free_port()))
        listener.listen()
        yield listener.getsockname()[1]


def told(ended: Ended, *words: str) -> None:
    """It ended with code 2 and says this, in one place and without a traceback."""
    assert ended.code == 2, ended.said
    assert "Traceback" not in ended.said
    for word in words:
        assert word in ended.said, ended.said


@pytest.mark.parametrize(("command", "variable"), SECRETS)
def test_a_secret_that_cannot_be_read_is_named(
    command: str, variable: str, machine: Machine
) -> None:
    folder = machine.folder
    (folder / "empty").write_text("\n")
    (folder / "long").write_text("x" * (3 << 20))
    cases = {
        "absent": "No such file",
        "data": "Is a directory",
        "empty": "which is empty",
        "long": "too long",
    }
    for name, words in cases.items():
        ended = machine.start(command, **{f"{variable}_FILE": str(folder / name)})
        told(ended, f"{variable}_FILE names {folder / name}", words)
        assert len(ended.said) < 1000
    assert not (machine.data / "outscope.db").exists()


@pytest.mark.skipif(not can(*without_rights()), reason="only root can be somebody else")
@pytest.mark.parametrize(("command", "variable"), [SECRETS[0], SECRETS[4], SECRETS[6], SECRETS[8]])
def test_a_secret_of_somebody_else_is_named(command: str, variable: str, machine: Machine) -> None:
    file = machine.folder / "secret"
    file.write_text("redis://127.0.0.1:1/0\n")
    file.chmod(0o600)
    os.chown(file, NOBODY, NOBODY)
    ended = machine.start(command, before=without_rights(), **{f"{variable}_FILE": str(file)})
    told(ended, f"{variable}_FILE names {file}", "Permission denied")


@pytest.mark.skipif(not can(*without_rights()), reason="only root can be somebody else")
@pytest.mark.parametrize("command", ["coordinator", "api", "worker", "up"])
def test_a_folder_of_somebody_else_is_named(command: str, seeded: Machine) -> None:
    (seeded.folder / "state").mkdir()
    for place in (seeded.folder / "state", seeded.data, *seeded.data.iterdir()):
        os.chown(place, NOBODY, NOBODY)
    ended = seeded.start(command, before=without_rights())
    told(ended, str(seeded.folder / ("state" if command == "worker" else "data")))


@pytest.mark.skipif(not can("unshare", "--mount"), reason="nothing can be mounted here")
@pytest.mark.parametrize("command", [*SERVED, "worker"])
def test_a_read_only_disk_is_named(command: str, seeded: Machine) -> None:
    (seeded.folder / "state").mkdir()
    ended = seeded.start(command, before=with_read_only(seeded.folder))
    folder = seeded.folder / "state" if command == "worker" else seeded.data
    told(ended, str(folder), "read-only" if command != "up" else "Read-only")


@pytest.mark.skipif(not can("unshare", "--mount"), reason="nothing can be mounted here")
@pytest.mark.parametrize("command", SERVED)
def test_a_full_disk_is_named(command: str, machine: Machine) -> None:
    ended = machine.start(command, before=with_full(machine.data))
    told(ended, str(machine.data), "make room")


@pytest.mark.parametrize("command", ["coordinator", "api", "relay", "worker"])
def test_a_ready_file_that_cannot_be_made_is_named(command: str, machine: Machine) -> None:
    ended = machine.start(command, OUTSCOPE_READY_FILE=str(machine.folder / "none/ready"))
    told(ended, "OUTSCOPE_READY_FILE", "none/ready, which cannot be made")


@pytest.mark.skipif(not can(*without_ipv6()), reason="no network can be made here")
@pytest.mark.parametrize("command", LISTENING)
def test_a_machine_without_ipv6_is_told_what_to_listen_on(command: str, machine: Machine) -> None:
    ended = machine.start(command, before=without_ipv6(), OUTSCOPE_HOST="::1")
    told(ended, "Nobody can listen on ::1", "no IPv6", "--host 127.0.0.1")


@pytest.mark.skipif(not can(*without_ipv6()), reason="no network can be made here")
@pytest.mark.parametrize("command", ["coordinator", "worker"])
def test_health_on_a_machine_without_ipv6_is_named(command: str, machine: Machine) -> None:
    ended = machine.start(command, before=without_ipv6(), OUTSCOPE_HEALTH="[::1]:8081")
    told(ended, "OUTSCOPE_HEALTH", "::1:8081, where this process cannot listen")


@pytest.mark.parametrize(
    ("host", "words"),
    [
        ("[::1]", "without brackets: --host ::1"),
        ("no-such-name.invalid", "Give an address of this machine"),
        ("192.0.2.1", "give an address of this machine"),
    ],
)
@pytest.mark.parametrize("command", LISTENING)
def test_an_address_of_nobody_here_is_named(
    command: str, host: str, words: str, machine: Machine
) -> None:
    ended = machine.start(command, OUTSCOPE_HOST=host, OUTSCOPE_ACCESS="tokens")
    told(ended, f"Nobody can listen on {host}", words)


@pytest.mark.parametrize("command", LISTENING)
def test_a_port_in_use_is_named(command: str, machine: Machine, taken: int) -> None:
    ended = machine.start(command, OUTSCOPE_PORT=str(taken))
    told(ended, f"port {taken} (address already in use)", f"--port {taken + 1}")


@pytest.mark.parametrize("command", ["coordinator", "worker"])
def test_a_port_of_health_in_use_is_named(command: str, machine: Machine, taken: int) -> None:
    ended = machine.start(command, OUTSCOPE_HEALTH=f"127.0.0.1:{taken}")
    told(ended, f"127.0.0.1:{taken}, where this process cannot listen")


@pytest.mark.skipif(not can("faketime", "2019-06-01"), reason="faketime is not installed")
@pytest.mark.parametrize("command", EVERY)
def test_a_clock_that_nobody_set_is_named(command: str, machine: Machine) -> None:
    ended = machine.start(command, before=("faketime", "2019-06-01 12:00:00"))
    told(ended, "the clock of this machine says 2019-06-01; set it")
    assert list(machine.data.iterdir()) == []


@pytest.mark.parametrize("command", ["coordinator", "api"])
def test_a_database_that_is_none_is_named(command: str, machine: Machine, valkey: Broker) -> None:
    url = valkey.url.replace("redis://", "postgres://outscope@")
    told(machine.start(command, OUTSCOPE_DATABASE=url), "the database cannot be used: nobody")


# a relay reads the keys of workers alone, which a newer one has, too
@pytest.mark.parametrize("command", [one for one in SERVED if one != "relay"])
def test_a_database_of_a_newer_outscope_is_named(command: str, seeded: Machine) -> None:
    with sqlite3.connect(seeded.data / "outscope.db") as database:
        database.execute(
            "INSERT INTO tortoise_migrations (app, name, applied_at)"
            " VALUES ('store', '9999_later', '2031-01-01')"
        )
    told(seeded.start(command), "written by a newer Outscope (it has 9999_later)", "upgrade")


def test_two_files_with_the_same_region_are_both_named(machine: Machine) -> None:
    for name in ("a", "b"):
        (machine.folder / f"{name}.yaml").write_text(
            f"regions:\n  - {{id: eu, name: Region {name}}}\n"
        )
    whole = machine.folder / "whole.yaml"
    whole.write_text("include: [a.yaml, b.yaml, catalog:claude]\n")
    ended = machine.start(f"up --config {whole}")
    told(ended, "b.yaml:2:", "already the id of a region", "a.yaml line 2", "Nothing was started")
    assert re.search(r"b\.yaml:2:\d+: regions\[0\]\.id", ended.said)


@pytest.mark.parametrize(
    ("variable", "value", "part"),
    [
        ("OUTSCOPE_RATE_LIMIT", "many", "api"),
        ("OUTSCOPE_CORS_ORIGINS", "nobody", "api"),
        ("OUTSCOPE_OIDC_ISSUER", "nowhere", "api"),
        ("OUTSCOPE_STANDING_ORDERS", "long", "coordinator"),
        ("OUTSCOPE_PORTS", "all of them", "worker"),
    ],
)
def test_up_ends_where_a_part_says_that_it_is_set_up_wrongly(
    variable: str, value: str, part: str, machine: Machine
) -> None:
    ended = machine.start("up", **{variable: value})
    told(ended, variable, part, "did not start")
