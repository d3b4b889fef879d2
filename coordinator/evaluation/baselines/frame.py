"""The frame that every baseline stands in: results in, the records that replay prints out.

It keeps the streams of each check, asks the rule when its answer may have changed, and tells what
became of it on the same grid of whole seconds that the judge uses. A repeat is counted once and a
late look is sorted in, which is more than most of the products do. The workers of a region are one
checker that looks as often as all of them. A look that was never made says nothing; any other
failure counts as one, whoever is to blame: these rules do not know blame.
"""

from collections.abc import Iterable, Iterator
from typing import Any

from coordinator.domain.model.topology import Check, Role, Topology
from coordinator.evaluation.baselines.rule import Rule
from coordinator.evaluation.baselines.stream import Stream
from coordinator.evaluation.baselines.telling import Teller
from coordinator.evaluation.baselines.view import WELL, Monitor, View
from worker.contract.instant import Instant
from worker.contract.outcome import NOT_MADE
from worker.contract.result import Result

STEP_MS = 1_000
SETTLED_MS = 1_800_000
"""So long after the last result no rule changes its answer any more."""
IN_TURN = ""
"""The checker of a product whose regions look in turn, one a slot."""


class Frame:
    """One rule over one topology."""

    def __init__(self, rule: Rule, topology: Topology) -> None:
        self._rule = rule
        self._checks = topology.check
        self._streams: dict[tuple[str, str], Stream] = {}
        self._monitors = {check.id: Monitor(check) for check in topology.checks}
        self._everything: dict[str, list[Stream]] = {}
        self._references: dict[str, list[Stream]] = {}
        judged = [service for service in topology.services if service.role is Role.SERVICE]
        self._tellers = {service.id: Teller(rule.name, service.id) for service in judged}
        self._views = {service.id: self._view(service.id, topology) for service in judged}
        self._stale = set(self._tellers)
        self._step: Instant | None = None
        self._heard: Instant = 0
        self._depth = max(rule.failures, rule.successes)
        self._waits = rule.keep_ms > 0

    def _view(self, service: str, topology: Topology) -> View:
        checks = topology.checks_of(service)
        return View(
            components=tuple(component.id for component in topology.service[service].components),
            regions=topology.regions_of(checks),
            monitors=tuple(self._monitors[check.id] for check in checks),
            everything=self._everything,
            references=self._references,
        )

    def judge(self, results: Iterable[Result]) -> Iterator[dict[str, Any]]:
        """The records for more results, in the order in which they were received."""
        for result in results:
            received = result.received_at
            if self._step is None or received > self._step:
                yield from self._advance(received)
            self._hear(result)

    def finish(self, until: Instant | None = None) -> Iterator[dict[str, Any]]:
        """The records of the last step, and of the time until then when it is given."""
        end = max(filter(None, (until, self._step)), default=None)
        if end is not None:
            yield from self._advance(end)
            yield from self._tell(self._step or end)

    def _advance(self, to: Instant) -> Iterator[dict[str, Any]]:
        """Tell what changed until now, let time go on, and tell what time itself changed."""
        step = -(-to // STEP_MS) * STEP_MS
        if self._step is not None:
            yield from self._tell(self._step)
            every = self._rule.every_ms
            end = min(step, self._heard + SETTLED_MS)
            for tick in range(self._step // every * every + every, end, every) if every else ():
                self._stale.update(self._tellers)
                yield from self._tell(tick)
            if every and step % every == 0:
                self._stale.update(self._tellers)
        self._step = step

    def _tell(self, now: Instant) -> Iterator[dict[str, Any]]:
        for service, teller in self._tellers.items():
            if service in self._stale:
                view = self._views[service]
                view.now, view.before = now, teller.claim or WELL
                streams = (stream for monitor in view.monitors for stream in monitor.streams)
                yield from teller.tell(self._rule.judge(view), streams, now)
        self._stale.clear()

    def _hear(self, result: Result) -> None:
        check = self._checks.get(result.check)
        if check is None or result.region not in check.regions or result.reason in NOT_MADE:
            return
        checker = self._rule.checker(check, result)
        if checker is None:
            return
        stream = self._streams.get((check.id, checker)) or self._found(
            check, checker, result.region
        )
        at, look = min(result.scheduled_at, result.received_at), result.id
        if checker == IN_TURN:
            at = check.slot(at) * check.interval_ms
            look = str(at)
        newest = stream.newest
        if not stream.hear(at, look, not result.ok):
            return
        stream.heard_at = self._heard = max(self._heard, result.received_at)
        if not self._waits and (-self._depth <= stream.streak <= self._depth or at <= newest):
            self._doubt(check)

    def _doubt(self, check: Check) -> None:
        """The rule's answer may have changed: of this service, or of all when it is a reference."""
        self._stale.update([check.service] if check.service in self._tellers else self._tellers)

    def _found(self, check: Check, checker: str, region: str) -> Stream:
        """A new stream."""
        rule = self._rule
        stream = Stream(
            check.component,
            region if checker != IN_TURN else IN_TURN,
            rule.failures,
            rule.successes,
            rule.keep_ms,
        )
        self._streams[check.id, checker] = stream
        self._monitors[check.id].streams.append(stream)
        self._everything.setdefault(region, []).append(stream)
        if check.service not in self._tellers:
            self._references.setdefault(region, []).append(stream)
        return stream
