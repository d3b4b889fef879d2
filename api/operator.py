"""Who calls a command, for what is written down of it."""

import socket
from getpass import getuser

from coordinator.store.audit import Entry
from worker.contract.clock import now


def who() -> str:
    """The user of the system, and the machine."""
    return f"{user()}@{machine()}"[:128]


def user() -> str:
    """The user of the system; `unknown` in a container whose user has no name."""
    try:
        return getuser()[:64]
    except (OSError, KeyError):
        return "unknown"


def machine() -> str:
    """The name of this machine."""
    return socket.gethostname()[:64]


def line(what: str, about: str) -> Entry:
    """What the audit log tells of a command."""
    return Entry(now(), user(), what, about, machine())
