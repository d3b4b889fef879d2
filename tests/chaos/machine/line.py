"""The line between a region's machine and the broker: a namespace with a veth pair, on which nft
drops packets and `tc netem` makes them late, where this machine allows that; else a proxy.
"""

import os
import shutil
import subprocess
from contextlib import ExitStack, suppress
from pathlib import Path
from typing import Final, Protocol

from tests.chaos.machine.here import HOST, PORT, Names, Well
from tests.faults import namespace
from tests.faults.namespace import Namespace, ip
from tests.faults.proxy import Proxy

_DROP: Final = """table inet chaos {{
  chain in {{ type filter hook input priority 0; iifname "far" {share} drop; }}
  chain out {{ type filter hook output priority 0; oifname "far" {share} drop; }}
}}"""
_RESOLVER: Final = "nameserver 127.0.0.1\noptions timeout:1 attempts:1\n"


def has_packets() -> bool:
    """Whether this machine has namespaces and nft for us."""
    if not namespace.possible() or shutil.which("nft") is None:
        return False
    return _works("nft add table inet chaos")


def has_netem() -> bool:
    """Whether the kernel can make packets late by itself."""
    if not has_packets():
        return False
    return _works("ip link add a type veth peer name b && tc qdisc add dev a root netem delay 1ms")


def _works(command: str) -> bool:
    """In a namespace that nobody else sees."""
    words = ["unshare", "-n", "sh", "-c", command]
    return subprocess.run(words, capture_output=True).returncode == 0


class Line(Protocol):
    """What may befall it. `names` is None where the region has the names of this machine."""

    url: str
    place: tuple[str, ...]
    host: str
    port: int
    names: Names | None

    def open(self) -> None: ...
    def close(self) -> None: ...
    def drop(self, share: float = 1.0) -> None:
        """From now on so many packets vanish, each way."""

    def heal(self) -> None:
        """All packets pass again."""

    def delay(self, seconds: float) -> None:
        """Each way takes so long."""

    def cut(self) -> None:
        """Break the connections that there are."""


class ProxyLine:
    """In user space, of connections: single packets cannot be lost."""

    names: Names | None = None
    place: tuple[str, ...] = ()
    host = "127.0.0.1"

    def __init__(self, broker_port: int) -> None:
        self._proxy, self._target = Proxy(broker_port), Well()
        self.url, self.port = self._proxy.url, self._target.port
        self.heal, self.cut, self.delay = self._proxy.heal, self._proxy.cut, self._proxy.delay

    def open(self) -> None:
        """It is."""

    def close(self) -> None:
        """For good."""
        self._proxy.close()
        self._target.close()

    def drop(self, share: float = 1.0) -> None:
        """All of them."""
        assert share == 1.0
        self._proxy.drop()


class VethLine:
    """A machine of its own, with a resolver and a target; `number` tells it from others."""

    host, port = HOST, PORT

    def __init__(self, number: int, broker_port: int, *, netem: bool) -> None:
        self._broker_port, self._netem = broker_port, netem
        self._near = f"chaos{os.getpid() % 100_000}-{number}"
        net = f"10.{98 - os.getpid() % 40}.{os.getpid() // 40 % 200}"
        self._ends = f"{net}.{4 * number + 1}", f"{net}.{4 * number + 2}"
        self._there = Namespace(f"outscope-{self._near}")
        self._files = Path("/etc/netns") / self._there.name
        self._close = ExitStack()
        self.names: Names | None = None
        self.place: tuple[str, ...] = tuple(self._there.command())

    def open(self) -> None:
        """Make it."""
        near, far = self._ends
        self._files.mkdir(parents=True)
        self._close.callback(shutil.rmtree, self._files)
        (self._files / "resolv.conf").write_text(_RESOLVER)
        self._there.create()
        self._close.callback(self._there.delete)
        ends = ("link", "add", self._near, "type", "veth", "peer", "name", "far")
        ip(*ends, "netns", self._there.name)
        self._close.callback(ip, "link", "del", self._near)  # a namespace's end takes a moment
        ip("addr", "add", f"{near}/30", "dev", self._near)
        ip("link", "set", self._near, "up")
        ip("-n", self._there.name, "addr", "add", f"{far}/30", "dev", "far")
        ip("-n", self._there.name, "link", "set", "far", "up")
        self._proxy = Proxy(self._broker_port, address=near)
        self._close.callback(self._proxy.close)
        self.url = self._proxy.url
        with self._there.inside():
            self.names, target = Names(), Well(PORT)
        self._close.callback(self.names.close)
        self._close.callback(target.close)

    def close(self) -> None:
        """For good."""
        self._close.close()

    def drop(self, share: float = 1.0) -> None:
        """By nft, at random."""
        by_chance = "" if share == 1.0 else f"numgen random mod 100 < {share * 100:.0f}"
        told = _DROP.format(share=by_chance)
        subprocess.run(self._there.command("nft", "-f", "-"), input=told, text=True, check=True)

    def heal(self) -> None:
        """TCP finds out by itself."""
        with suppress(subprocess.CalledProcessError):
            command = self._there.command("nft", "delete", "table", "inet", "chaos")
            subprocess.run(command, check=True, capture_output=True)

    def delay(self, seconds: float) -> None:
        """By netem, or by the proxy at the near end."""
        if not self._netem:
            self._proxy.delay(seconds)
            return
        how = ("root", "netem", "delay", f"{seconds * 1000:.0f}ms")
        subprocess.run(["tc", "qdisc", "replace", "dev", self._near, *how], check=True)
        there = self._there.command("tc", "qdisc", "replace", "dev", "far", *how)
        subprocess.run(there, check=True)

    def cut(self) -> None:
        """At the near end."""
        self._proxy.cut()
