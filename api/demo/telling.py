"""Prints the demo: the script's narration and, beside it, what the product says of it."""

from collections.abc import Callable, Sequence
from typing import Any

from rich.console import Console
from rich.table import Table
from rich.text import Text

from api.demo.watch import View
from worker.contract.clock import monotonic_s

_COLOURS = {
    "none": "green",
    "fit": "green",
    "regional": "yellow",
    "component": "dark_orange",
    "system_wide": "red",
    "unknown": "blue",
    "unfit": "magenta",
    "silent": "blue",
}


class Teller:
    """Writes lines as things happen, each with the seconds since the beginning."""

    def __init__(self, console: Console, clock: Callable[[], float] = monotonic_s) -> None:
        self._console = console
        self._clock = clock
        self._began_s = clock()
        self._last: View | None = None

    def script(self, told: str) -> None:
        """Something happens in the small internet."""
        self._console.print()
        self._line("script", Text(told, style="bold"))

    def note(self, text: str) -> None:
        """A word about the product's processes."""
        self._line("", Text(text, style="dim"))

    def verdicts(self, seen: View) -> None:
        """What the product says, as far as it says something new."""
        last, self._last = self._last, seen
        for region, (fitness, why) in seen.regions.items():
            if last is None or last.regions.get(region, ("",))[0] != fitness:
                self._said("region", region, fitness, why)
        for service, (claim, reason) in seen.services.items():
            if last is None or last.services.get(service, (None,))[0] != claim:
                self._said("verdict", service, claim.scope, reason)
        opened = seen.incidents - (last.incidents if last else frozenset())
        for incident in sorted(opened):
            self._line("incident", Text(f"{incident} is open"))

    def outcome(self, took_s: float | None, right: bool, faults: Sequence[str]) -> None:
        """How a step ended."""
        if right and took_s is not None:
            self._line("", Text(f"right after {took_s:.1f} s", style="green"))
        for fault in faults:
            self._line("", Text(f"wrong: {fault}", style="bold red"))
        if took_s is None:
            self._line("", Text("wrong: not as it should be in time", style="bold red"))

    def summary(self, rows: Sequence[Any]) -> None:
        """The table of all steps: what was expected and what was seen."""
        table = Table("step", "expected", "seen", "after", box=None, pad_edge=False)
        for row in rows:
            seen = "as expected" if row.right else "; ".join(filter(None, (row.seen, *row.faults)))
            after = "-" if row.took_s is None else f"{row.took_s:.1f} s"
            style = "" if row.right else "red"
            table.add_row(Text(row.told), Text(row.expected), Text(seen, style=style), after)
        self._console.print()
        self._console.print(table)

    def _said(self, what: str, subject: str, word: str, why: str) -> None:
        text = Text.assemble(
            (f"{subject} ", "bold"), (word, _COLOURS.get(word, "")), f"  {why}" if why else ""
        )
        self._line(what, text)

    def _line(self, label: str, text: Text) -> None:
        at = f"{self._clock() - self._began_s:6.1f} s  "
        self._console.print(
            Text.assemble((at, "dim"), (f"{label:<9}", "cyan"), text), soft_wrap=True
        )
