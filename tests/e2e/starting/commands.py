"""Processes of the product that are started on a machine that is not as it should be."""

import os
import shlex
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from tests.e2e.running import START_S, outscope

NOBODY = 65_534
PATIENCE_S = 120.0


@dataclass(frozen=True)
class Ended:
    """How a process ended, and all it said."""

    code: int
    said: str


class Machine:
    """A folder of a test's own, and commands that start there, each with settings that are right
    but for what the test says.
    """

    def __init__(self, folder: Path, port: int, broker: str) -> None:
        self.folder = folder
        self.port = port
        self.data = folder / "data"
        self._settings = {
            "OUTSCOPE_DATA": str(self.data),
            "OUTSCOPE_BROKER": broker,
            "OUTSCOPE_PORT": str(port),
            "OUTSCOPE_STATE_DIR": str(folder / "state"),
            "OUTSCOPE_REGION": "eu-west",
            "OUTSCOPE_SCHEMES": "icmp",
        }

    def environ(self, command: str, **told: str) -> dict[str, str]:
        """The environment of a command."""
        kept = {name: text for name, text in os.environ.items() if name[:9] != "OUTSCOPE_"}
        settings = {**kept, **self._settings, "PYTHONUNBUFFERED": "1"}
        if command == "up":
            del settings["OUTSCOPE_BROKER"]
        if command == "writer":
            settings["OUTSCOPE_WRITERS"] = "elsewhere"
            settings["OUTSCOPE_DATABASE"] = "postgres://outscope@127.0.0.1:1/outscope"
        for name in told:
            settings.pop(name.removesuffix("_FILE"), None)
        return {**settings, **told}

    def start(self, command: str, *, before: Sequence[str] = (), **told: str) -> Ended:
        """Run a command that has to end by itself; `before` it what changes the machine."""
        done = subprocess.run(
            [*before, *outscope(*shlex.split(command))],
            env=self.environ(command.split()[0], **told),
            cwd=self.folder,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=PATIENCE_S,
            check=False,
        )
        return Ended(done.returncode, done.stdout + done.stderr)

    def going(
        self, command: str, log: Path, *, before: Sequence[str] = (), **told: str
    ) -> "subprocess.Popen[bytes]":
        """Start a command that has to go on."""
        with log.open("wb") as output:
            return subprocess.Popen(
                [*before, *outscope(*shlex.split(command))],
                env=self.environ(command.split()[0], **told),
                cwd=self.folder,
                stdout=output,
                stderr=subprocess.STDOUT,
            )


def without_rights() -> tuple[str, ...]:
    """What runs a command as one to whom the rights of files apply, as they do not to root."""
    return ("setpriv", "--bounding-set=-dac_override,-dac_read_search,-fowner")


def with_read_only(folder: Path) -> tuple[str, ...]:
    """What runs a command where this folder is a read-only disk."""
    place = shlex.quote(str(folder))
    mounts = f"mount --bind {place} {place} && mount -o remount,ro,bind {place}"
    return ("unshare", "--mount", "sh", "-c", f'{mounts} && exec "$@"', "sh")


def with_full(folder: Path) -> tuple[str, ...]:
    """What runs a command where this folder, with what is in it, is a disk without room."""
    place = shlex.quote(str(folder))
    filled = (
        f"cp -r {place} {place}.kept && mount -t tmpfs -o size=24m,mode=755 none {place}"
        f" && cp -r {place}.kept/. {place} && rm -r {place}.kept"
        f" && (dd if=/dev/zero of={place}/fill bs=4k status=none 2> {place}.log || true)"
    )
    return ("unshare", "--mount", "sh", "-c", f'{filled} && exec "$@"', "sh")


def without_ipv6() -> tuple[str, ...]:
    """What runs a command on a network that has no IPv6, and nobody but itself."""
    network = "sysctl -qw net.ipv6.conf.all.disable_ipv6=1 && ip link set lo up"
    return ("unshare", "--net", "sh", "-c", f'{network} && exec "$@"', "sh")


def can(*before: str) -> bool:
    """Whether this machine lets a test change it so."""
    try:
        done = subprocess.run([*before, "true"], capture_output=True, timeout=START_S, check=False)
    except OSError:
        return False
    return done.returncode == 0 and sys.platform == "linux"
