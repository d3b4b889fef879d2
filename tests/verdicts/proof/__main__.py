"""The promised size, a part at a time: `python -m tests.verdicts.proof --help`."""

import os
import signal
import sys
import time
from argparse import ArgumentParser
from collections.abc import Sequence
from pathlib import Path

from coordinator.configuration.duration import milliseconds
from tests.verdicts.proof.kept import ROOT, Kept, key
from tests.verdicts.proof.pace import pace
from tests.verdicts.proof.page import into
from tests.verdicts.proof.report import report
from tests.verdicts.proof.running import run_missing
from tests.verdicts.proof.trials import GROUPS, all_trials


def main(arguments: Sequence[str] | None = None) -> None:
    """Run what is missing as long as there is time, and print the tables of what is there."""
    options = _parser().parse_args(arguments)
    signal.signal(signal.SIGTERM, _end)
    kept, began = Kept(options.kept), time.monotonic()
    trials = [
        trial
        for trial in all_trials()
        if trial.number < options.of_each and options.only in ("", trial.group.part)
    ]
    deadline = began + options.at_most / 1000 if options.at_most is not None else None
    try:
        found = run_missing(trials, kept, options.jobs, deadline, _tell)
    except KeyboardInterrupt:
        print("Stopped. What was done is kept, and counts the next time.", file=sys.stderr)
        raise SystemExit(130) from None
    text = "\n".join(report(found, key()))
    print(text, *pace(found, options.jobs), sep="\n")
    if options.into:
        options.into.write_text(into(options.into.read_text("utf-8"), text), encoding="utf-8")


def _parser() -> ArgumentParser:
    found = ArgumentParser(
        "python -m tests.verdicts.proof",
        description="Runs the promised number of trials; what was run before is kept and counts.",
    )
    add = found.add_argument
    add("--jobs", type=int, default=os.cpu_count() or 1, help="processes")
    add("--at-most", type=milliseconds, help="such as 20m: begin nothing that would end later")
    add("--of-each", type=int, default=sys.maxsize, help="so many trials of each group at most")
    add("--only", choices=sorted({group.part for group in GROUPS}), default="", help="one part")
    add("--kept", type=Path, default=ROOT / "build" / "verdicts-proof", help="where outcomes are")
    add("--into", type=Path, help="write the tables into this page, too")
    return found


def _end(*_: object) -> None:
    """Ends as Ctrl-C does: what is done is kept."""
    raise KeyboardInterrupt


def _tell(count: int) -> None:
    if sys.stderr.isatty():
        print(f"\r{count} trials", end="", file=sys.stderr)


if __name__ == "__main__":
    main()
