"""What befalls an installation, as data: made by a seed, written as text, and read again."""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from random import Random
from typing import Final

from tests.simulation.parts.world import chance_of, names
from tests.simulation.size import Size

_TEXT: Final = re.compile(r"(\w+):([\w./+-]+)@([\d.]+)\+([\d.]+)(?:=(-?[\d.]+))?")
OF_LINKS: Final = {
    "partition": (2.0, 240.0),
    "unheard": (2.0, 120.0),
    "unanswered": (2.0, 120.0),
    "deaf": (2.0, 90.0),
    "slow": (5.0, 120.0),
    "jumbled": (5.0, 120.0),
    "repeats": (5.0, 120.0),
    "flaky": (5.0, 120.0),
}
"""What a link suffers, and for how long; of regions, single workers, and coordinators."""
CENTRAL_PER_HOUR: Final = 60.0
"""Faults of coordinators, broker and database, of which there are few however large the fleet."""
OUTSIDE: Final = 600.0
"""The longest that targets are out."""


@dataclass(frozen=True, slots=True, order=True)
class Fault:
    """One fault: of which kind, of what, from when, for how long, and how much. In seconds."""

    at_s: float
    kind: str
    target: str
    lasts_s: float
    value: float = 0.0

    def __str__(self) -> str:
        told = f"{self.kind}:{self.target}@{self.at_s:g}+{self.lasts_s:g}"
        return f"{told}={self.value:g}" if self.value else told


def read_faults(text: str) -> list[Fault]:
    """The faults that are named, with commas or spaces between. ValueError for what is none."""
    found = []
    for part in filter(None, re.split(r"[,\s]+", text)):
        match = _TEXT.fullmatch(part)
        if match is None:
            raise ValueError(f"{part!r} is no fault; write for example partition:r03@120+60")
        kind, target, at_s, lasts_s, value = match.groups()
        found.append(Fault(float(at_s), kind, target, float(lasts_s), float(value or 0)))
    return sorted(found)


def told(faults: Sequence[Fault]) -> str:
    """As `read_faults` reads them."""
    return ",".join(map(str, faults))


Draw = Callable[[float], Fault]
"""Draws a fault that begins at a moment."""


class Chances:
    """Draws faults by a seed."""

    def __init__(self, seed: int, size: Size) -> None:
        self._chance = chance_of(seed, "faults")
        self._size = size
        self._regions = names(size.regions)
        self._many: list[tuple[float, Draw]] = [
            (30, self._of_link),
            (15, self._of_worker),
            (12, self._of_targets),
        ]
        self._few: list[tuple[float, Draw]] = [
            (6, self._of_coordinator),
            (3, self._of_coordinators_link),
            (3, self._of_broker),
            (4, self._of_database),
        ]

    def between(self, since_s: float, until_s: float) -> list[Fault]:
        """Those that begin in a span of time."""
        hours = (until_s - since_s) / 3_600
        many = self._drawn(self._many, self._size.faults_per_hour * hours)
        few = self._drawn(self._few, CENTRAL_PER_HOUR * hours)
        drawn = [*many, *few]
        return sorted(draw(round(self._chance.uniform(since_s, until_s), 1)) for draw in drawn)

    def _drawn(self, kinds: list[tuple[float, Draw]], number: float) -> list[Draw]:
        draws, weights = [draw for _, draw in kinds], [weight for weight, _ in kinds]
        return self._chance.choices(draws, weights, k=round(number))

    def _lasting(self, shortest_s: float, longest_s: float) -> float:
        """Mostly short, at times long."""
        share = self._chance.random() ** 2
        return round(shortest_s + share * (longest_s - shortest_s), 1)

    def _worker(self) -> str:
        region = self._chance.randrange(self._size.regions)
        each = max(1, self._size.workers // self._size.regions)
        return f"{self._regions[region]}-{self._chance.randrange(each)}"

    def _of_link(self, at_s: float) -> Fault:
        kind = self._chance.choice(list(OF_LINKS))
        whole, value = self._chance.choice(self._regions), _value(kind, self._chance)
        target = self._worker() if self._chance.random() < 0.4 else whole
        return Fault(at_s, kind, target, self._lasting(*OF_LINKS[kind]), value)

    def _of_coordinators_link(self, at_s: float) -> Fault:
        kind = self._chance.choice(list(OF_LINKS))
        lasts_s = self._lasting(2.0, 30.0)
        return Fault(at_s, kind, self._seat(), lasts_s, _value(kind, self._chance))

    def _of_worker(self, at_s: float) -> Fault:
        kind = self._chance.choice(("crash", "wipe", "restart", "clock", "full", "stand"))
        value = round(self._chance.uniform(-120, 120), 1) if kind == "clock" else 0.0
        return Fault(at_s, kind, self._worker(), self._lasting(1.0, 120.0), value)

    def _of_coordinator(self, at_s: float) -> Fault:
        kind = self._chance.choice(("crash", "crash", "stand", "clock"))
        value = round(self._chance.uniform(-0.5, 0.5), 2) if kind == "clock" else 0.0
        return Fault(at_s, kind, self._seat(), self._lasting(0.5, 60.0), value)

    def _of_broker(self, at_s: float) -> Fault:
        kind = self._chance.choice(("away", "emptied"))
        return Fault(at_s, kind, "broker", self._lasting(0.5, 45.0))

    def _of_database(self, at_s: float) -> Fault:
        kind, target = self._chance.choice(
            [("away", "database"), ("unanswered", "database"), ("nodatabase", self._seat())]
        )
        return Fault(at_s, kind, target, self._lasting(0.5, 40.0))

    def _of_targets(self, at_s: float) -> Fault:
        service = f"s{self._chance.randrange(self._size.services)}"
        component = self._chance.choice(("", "api", "web"))
        number = self._chance.choice((0, 0, 1, 3, self._size.regions // 3))
        regions = sorted(self._chance.sample(self._regions, min(number, len(self._regions))))
        target = f"{service}.{component}.{'+'.join(regions)}"
        return Fault(at_s, "outage", target, self._lasting(60.0, OUTSIDE))

    def _seat(self) -> str:
        return self._chance.choice(("c1", "c2"))


def _value(kind: str, chance: Random) -> float:
    return round(chance.uniform(0.2, 4.0), 1) if kind == "slow" else 0.0
