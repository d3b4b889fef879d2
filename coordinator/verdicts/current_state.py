"""What stands now, and which of it changed since it was last written."""

from collections.abc import Iterable, Iterator, Mapping, Sequence, Set
from typing import Any, Final, Protocol
from zlib import crc32

from coordinator.domain.model.fitness import Fitness
from coordinator.domain.model.topology import Topology
from coordinator.domain.model.verdict import Verdict
from coordinator.store import Store
from coordinator.store.state.standings import Standing
from worker.contract.instant import Instant, rfc3339

REFRESH_MS: Final = 10_000
"""What does not change is written again this often, so that readers see that it still stands."""


class Judged(Protocol):
    """Who knows what stands."""

    def touched(self) -> Set[str]:
        """The services that were judged since this was last asked."""

    def verdict(self, service: str) -> Verdict:
        """The present verdict of one service."""

    def verdicts(self) -> Mapping[str, Verdict]:
        """The present verdict of each service."""

    def regions(self) -> Mapping[str, tuple[Fitness, str]]:
        """The fitness of each region, and why."""

    def workers(self) -> Mapping[tuple[str, str], tuple[Fitness, str]]:
        """The fitness of each (region, worker), and why."""

    def together(self) -> Sequence[Sequence[str]]:
        """The regions that are one vantage point, group by group."""


class CurrentState:
    """Remembers what was written, so that only changes are written again. Verdicts are dear: few
    are asked for.
    """

    def __init__(self) -> None:
        self._written: dict[tuple[str, str], tuple[Any, Instant]] = {}
        self._services: list[str] = []

    def changes(self, judged: Judged, at: Instant) -> list[Standing]:
        """The standings to write at this moment."""
        return [*self._verdicts(judged, at), *self._fitness(judged, at)]

    def forget(self) -> None:
        """Write everything again next time."""
        self._written.clear()
        self._services = []

    def _verdicts(self, judged: Judged, at: Instant) -> Iterator[Standing]:
        for service, verdict in self._asked(judged, at).items():
            says = (
                verdict.claim(),
                verdict.confidence,
                verdict.reason,
                verdict.cells,
                verdict.evidence,
            )
            if self._news("service", service, says, at):
                yield ("service", service, at, verdict.to_document())

    def _asked(self, judged: Judged, at: Instant) -> Mapping[str, Verdict]:
        """The verdicts that may have changed, and those that are to be written again."""
        touched = judged.touched()
        if not self._services:
            verdicts = judged.verdicts()
            self._services = list(verdicts)
            return verdicts
        due = (
            service
            for service in self._services
            if service in touched or self._is_due("service", service, at)
        )
        return {service: judged.verdict(service) for service in due}

    def _fitness(self, judged: Judged, at: Instant) -> Iterator[Standing]:
        for kind, subject, names, standing in _vantages(judged):
            if self._news(kind, subject, (standing, names), at):
                fitness, why = standing
                yield (
                    kind,
                    subject,
                    at,
                    {**names, "fitness": fitness, "why": why, "at": rfc3339(at)},
                )

    def _news(self, kind: str, subject: str, says: Any, at: Instant) -> bool:
        before = self._written.get((kind, subject))
        if before is not None and before[0] == says and not self._is_due(kind, subject, at):
            return False
        self._written[kind, subject] = (says, at)
        return True

    def _is_due(self, kind: str, subject: str, at: Instant) -> bool:
        """Whether its turn came since it was written; turns are spread, so that no second is
        heavier than others.
        """
        _, written_at = self._written[kind, subject]
        phase = crc32(f"{kind}/{subject}".encode()) % REFRESH_MS
        return (at - phase) // REFRESH_MS > (written_at - phase) // REFRESH_MS


async def forget_departed(store: Store, topology: Topology) -> None:
    """What stood for services and regions that left the configuration stands no more."""
    await store.standings.keep("service", set(topology.service))
    await store.standings.keep("region", set(topology.region))
    workers = await store.standings.all("worker")
    staying = {name for name, told in workers.items() if told["region"] in topology.region}
    await store.standings.keep("worker", staying)


def _vantages(judged: Judged) -> Iterable[tuple[str, str, dict[str, Any], tuple[Fitness, str]]]:
    groups = {region: list(group) for group in judged.together() for region in group}
    for region, standing in judged.regions().items():
        others = [other for other in groups.get(region, ()) if other != region]
        yield "region", region, {"region": region, "together": others}, standing
    for (region, worker), standing in judged.workers().items():
        yield "worker", f"{region}/{worker}", {"region": region, "worker": worker}, standing
