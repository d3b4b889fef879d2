"""What some deliveries came to: reports, results, and what is not taken, which is counted and set
aside.
"""

import json
from collections import Counter, defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final

import orjson

from coordinator.store import DeadLetter
from worker.contract.instant import Instant
from worker.contract.message import TASK_REPORT, Report
from worker.contract.result import Result

MOST_EXAMPLE: Final = 500


@dataclass(slots=True)
class Reading:
    """Reports (to be receipted), results, and refusals with one example a reason.

    `dead_letters` hold what was refused as it came, so that somebody can look at it and have it
    read again.
    """

    received_at: Instant
    reports: list[tuple[str, Report]] = field(default_factory=list)
    """(region, report)"""
    results: list[Result] = field(default_factory=list)
    refused: Counter[str] = field(default_factory=Counter)
    examples: dict[str, str] = field(default_factory=dict)
    dead_letters: list[DeadLetter] = field(default_factory=list)

    def refuse(self, reason: str, example: str, number: int = 1) -> None:
        """Count something that is not taken."""
        self.refused[reason] += number
        self.examples[reason] = example[:MOST_EXAMPLE]

    def set_aside(self, region: str, task: str, reason: str, body: bytes) -> None:
        """Keep a message that was refused for this reason, with the example last told."""
        self.dead_letters.append(
            DeadLetter(region, task, reason, self.examples[reason], body, self.received_at)
        )


class Rejects:
    """The rows of one report that are not taken, by reason: each reason's rows become a report of
    their own.
    """

    def __init__(self, reading: Reading, region: str, head: Mapping[str, Any]) -> None:
        self._reading = reading
        self._region = region
        self._head = head
        self._rows: dict[str, list[Any]] = defaultdict(list)

    def add(self, reason: str, example: str, row: Any) -> None:
        """One more row, refused for this reason."""
        self._reading.refuse(reason, example)
        self._rows[reason].append(row)

    def set_aside(self) -> None:
        """Hand over what came together."""
        for reason, rows in self._rows.items():
            self._reading.set_aside(
                self._region, TASK_REPORT, reason, _envelope({**self._head, "rows": rows})
            )


def head_of(report: Report) -> Mapping[str, Any]:
    """What identifies a report, without its rows and vitals."""
    return {
        "v": 1,
        "worker": report.worker,
        "boot": report.boot,
        "seq": report.seq,
        "sent_at": report.sent_at,
        "whereabouts": report.whereabouts and report.whereabouts.model_dump(exclude_none=True),
    }


def _envelope(report: Mapping[str, Any]) -> bytes:
    try:
        return orjson.dumps([[report], {}, {}])
    except TypeError:  # an integer beyond 64 bits, or half a character, or deep nesting
        return _plainly(report)


def _plainly(report: Mapping[str, Any]) -> bytes:
    try:
        return json.dumps([[report], {}, {}]).encode()
    except RecursionError:
        return json.dumps([[{**report, "rows": []}], {}, {}]).encode()
