"""One fault, and how it is told."""

import random
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from tests.chaos.installation import PLACES, Installation

LONGEST_S: Final = 8.0


@dataclass(frozen=True, slots=True)
class Fault:
    """It begins, lasts, and is over. `kind` is what it is counted by."""

    kind: str
    lasts_s: float
    begin: Callable[[], None]
    end: Callable[[], None]
    where: str = ""

    def told(self) -> str:
        """As in a log."""
        return f"{self.kind}{f' ({self.where})' if self.where else ''} for {self.lasts_s:.1f} s"


@dataclass(frozen=True, slots=True)
class Draw:
    """What a fault is made from: the installation, and the seed's chance."""

    installation: Installation
    chance: random.Random
    longest_s: float = LONGEST_S

    def lasting(self, longest_s: float = LONGEST_S) -> float:
        """A length."""
        return self.chance.uniform(1.0, min(longest_s, self.longest_s))

    def region(self) -> str:
        """A place."""
        return self.chance.choice(sorted(PLACES))


Make = Callable[[Draw], Fault]


def nothing() -> None:
    """It is over by itself."""
