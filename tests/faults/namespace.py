"""A network namespace: a machine of its own, as far as the network is concerned."""

import ctypes
import os
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

_NEWNET: Final = 0x40000000
_LIBC: Final = ctypes.CDLL(None, use_errno=True)


def possible() -> bool:
    """Whether this machine lets us make one."""
    if os.getuid() != 0 or shutil.which("ip") is None or shutil.which("unshare") is None:
        return False
    return subprocess.run(["unshare", "-n", "true"], capture_output=True).returncode == 0


class Namespace:
    """Made by `create`, under a name that `ip netns` knows."""

    def __init__(self, name: str) -> None:
        self.name = name

    def create(self) -> None:
        """Make it, with a loopback."""
        ip("netns", "add", self.name)
        ip("-n", self.name, "link", "set", "lo", "up")

    def delete(self) -> None:
        """Its devices go with it."""
        ip("netns", "del", self.name)

    def command(self, *words: str) -> list[str]:
        """What runs a command there, with the files of `/etc/netns/NAME` over those of `/etc`."""
        return ["ip", "netns", "exec", self.name, *words]

    @contextmanager
    def inside(self) -> Iterator[None]:
        """In the block this thread, and what it starts and listens at, is there."""
        home = os.open("/proc/thread-self/ns/net", os.O_RDONLY)
        far = os.open(f"/run/netns/{self.name}", os.O_RDONLY)
        try:
            _enter(far)
            try:
                yield
            finally:
                _enter(home)
        finally:
            os.close(home)
            os.close(far)


def ip(*words: str) -> None:
    """Run `ip`."""
    subprocess.run(["ip", *words], check=True)


def _enter(namespace: int) -> None:
    if _LIBC.setns(namespace, _NEWNET) != 0:
        raise OSError(ctypes.get_errno(), "setns")
