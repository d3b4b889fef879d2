"""What the looks of a check may cost a day, and what they have cost: kept in a file, so that a
restart forgets nothing.

Tokens and money are set aside before a look, for the dearest way it can go, and settled when it is
over. So a crash or a look that never ends costs its budget too much, and never too little.
"""

import json
import logging
import os
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from worker.contract.instant import Instant, rfc3339

NAME: Final = "llm-spending.json"
_DAY: Final = 10
"""Characters of an RFC 3339 text that tell the day."""

log = logging.getLogger(f"outscope.{__name__}")


@dataclass(frozen=True, slots=True)
class Bill:
    """Tokens, and what they cost in the currency of the price."""

    tokens: int = 0
    cost: float = 0.0

    def plus(self, other: "Bill") -> "Bill":
        """Both together, never below nothing."""
        return Bill(max(0, self.tokens + other.tokens), max(0.0, round(self.cost + other.cost, 9)))

    def minus(self, other: "Bill") -> "Bill":
        """What is left; may be below nothing."""
        return Bill(self.tokens - other.tokens, self.cost - other.cost)


NOTHING: Final = Bill()


class Spending:
    """What each check has spent today, by UTC."""

    def __init__(self, folder: Path | None) -> None:
        self._file = None if folder is None else folder / NAME
        self._day = ""
        self._spent: dict[str, Bill] = {}
        if self._file is not None:
            self._load(self._file)

    def today(self, check: str, now: Instant) -> Bill:
        """What the check has spent so far today."""
        self._turn(now)
        return self._spent.get(check, NOTHING)

    def spend(self, check: str, bill: Bill, now: Instant) -> None:
        """Count this, at once and on disk; a negative bill gives back what was set aside."""
        self._turn(now)
        self._spent[check] = self._spent.get(check, NOTHING).plus(bill)
        self._save()

    def _turn(self, now: Instant) -> None:
        day = rfc3339(now)[:_DAY]
        if day != self._day:
            self._day, self._spent = day, {}

    def _load(self, file: Path) -> None:
        try:
            kept: dict[str, Any] = json.loads(file.read_text(encoding="utf-8"))
            spent = {
                check: Bill(int(tokens), float(cost))
                for check, (tokens, cost) in kept["spent"].items()
            }
            self._day, self._spent = str(kept["day"]), spent
        except FileNotFoundError:
            return
        except (OSError, ValueError, TypeError, KeyError, AttributeError) as error:
            log.warning(
                "llm_spending_unreadable file=%s error=%s: counting from zero",
                file,
                type(error).__name__,
            )

    def _save(self) -> None:
        if self._file is None:
            return
        kept = {
            "day": self._day,
            "spent": {check: [bill.tokens, bill.cost] for check, bill in self._spent.items()},
        }
        beside = self._file.with_suffix(".new")
        try:
            beside.write_text(json.dumps(kept), encoding="utf-8")
            os.replace(beside, self._file)
        except OSError as error:
            log.warning("llm_spending_not_kept file=%s error=%s", self._file, error)
