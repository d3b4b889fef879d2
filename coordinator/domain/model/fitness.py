"""Fitness: whether a vantage point is fit to speak, before any target is judged."""

from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from worker.contract.instant import Instant, rfc3339


class Fitness(StrEnum):
    """Of a worker or region."""

    FIT = "fit"
    UNFIT = "unfit"
    SILENT = "silent"


@dataclass(frozen=True, slots=True)
class FitnessChange:
    """A region (or, with `worker`, one worker of it) changed its fitness at `at`, and why."""

    at: Instant
    region: str
    fitness: Fitness
    why: str
    worker: str | None = None

    def to_record(self) -> dict[str, Any]:
        """The line that replay prints: regions only."""
        return {
            "type": "fitness",
            "at": rfc3339(self.at),
            "region": self.region,
            "fitness": self.fitness,
        }
