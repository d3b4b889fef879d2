"""The board: what stands now, and which of it changed since it was last written."""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any, Final

from coordinator.domain.engine import Engine
from coordinator.domain.fitness import Fitness
from coordinator.domain.verdict import Verdict
from coordinator.store.standings import Standing
from worker.contract.instant import Instant, rfc3339

REFRESH_MS: Final = 10_000
"""What does not change is written again this often, so that readers see that it still stands."""


class Board:
    """Remembers what was written, so that only changes are written again."""

    def __init__(self) -> None:
        self._written: dict[tuple[str, str], tuple[Any, Instant]] = {}

    def changes(self, engine: Engine, at: Instant) -> list[Standing]:
        """The standings to write at this moment."""
        return [*self._services(engine.verdicts(), at), *self._vantages(engine, at)]

    def forget(self) -> None:
        """Write everything again next time."""
        self._written.clear()

    def _services(self, verdicts: Mapping[str, Verdict], at: Instant) -> Iterator[Standing]:
        for service, verdict in verdicts.items():
            says = (verdict.claim(), verdict.confidence, verdict.reason, verdict.cells, verdict.evidence)
            if self._news("service", service, says, at):
                yield ("service", service, at, verdict.to_document())

    def _vantages(self, engine: Engine, at: Instant) -> Iterator[Standing]:
        for kind, subject, names, standing in _vantages(engine):
            if self._news(kind, subject, standing, at):
                fitness, why = standing
                yield (kind, subject, at, {**names, "fitness": fitness, "why": why, "at": rfc3339(at)})

    def _news(self, kind: str, subject: str, says: Any, at: Instant) -> bool:
        before, written_at = self._written.get((kind, subject), (None, 0))
        if before == says and at - written_at < REFRESH_MS:
            return False
        self._written[kind, subject] = (says, at)
        return True


def _vantages(engine: Engine) -> Iterable[tuple[str, str, dict[str, str], tuple[Fitness, str]]]:
    for region, standing in engine.regions().items():
        yield "region", region, {"region": region}, standing
    for (region, worker), standing in engine.workers().items():
        yield "worker", f"{region}/{worker}", {"region": region, "worker": worker}, standing
