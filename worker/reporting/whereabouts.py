"""Where this worker looks from: which machine, and by which address others see it.

Coordinators tell by it which workers share a machine or an address, and so are one vantage point.
What identifies the machine leaves it as a hash only.
"""

import os
import socket
from collections.abc import Mapping
from hashlib import blake2b
from pathlib import Path
from typing import Final

from worker.contract.message import Whereabouts

ROOT: Final = Path("/")
_MACHINE_IDS: Final = ("etc/machine-id", "var/lib/dbus/machine-id")
_BOOT_ID: Final = "proc/sys/kernel/random/boot_id"
_CONTAINER: Final = (".dockerenv", "run/.containerenv")
_SALT: Final = b"outscope worker"
_ID_BYTES: Final = 12
_SHORTEST: Final = 32
"""Letters of a machine id; `uninitialized` and the like are none."""


def whereabouts(
    source: str | None,
    outside: str | None,
    *,
    root: Path = ROOT,
    environ: Mapping[str, str] = os.environ,
) -> Whereabouts:
    """Of the machine below `root`: of a container, the boot of its kernel and its host name stand
    for a machine id. `source` is the address that it looks from, `outside` the one that others see.
    """
    boot = _text(root / _BOOT_ID)
    inside = "container" in environ or any((root / name).exists() for name in _CONTAINER)
    ids = () if inside else map(_text, (root / name for name in _MACHINE_IDS))
    machine = next((one for one in ids if len(one) >= _SHORTEST), "")
    host = machine or (f"{boot}\n{socket.gethostname()}" if boot else "")
    return Whereabouts(
        host=hashed("host", host), boot_id=hashed("boot", boot), source=source, outside=outside
    )


def elsewhere(via: str, region: str) -> Whereabouts:
    """Of a borrowed region: looks from there share nothing with this machine, nor with those from
    another place.
    """
    return Whereabouts(host=hashed("host", f"{via}\n{region}"))


def hashed(purpose: str, text: str) -> str:
    """A hash of it that is of no use elsewhere; empty for nothing."""
    if not text:
        return ""
    key = blake2b(text.encode(), key=_SALT, person=purpose.encode(), digest_size=_ID_BYTES)
    return key.hexdigest()


def _text(path: Path) -> str:
    try:
        return path.read_text(encoding="ascii").strip()
    except (OSError, UnicodeDecodeError):
        return ""
