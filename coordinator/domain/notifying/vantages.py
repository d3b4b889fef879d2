"""Who is to be told of vantage points: regions that fell silent or unfit, all that fell together in
one thread. As with incidents it goes by what is and by what was said.
"""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Final

from coordinator.domain.model.fitness import Fitness
from coordinator.domain.model.topology import Topology
from coordinator.domain.model.verdict import Scope, Severity
from coordinator.domain.notifying.rule import Rule
from coordinator.domain.notifying.thread import CHANGED_AFTER_MS, Kind, Said, Step, Thread
from worker.contract.instant import Instant

AT_LEAST_MS: Final = 60_000
"""A rolling restart takes less. So long a region speaks again before that counts, too."""
TOGETHER_MS: Final = 600_000
"""What fell within this of each other is one thread, and no two of a rule begin within it."""
MARK: Final = "vantages:"
"""How the names of these threads begin; those of incidents have no colon."""


@dataclass(frozen=True, slots=True)
class Vantage:
    """A region: its fitness, why, and since when it speaks or does not."""

    region: str
    fitness: Fitness
    why: str
    since: Instant
    pace_ms: int = 0
    """So long after a start of everything its first look may come."""

    @property
    def fell(self) -> bool:
        """Whether it is silent or unfit."""
        return self.fitness is not Fitness.FIT

    def followed_by(self, fitness: Fitness, why: str, at: Instant) -> "Vantage":
        """The same at another moment."""
        now = replace(self, fitness=fitness, why=why)
        return now if now.fell == self.fell else replace(now, since=at)


def paces(topology: Topology) -> Mapping[str, int]:
    """How long from one look to the next there, in ms, of each region that anything is looked at
    from.
    """
    found = dict[str, int]()
    for check in topology.checks:
        for name in check.regions:
            pace_ms = check.interval_ms * topology.region[name].stride
            found[name] = min(pace_ms, found.get(name, pace_ms))
    return found


def fell_at(thread: Thread) -> Instant:
    """When the first of a thread fell."""
    return int(thread.incident.removeprefix(MARK))


def asked_for(rule: Rule, vantages: Mapping[str, Vantage]) -> Sequence[Vantage]:
    """The vantage points of which a rule is told, whether they fell or not."""
    return [one for one in vantages.values() if not rule.regions or one.region in rule.regions]


def vantage_steps(
    rule: Rule,
    vantages: Mapping[str, Vantage],
    threads: Collection[Thread],
    begun: Instant | None,
    at: Instant,
) -> Iterator[Step]:
    """How the threads of one rule that are not over go on, and the next one. `begun` is when the
    last of them began.
    """
    asked = asked_for(rule, vantages)
    severity = Severity.DEGRADED if any(not one.fell for one in asked) else Severity.OUTAGE
    told = {name for thread in threads for name in thread.said.regions}
    loose = [one for one in asked if rule.workers and one.fell and one.region not in told]
    due = [one for one in loose if _is_due(one, rule, at)]
    for thread in sorted(threads, key=fell_at):
        out = [name for name in thread.said.regions if _is_out(vantages.get(name), at)]
        joins = _together(due, fell_at(thread))
        due = [one for one in due if one not in joins]
        loose = [one for one in loose if one not in joins]
        said = _said(severity, [*out, *(one.region for one in joins)])
        if not said.regions:
            yield Step(replace(thread, over=True, at=at), Kind.RESOLVED)
        elif _is_news(thread, said, at) and any(vantages[name].fell for name in said.regions):
            yield Step(replace(thread, said=said, at=at), Kind.CHANGED)
    lately = begun is not None and at - begun < TOGETHER_MS
    if due and not lately and not (rule.quiet and rule.quiet.holds(severity, at)):
        first = min(one.since for one in due)
        said = _said(severity, [one.region for one in _together(loose, first)])
        yield Step(Thread(rule.id, f"{MARK}{first}", said, at), Kind.OPENED)


def _is_due(vantage: Vantage, rule: Rule, at: Instant) -> bool:
    return at - vantage.since >= max(AT_LEAST_MS, rule.after_ms, vantage.pace_ms)


def _together(fallen: Sequence[Vantage], first: Instant) -> list[Vantage]:
    return [one for one in fallen if abs(one.since - first) <= TOGETHER_MS]


def _is_out(vantage: Vantage | None, at: Instant) -> bool:
    """Whether it still belongs to the thread that tells of it. What nobody judges any more does
    not.
    """
    return vantage is not None and (vantage.fell or at - vantage.since < AT_LEAST_MS)


def _said(severity: Severity, regions: Sequence[str]) -> Said:
    return Said(severity, Scope.UNKNOWN, tuple(sorted(regions)), ())


def _is_news(thread: Thread, said: Said, at: Instant) -> bool:
    return said.regions != thread.said.regions and at - thread.at >= CHANGED_AFTER_MS
