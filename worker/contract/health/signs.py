"""What a process knows of its own health."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Final

from worker.contract.clock import monotonic_s

Ill = Callable[[], str]
"""What is wrong with a part, in a few words; empty when it is well."""
STUCK_S: Final = 30.0
"""An event loop that has not turned for this long does nothing any more."""


@dataclass(frozen=True, slots=True)
class Signs:
    """Two questions. `alive`: would a new start help? `ready`: does it do its work? What others
    are to blame for, such as a broker that is away, belongs to `ready` alone.
    """

    alive: Callable[[], Mapping[str, Ill]]
    ready: Callable[[], Mapping[str, Ill]]
    role: Callable[[], str] = field(default=lambda: "")
    """What the process does now, such as `standing by`."""


def ills(parts: Mapping[str, Ill]) -> dict[str, str]:
    """What is wrong, by part; a part that cannot tell is one with which something is wrong."""
    found = {}
    for name, part in parts.items():
        try:
            said = part()
        except Exception as error:
            said = f"it cannot tell: {error!r}"
        if said:
            found[name] = said
    return found


def stuck(turned_at_s: float, most_s: float = STUCK_S) -> str:
    """Since when a loop has not turned that last turned then (monotonic clock); empty when that is
    not too long.
    """
    silent_s = monotonic_s() - turned_at_s
    return f"its loop has not turned for {silent_s:.0f} s" if silent_s > most_s else ""
