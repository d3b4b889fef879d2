"""The command."""

import argparse
import logging
import os
import shutil
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import fields, replace
from functools import partial
from pathlib import Path

from coordinator.configuration.duration import milliseconds
from tests.simulation.faults import Fault, read_faults
from tests.simulation.faults import told as as_text
from tests.simulation.mutations import MUTATIONS
from tests.simulation.parts import coordinator
from tests.simulation.parts.worker import beat_each
from tests.simulation.report import Report, table
from tests.simulation.resuming import Kept
from tests.simulation.running import drawn, run, run_part
from tests.simulation.shrinking import shrunk
from tests.simulation.size import Size

MEMORY = Path("/dev/shm")
ENDLESS_MS = 1 << 50
Say = Callable[[str], None]
COMMAND = "python -m tests.simulation"


def main(argv: Sequence[str] | None = None) -> int:
    """0 when all held, 1 when something did not."""
    parser = _parser()
    told = parser.parse_args(argv)
    logging.basicConfig(level=told.log, stream=sys.stderr)
    logging.getLogger("aiosqlite").setLevel(logging.WARNING)
    coordinator.install()
    if told.mutation is not None:
        MUTATIONS[told.mutation].make()
    beat_each(told.beat_s)
    size = Size(**{field.name: getattr(told, field.name) for field in fields(Size)})
    try:
        given = None if told.faults is None else read_faults(told.faults)
        if told.state is not None:
            return _go_on(told, size, given)
    except ValueError as error:
        parser.error(str(error))
    for seed in range(told.seed, told.seed + told.seeds):
        faults = drawn(seed, size) if given is None else given
        report = _whole(seed, size, faults, _say)
        _say(table(report, size))
        if report.broken is not None:
            size = replace(size, hours=max(0.25, report.simulated_s / 3600))
            again = partial(_whole, seed, size, say=_silent)
            _tell_of(report, f"--seed {seed} {size.told()}", again if told.shrink else None)
            return 1
    return 0


def _go_on(told: argparse.Namespace, size: Size, given: list[Fault] | None) -> int:
    """Run the next part, and have the one after it begin in a process of its own: none can know
    anything but what was kept.
    """
    kept, began_s = Kept(told.state), time.monotonic()
    carried = kept.carried(told.seed, size)
    if carried.is_over():
        _say(table(carried.report, size))
        return 0
    faults = drawn(told.seed, size) if given is None else given
    report = _part(told, size, kept, faults, _say)
    if report.broken is not None:
        _say(table(report, size))
        again = partial(_part, told, size, kept, say=_silent, keeps=False)
        options = f"--seed {told.seed} {size.told()} --state {told.state}"
        _tell_of(report, options, again if told.shrink else None)
        return 1
    left_ms = told.at_most - (time.monotonic() - began_s) * 1000
    if left_ms <= 0:
        _say(table(report, size))
        _say("The same command goes on from here.")
        return 0
    more = () if told.at_most == ENDLESS_MS else ("--at-most", f"{max(1, round(left_ms / 1000))}s")
    command = [sys.executable, "-m", "tests.simulation", *sys.argv[1:], *more]
    return os.execv(sys.executable, command)


def _part(
    told: argparse.Namespace,
    size: Size,
    kept: Kept,
    faults: Sequence[Fault],
    say: Say,
    *,
    keeps: bool = True,
) -> Report:
    carried = kept.carried(told.seed, size)
    with _in_memory() as folder:
        kept.lay_out(carried, folder)
        report = run_part(carried, faults, told.part_hours * 3_600, folder, say)
        if keeps and report.broken is None:
            kept.save(carried, folder)
    return report


def _whole(seed: int, size: Size, faults: Sequence[Fault], say: Say) -> Report:
    with _in_memory() as folder:
        return run(seed, size, faults, folder, say)


def _tell_of(
    report: Report, options: str, again: Callable[[Sequence[Fault]], Report] | None
) -> None:
    broken = report.broken
    assert broken is not None
    _say(f"BROKEN with seed {report.seed}, after {report.simulated_s:.0f} s: {broken}")
    happened = [fault for fault in report.faults if fault.at_s <= report.simulated_s]
    if again is not None:

        def breaks(faults: Sequence[Fault]) -> bool:
            found = again(faults).broken
            return found is not None and found.name == broken.name

        happened = shrunk(happened, breaks, _say)
    _say(f'{COMMAND} {options} --faults "{as_text(happened)}"')


@contextmanager
def _in_memory() -> Iterator[Path]:
    folder = Path(tempfile.mkdtemp(prefix="outscope-", dir=MEMORY if MEMORY.is_dir() else None))
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _silent(_text: str) -> None:
    """Says nothing."""


def _say(text: str) -> None:
    print(text, flush=True)


def _parser() -> argparse.ArgumentParser:
    usual = Size()
    found = argparse.ArgumentParser(COMMAND, description=__doc__)
    found.add_argument("--seed", type=int, default=1, help="of all chance")
    found.add_argument("--seeds", type=int, default=1, help="so many, from that one on")
    found.add_argument("--hours", type=float, default=usual.hours, help="of simulated time")
    found.add_argument("--regions", type=int, default=usual.regions)
    found.add_argument("--workers", type=int, default=usual.workers, help="in all regions")
    found.add_argument(
        "--interval", type=int, default=usual.interval_s, dest="interval_s", help="s, of each check"
    )
    found.add_argument("--services", type=int, default=usual.services)
    found.add_argument(
        "--checks", type=int, default=usual.checks, help="of each of a service's two components"
    )
    found.add_argument(
        "--rate", type=float, default=usual.faults_per_hour, dest="faults_per_hour",
        help="faults an hour",
    )  # fmt: skip
    found.add_argument(
        "--beat", type=float, default=usual.beat_s, dest="beat_s",
        help="s between heartbeats; the product's own is 5",
    )  # fmt: skip
    found.add_argument(
        "--audit-each", type=float, default=usual.audit_hours, dest="audit_hours", help="hours"
    )
    found.add_argument("--unsigned", action="store_false", dest="signed", help="nobody signs")
    found.add_argument("--faults", help="these, as a run that failed printed them")
    found.add_argument(
        "--state",
        type=Path,
        help="keep each part here when it is over, and go on from what is kept",
    )
    found.add_argument(
        "--at-most", type=milliseconds, default=ENDLESS_MS, help="such as 20m: then begin no part"
    )
    found.add_argument("--part-hours", type=float, default=4.0, help="of a part, with --state")
    found.add_argument("--mutation", choices=MUTATIONS, help=argparse.SUPPRESS)
    found.add_argument("--no-shrink", action="store_false", dest="shrink")
    found.add_argument("--log", default="CRITICAL", help="what the product logs from, as INFO")
    return found
