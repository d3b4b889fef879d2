"""What is wrong with a file of results: lines that are none, or the whole file."""

from dataclasses import dataclass, field

KEPT = 20
"""Bad lines that are remembered; the others are only counted."""


class UnreadableError(ValueError):
    """The file as a whole cannot be read; the sentence says why."""


@dataclass(frozen=True, slots=True)
class BadLine:
    """A line (or row of a table) that is no result record: its number from 1, and what is wrong
    with it.
    """

    number: int
    mistake: str


@dataclass(slots=True)
class Mistakes:
    """The lines that could not be read."""

    first: list[BadLine] = field(default_factory=list)
    count: int = 0

    def add(self, number: int, mistake: str) -> None:
        """Note a bad line."""
        self.count += 1
        if len(self.first) < KEPT:
            self.first.append(BadLine(number, mistake))
