"""Runs plays before rules, on all processors, and gives the scores in a fixed order."""

import os
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from multiprocessing import get_context

from coordinator.domain.rules import Rules
from coordinator.domain.topology import Role
from coordinator.replay import Judging, Record, judging
from coordinator.simulator import NORMAL, Noise, Play, Scenario, Shape, scenario
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

    def play(self) -> Play:
        """The play."""
        one = scenario(self.scenario) if isinstance(self.scenario, str) else self.scenario
        return one.build(self.shape, self.seed, self.noise, self.lasts_ms)


@dataclass(frozen=True, slots=True)
class Cost:
    """What judging took."""

    cpu_s: float
    results: int
    cells: int
    minutes: float


@dataclass(frozen=True, slots=True)
class Scored:
    """One rule on one play."""

    rule: str
    score: Score
    cost: Cost


def run(jobs: Sequence[Job], workers: int | None = None) -> Iterator[list[Scored]]:
    """The scores of each job, in the order of the jobs. The results of a play are made once for all of its rules."""
    workers = workers or os.cpu_count() or 1
    if workers == 1 or len(jobs) == 1:
        yield from map(run_one, jobs)
        return
    with get_context("spawn").Pool(workers) as pool:
        yield from pool.imap(run_one, jobs)


def run_one(job: Job) -> list[Scored]:
    """All rules on one play."""
    play = job.play()
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
        cells = sum(len(check.regions) for check in play.topology.checks)
        cost = Cost(self._cpu_s, results, cells, (play.until - play.since) / 60_000)
        return Scored(self._rule, score(facts_of(play), self._records), cost)

    def _take(self, step: Callable[[], Iterable[Record]]) -> None:
        began = time.process_time()
        self._records.extend(step())
        self._cpu_s += time.process_time() - began


def facts_of(play: Play) -> Facts:
    """What is to be known of a play beforehand."""
    judged = tuple(service.id for service in play.topology.services if service.role is Role.SERVICE)
    return Facts(play.scenario, play.family, play.seed, judged, play.since, play.warm_until, play.until, play.truths)


def jobs_for(scenarios: Iterable[str], seeds: Iterable[int], rules: Sequence[str], shape: Shape) -> list[Job]:
    """Every scenario with every seed; quiet days are an hour long here."""
    seeds = tuple(seeds)
    return [
        Job(name, seed, tuple(rules), shape, lasts_ms=3_600_000 if name in ("quiet-day", "noisy-day") else None)
        for name in scenarios
        for seed in seeds
    ]
