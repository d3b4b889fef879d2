"""Runs plays before rules, on all processors, and gives the scores in a fixed order."""

import os
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from multiprocessing import get_context

from coordinator.domain.model.rules import Rules
from coordinator.domain.model.topology import Role
from coordinator.evaluation.names import OUTSCOPE
from coordinator.evaluation.replay import Judging, Record, judging
from coordinator.evaluation.simulator import NORMAL, Noise, Play, Scenario, Shape, perform, scenario
from tests.verdicts.confirming import Confirming
from tests.verdicts.score import Facts, Score, score
from worker.contract.result import Result


@dataclass(frozen=True, slots=True)
class Job:
    """One play, and the rules that watch it."""

    scenario: Scenario | str
    seed: int
    rules: tuple[str, ...]
    shape: Shape = Shape()
    noise: Noise = NORMAL
    lasts_ms: int | None = None
    """Ends after so long; by itself when it is over."""
    at_most_ms: int | None = None
    """Ends after so long if it is not over by then."""
    confirm: bool = False
    """Our judge may ask for extra looks; no other rule does."""

    def play(self) -> Play:
        """The play."""
        one = scenario(self.scenario) if isinstance(self.scenario, str) else self.scenario
        play = one.build(self.shape, self.seed, self.noise, self.lasts_ms)
        if self.at_most_ms is not None and play.until - play.since > self.at_most_ms:
            return one.build(self.shape, self.seed, self.noise, self.at_most_ms)
        return play


@dataclass(frozen=True, slots=True)
class Cost:
    """What judging took."""

    cpu_s: float
    results: int
    cells: int
    minutes: float
    asked: int = 0
    """Extra looks."""


@dataclass(frozen=True, slots=True)
class Scored:
    """One rule on one play."""

    rule: str
    score: Score
    cost: Cost


def run(jobs: Sequence[Job], processes: int | None = None) -> Iterator[list[Scored]]:
    """The scores of each job, in the order of the jobs."""
    processes = min(processes or os.cpu_count() or 1, len(jobs))
    if processes <= 1:
        yield from map(run_one, jobs)
        return
    with get_context("spawn").Pool(processes) as pool:
        yield from pool.imap(run_one, jobs)


def run_one(job: Job) -> list[Scored]:
    """All rules on one play; its results are made once for all of them."""
    play = job.play()
    if job.confirm:
        return [_confirmed(play)]
    watchers = [Watching(rule, judging(rule, play.topology, Rules())) for rule in job.rules]
    results = 0
    for batch in play.stream():
        wanted = [result for result in batch if result.received_at <= play.until]
        results += len(wanted)
        for watcher in watchers:
            watcher.watch(wanted)
    return [watcher.finish(play, results) for watcher in watchers]


class Watching:
    """A rule before a play, with the time that it takes."""

    def __init__(self, rule: str, judge: Judging) -> None:
        self._rule, self._judge = rule, judge
        self._records: list[Record] = []
        self._cpu_s = 0.0

    def watch(self, results: Sequence[Result]) -> None:
        """More results."""
        self._take(lambda: self._judge.judge(results))

    def finish(self, play: Play, results: int) -> Scored:
        """The score, when the play is over."""
        self._take(lambda: self._judge.finish(play.until))
        return Scored(
            self._rule, score(facts_of(play), self._records), cost_of(play, self._cpu_s, results)
        )

    def _take(self, step: Callable[[], Iterable[Record]]) -> None:
        began = time.process_time()
        self._records.extend(step())
        self._cpu_s += time.process_time() - began


def _confirmed(play: Play) -> Scored:
    watcher, began = Confirming(play.topology, Rules()), time.process_time()
    records = list(perform(play, watcher))
    cost = cost_of(play, time.process_time() - began, watcher.heard, watcher.asked)
    return Scored(OUTSCOPE, score(facts_of(play), records), cost)


def cost_of(play: Play, cpu_s: float, results: int, asked: int = 0) -> Cost:
    """The cost of judging a play."""
    cells = sum(len(check.regions) for check in play.topology.checks)
    return Cost(cpu_s, results, cells, (play.until - play.since) / 60_000, asked)


def facts_of(play: Play) -> Facts:
    """What is to be known of a play beforehand; of a truth that outlasts it, the part that is
    played.
    """
    judged = tuple(service.id for service in play.topology.services if service.role is Role.SERVICE)
    truths = tuple(
        replace(truth, until=min(truth.until, play.until))
        for truth in play.truths
        if truth.since < play.until
    )
    return Facts(
        play.scenario,
        play.family,
        play.seed,
        judged,
        play.since,
        play.warm_until,
        play.until,
        truths,
        play.published_at,
    )
