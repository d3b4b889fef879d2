"""What one machine saw, and what the fleet says of the same service."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum


class Link(StrEnum):
    """Whether the machine has a link to its network, as far as it can tell."""

    UP = "up"
    DOWN = "down"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class OwnLook:
    """One look at a component of the service, or at one operator of a reference."""

    of: str
    ok: bool


@dataclass(frozen=True, slots=True)
class Seen:
    """All that the machine saw at one moment; a look that was blocked or says nothing is left out.

    References are the control: what fails at these, too, is not the service's.
    """

    service: Sequence[OwnLook] = ()
    references: Sequence[OwnLook] = ()
    link: Link = Link.UNKNOWN


@dataclass(frozen=True, slots=True)
class Reach:
    """One explanation of what the fleet sees: some components fail everywhere, or in regions.

    `near` is the share of those regions that stand for this machine, which are among them. With
    `everywhere` None nobody can tell whether it is one region or all: too few are heard.
    """

    components: frozenset[str]
    chance: float
    everywhere: bool | None
    near: float = 0.0
