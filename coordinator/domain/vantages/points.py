"""The vantage points of a fleet: which of its regions are one, as its workers' looks say."""

from collections.abc import Mapping, Sequence

from coordinator.domain.model.fitness import Fitness
from coordinator.domain.model.standpoint import Standpoint, read_standpoint
from coordinator.domain.model.topology import Topology
from coordinator.domain.vantages.elsewhere import Elsewhere
from coordinator.domain.vantages.independence import Independence, independence_of
from coordinator.domain.window.vantage import Vantage
from worker.contract.instant import Instant


class Points:
    """Regroups the regions when a worker says something else, or its fitness changes."""

    def __init__(
        self, topology: Topology, workers: Mapping[str, Sequence[Vantage]], elsewhere: Elsewhere
    ) -> None:
        self._regions = topology.region
        self._workers, self._elsewhere = workers, elsewhere
        self._stirred = False

    @property
    def independence(self) -> Independence:
        """Which regions are one vantage point."""
        return self._elsewhere.independence

    def stand(self, vantage: Vantage, at: Instant, told: object) -> None:
        """A look says where the worker looks from; the newest one counts."""
        if told != vantage.standpoint and at >= vantage.heard_at and isinstance(told, str):
            vantage.standpoint = told
            self._stirred = True

    def regroup(self, *, stirred: bool) -> bool:
        """Tell anew which regions are one, if anything stirred that; whether it is another
        answer.
        """
        if not (stirred or self._stirred):
            return False
        self._stirred = False
        before = self.independence.groups
        self._elsewhere.independence = independence_of(
            {region: self._standpoints(region) for region in self._regions}
        )
        return self.independence.groups != before

    def _standpoints(self, region: str) -> set[Standpoint]:
        """Where those of its workers look from that are fit to speak, or all when none is. Of
        those that are played or borrowed, none stands there.
        """
        if self._regions[region].simulated or self._regions[region].via:
            return set()
        workers = self._workers.get(region, ())
        fit = [vantage for vantage in workers if vantage.fitness is Fitness.FIT]
        return {read_standpoint(vantage.standpoint) for vantage in fit or workers}
