"""A link that is slow and loses packets: two TUN devices, one of them in a network namespace of its
own, and a thread that carries packets between them, late, and not all.
"""

import fcntl
import os
import random
import select
import struct
import threading
import time
from collections import deque
from contextlib import suppress
from pathlib import Path
from typing import Final

from tests.faults import namespace
from tests.faults.namespace import Namespace, ip

_TUNSETIFF: Final = 0x400454CA
_TUN_NO_PI: Final = 0x1001
_MTU: Final = 1500


def possible() -> bool:
    """Whether this machine lets us make one."""
    return namespace.possible() and Path("/dev/net/tun").exists()


class ThinLink:
    """Between this machine, which is `near` there, and a namespace. Each way takes `delay_s`, and
    `loss` of the packets are lost.
    """

    def __init__(self, delay_s: float, loss: float, seed: int = 1) -> None:
        number = os.getpid() % 200 + 20
        self.near, self.far = f"10.99.{number}.1", f"10.99.{number}.2"
        self.lost = self.carried = 0
        self._namespace = Namespace(f"outscope-thin-{os.getpid()}")
        self.inside = self._namespace.inside
        self._delay_s, self._loss = delay_s, loss
        self._chance = random.Random(seed)
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._carry, daemon=True)

    def __enter__(self) -> "ThinLink":
        self._namespace.create()
        device = f"thin{os.getpid() % 100_000}"
        self._here = _tun(device, self.near, self.far)
        with self.inside():
            self._there = _tun("thin", self.far, self.near)
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._stopping.set()
        self._thread.join()
        os.close(self._here)
        os.close(self._there)
        self._namespace.delete()

    def _carry(self) -> None:
        ends = {self._here: self._there, self._there: self._here}
        late: deque[tuple[float, int, bytes]] = deque()
        while not self._stopping.is_set():
            pause_s = 0.1 if not late else min(0.1, max(0.0, late[0][0] - time.monotonic()))
            for end in select.select(list(ends), [], [], pause_s)[0]:
                packet = os.read(end, _MTU + 100)
                if self._chance.random() < self._loss:
                    self.lost += 1
                else:
                    late.append((time.monotonic() + self._delay_s, ends[end], packet))
            while late and late[0][0] <= time.monotonic():
                _, end, packet = late.popleft()
                with suppress(OSError):  # the device is full: one more that is lost
                    os.write(end, packet)
                    self.carried += 1


def _tun(device: str, own: str, other: str) -> int:
    """A TUN device of the namespace that this thread is in."""
    found = os.open("/dev/net/tun", os.O_RDWR)
    fcntl.ioctl(found, _TUNSETIFF, struct.pack("16sH14x", device.encode(), _TUN_NO_PI))
    for words in (
        ("addr", "add", own, "peer", other, "dev", device),
        ("link", "set", device, "mtu", str(_MTU), "up"),
    ):
        ip(*words)
    return found
