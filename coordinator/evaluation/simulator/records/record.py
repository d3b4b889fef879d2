"""A record of a real incident, as far as a simulation can use it."""

from collections import Counter
from dataclasses import dataclass, field
from textwrap import shorten
from typing import Final

from coordinator.evaluation.simulator.records.locations import Reach

_HEADLINE: Final = 110
EVERY_PRODUCT: Final = 1_000
"""More than any service has components."""


class UnusableRecordError(ValueError):
    """A record that says too little; the sentence is the reason."""


@dataclass(frozen=True, slots=True)
class ReachSpan:
    """From so long after the beginning on, the vendor said that this was affected."""

    offset_ms: int
    reach: Reach


@dataclass(frozen=True, slots=True)
class Record:
    """One incident. `share` is what the vendor stated, if it did; `delay_ms` is how long it took to
    say anything.
    """

    id: str
    title: str
    lasts_ms: int
    reach_spans: tuple[ReachSpan, ...]
    products: int
    share: float | None
    slow: bool
    delay_ms: int | None


def headline(text: str) -> str:
    """The beginning of it, on one line."""
    return shorten(text.replace("\\n", " "), _HEADLINE, placeholder="...")


@dataclass(slots=True)
class Records:
    """What was read: what can be used, and how many could not, by reason."""

    usable: list[Record] = field(default_factory=list)
    skipped: Counter[str] = field(default_factory=Counter)

    def add(self, others: "Records") -> None:
        """Those of another file, too; of several with one id the first counts."""
        known = {record.id for record in self.usable}
        for record in others.usable:
            if record.id in known:
                self.skipped["told twice"] += 1
            else:
                known.add(record.id)
                self.usable.append(record)
        self.skipped.update(others.skipped)
