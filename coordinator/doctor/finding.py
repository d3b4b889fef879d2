"""One finding: which check, how it went, what was seen, and what to do."""

from dataclasses import dataclass
from enum import StrEnum

from worker.contract.settings.address import secrets_of
from worker.contract.settings.address import shown as masked

__all__ = ["Finding", "State", "failure", "masked", "ok", "secrets_of", "warning"]


class State(StrEnum):
    """How a check went. A warning is something to know; a failure keeps Outscope from its work."""

    OK = "ok"
    WARNING = "warning"
    FAILURE = "failure"


@dataclass(frozen=True, slots=True)
class Finding:
    """What one check found; `todo` is empty when nothing has to be done."""

    check: str
    state: State
    said: str
    todo: str = ""


def ok(check: str, said: str) -> Finding:
    """Nothing to do."""
    return Finding(check, State.OK, said)


def warning(check: str, said: str, todo: str) -> Finding:
    """Something to know."""
    return Finding(check, State.WARNING, said, todo)


def failure(check: str, said: str, todo: str) -> Finding:
    """Something to mend."""
    return Finding(check, State.FAILURE, said, todo)
