"""Runs what is missing, in several processes, until all is there or the time is up."""

import time
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import FIRST_COMPLETED, Future, ProcessPoolExecutor, wait
from itertools import islice
from math import inf
from multiprocessing import get_context
from typing import TypeAlias

from tests.verdicts.proof.kept import Kept
from tests.verdicts.proof.outcome import Outcome, outcome_of
from tests.verdicts.proof.trials import Trial

KEEP_EVERY_S = 20.0
Tell: TypeAlias = Callable[[int], None]
Longest: TypeAlias = dict[tuple[str, str], float]
"""The longest that a trial of a part took on a fleet."""


def run_missing(
    trials: Iterable[Trial], kept: Kept, jobs: int, deadline: float | None, tell: Tell
) -> list[Outcome]:
    """The outcomes kept before and those of now. `deadline` is a moment of `time.monotonic`.

    A trial is begun only if none of its kind was seen to take longer than what is left.
    """
    found = kept.read()
    longest: Longest = {}
    for one in found:
        _note(longest, one)
    missing = _missing(trials, {one.id for one in found}, longest, deadline)
    stored, stored_at = len(found), -inf
    try:
        for outcome in _finished(missing, jobs):
            found.append(outcome)
            _note(longest, outcome)
            tell(len(found))
            if time.monotonic() - stored_at > KEEP_EVERY_S:
                kept.write(found[stored:])
                stored, stored_at = len(found), time.monotonic()
    finally:
        kept.write(found[stored:])
    return found


def _note(longest: Longest, one: Outcome) -> None:
    kind = (one.part, one.fleet)
    longest[kind] = max(one.took_s, longest.get(kind, 0.0))


def _missing(
    trials: Iterable[Trial], have: set[str], longest: Longest, deadline: float | None
) -> Iterator[Trial]:
    """Those to begin, each asked for when there is a process for it."""
    for trial in trials:
        if trial.id in have:
            continue
        needs_s = longest.get((trial.group.part, trial.group.fleet), 0.0)
        if deadline is not None and time.monotonic() + needs_s > deadline:
            return
        yield trial


def _finished(missing: Iterator[Trial], jobs: int) -> Iterator[Outcome]:
    """The outcomes as they come; never more trials are begun than there are processes."""
    with ProcessPoolExecutor(jobs, mp_context=get_context("spawn")) as pool:
        running: set[Future[Outcome]] = set()
        while True:
            more = islice(missing, jobs - len(running))
            running |= {pool.submit(outcome_of, trial) for trial in more}
            if not running:
                return
            done, running = wait(running, return_when=FIRST_COMPLETED)
            yield from (future.result() for future in done)
