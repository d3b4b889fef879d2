"""The fleet: every worker and region, who is fit to speak, who is not, and who is not heard."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import replace

from coordinator.domain.model.fitness import Fitness, FitnessChange
from coordinator.domain.model.horizon import NEVER
from coordinator.domain.model.rules import Rules
from coordinator.domain.model.topology import Topology
from coordinator.domain.vantages.control import Control
from coordinator.domain.vantages.diagnosis import (
    Diagnosis,
    diagnose,
    is_suspect,
    may_be_suspect,
)
from coordinator.domain.vantages.elsewhere import Elsewhere
from coordinator.domain.vantages.losses import WeighedDown, ailment, losses
from coordinator.domain.vantages.points import Points
from coordinator.domain.vantages.standing import NOT_HEARD, Standing, standing_of
from coordinator.domain.vantages.witnesses import witnesses
from coordinator.domain.window.look import WORKER_MASK, fresh_ms
from coordinator.domain.window.series import Series
from coordinator.domain.window.vantage import Vantage
from worker.contract.instant import Instant

WorkerKey = tuple[str, str]
"""(region, worker)."""
FALLEN_AT_LEAST = 2
"""One silent region is never our own fault."""
EXAMS = 6
"""A worker is examined at most this many times a bucket."""


class Fleet:
    """Hears every look and tells the fitness of workers and regions at each step."""

    def __init__(
        self, topology: Topology, all_series: Mapping[str, Mapping[str, Series]], rules: Rules
    ) -> None:
        self._rules = rules
        self._bucket = topology.quickest_ms
        self._stride = {region.id: region.stride for region in topology.regions}
        longest = max((check.interval_ms for check in topology.checks), default=0)
        self._memory_ms = max(rules.rebuild_ms, longest * rules.window_intervals)
        self.vantages: dict[WorkerKey, Vantage] = {}
        self.by_region: dict[str, list[Vantage]] = defaultdict(list)
        self.standings: dict[str, Standing] = {region.id: NOT_HEARD for region in topology.regions}
        self._numbered: Counter[str] = Counter()
        self._by_place: dict[str, list[Series]] = defaultdict(list)
        for seen in all_series.values():
            for region_id, series in seen.items():
                self._by_place[region_id].append(series)
        self.elsewhere = Elsewhere(all_series, [region.id for region in topology.regions])
        self.control = Control(self.elsewhere, self._by_place, rules)
        self._weighed_down = WeighedDown(self.control, self.by_region)
        self._grouped: dict[str, Mapping[Series, str]] = {}
        self.examine: set[WorkerKey] = set()
        """Workers to judge at the next step."""
        self.recheck_at: Instant = NEVER
        """When silence may change something, if nothing is heard until then."""
        self.points = Points(topology, self.by_region, self.elsewhere)

    def worker(self, region: str, name: str, at: Instant) -> Vantage:
        """The worker of this name, welcomed at its first look."""
        vantage = self.vantages.get((region, name))
        if vantage is None:
            vantage = self._welcome(region, name, at)
        return vantage

    def _welcome(self, region: str, name: str, at: Instant) -> Vantage:
        bucket = self._bucket[region]
        number = self._number(region)
        vantage = Vantage(region, name, number, bucket, at, self._fresh_ms(region, bucket))
        self.vantages[region, name] = vantage
        self.by_region[region].append(vantage)
        self.recheck_at = min(self.recheck_at, vantage.silent_at() + 1)
        return vantage

    def _fresh_ms(self, region: str, bucket_ms: int) -> int:
        """How long a look from there speaks for the worker: where looks are rare, for longer."""
        return fresh_ms(bucket_ms * self._stride.get(region, 1), self._rules.silent_after_ms)

    def _number(self, region: str) -> int:
        """A number that no other worker of the region has; when all were used, those of the
        forgotten come again.
        """
        number = self._numbered[region]
        self._numbered[region] = (number + 1) & WORKER_MASK
        taken = {vantage.number for vantage in self.by_region[region]}
        while number in taken and len(taken) <= WORKER_MASK:
            number = (number + 1) & WORKER_MASK
        return number

    def judge(self, now: Instant) -> list[FitnessChange]:
        """The changes of fitness at this step, workers first, then regions."""
        self._weighed_down.tell(now)
        due = now >= self.recheck_at
        if not due and not self.examine:
            return []
        examine = sorted(self.vantages if due else self.examine)
        self._grouped = {}
        self.examine = set()
        changes = [
            change for key in examine if (change := self._judge_worker(self.vantages[key], now))
        ]
        if due:
            self._forget(now)
            self.recheck_at = self._next_silence(now)
        return changes + self._judge_regions(now, {change.region for change in changes})

    def _judge_worker(self, vantage: Vantage, now: Instant) -> FitnessChange | None:
        why, pause = vantage.why, max(vantage.bucket_ms // EXAMS, self._rules.step_ms)
        if not self._is_suspect(vantage):
            pass
        elif now // pause == vantage.examined_at // pause:
            self.examine.add((vantage.region, vantage.name))
        else:
            vantage.examined_at = now
            groups = self._groups(vantage.region)
            diagnosis = diagnose(
                vantage,
                self._by_place[vantage.region],
                groups,
                lambda asked: self.elsewhere.others(asked, now),
            )
            why = diagnosis.why
            self._treat(vantage, diagnosis)
        if vantage.silent_at() >= now:
            self.recheck_at = min(self.recheck_at, vantage.silent_at() + 1)
        fitness, why = standing_of(vantage, why, now)
        changed = fitness is not vantage.fitness
        vantage.fitness, vantage.why = fitness, why
        return FitnessChange(now, vantage.region, fitness, why, vantage.name) if changed else None

    def _is_suspect(self, vantage: Vantage) -> bool:
        """Whether a closer look is due. What shares a fate is asked only of those that may be."""
        if not may_be_suspect(vantage):
            return False
        groups = self._groups(vantage.region)
        return is_suspect(vantage, groups, len(set(groups.values())))

    def _treat(self, vantage: Vantage, diagnosis: Diagnosis) -> None:
        rules = self._rules
        vantage.doubted_since = (
            diagnosis.since - vantage.bucket_ms if diagnosis.is_doubtful(rules) else None
        )
        if diagnosis.is_unfit(rules) and vantage.unfit_since is None:
            vantage.become_unfit(diagnosis.since - vantage.bucket_ms)
        elif (
            vantage.unfit_since is not None and len(diagnosis.clean) >= rules.fit_again_after_slots
        ):
            vantage.recover(diagnosis.clean[0])

    def _groups(self, region: str) -> Mapping[Series, str]:
        """What shares a fate, as seen from a region; remembered for this step, since its workers
        see the same.
        """
        if region not in self._grouped:
            self._grouped[region] = witnesses(self._by_place[region])
        return self._grouped[region]

    def _forget(self, now: Instant) -> None:
        """Workers that left long ago are forgotten, so that memory stays bounded."""
        gone = [
            key
            for key, vantage in self.vantages.items()
            if vantage.silent_at() < now - self._memory_ms
        ]
        for key in gone:
            self.by_region[key[0]].remove(self.vantages.pop(key))
            self.examine.discard(key)

    def _next_silence(self, now: Instant) -> Instant:
        ends = [vantage.silent_at() for vantage in self.vantages.values()]
        freeze = [
            end + self._suspicion_ms() for end in ends if end < now <= end + self._suspicion_ms()
        ]
        return min([end for end in ends if end >= now] + freeze, default=NEVER) + 1

    def _judge_regions(self, now: Instant, touched: Iterable[str]) -> list[FitnessChange]:
        changes = []
        for region in sorted(touched):
            standing = self._region_standing(region)
            if standing[0] is not self.standings[region][0]:
                changes.append(FitnessChange(now, region, *standing))
            self.standings[region] = standing
        return changes

    def _region_standing(self, region: str) -> Standing:
        """A region is as fit as its fittest worker that is heard."""
        for fitness in (Fitness.FIT, Fitness.UNFIT, Fitness.SILENT):
            whys = [vantage.why for vantage in self.by_region[region] if vantage.fitness is fitness]
            if whys:
                return fitness, whys[0]
        return NOT_HEARD

    def adopt(self, before: "Fleet") -> None:
        """Take over the workers under the former configuration, as far as their region is still
        there.
        """
        self.standings.update(
            {region: was for region, was in before.standings.items() if region in self.standings}
        )
        for key, vantage in before.vantages.items():
            if vantage.region in self._bucket:
                bucket = self._bucket[vantage.region]
                fresh = self._fresh_ms(vantage.region, bucket)
                moved = replace(vantage, bucket_ms=bucket, fresh_ms=fresh, failing={})
                self.vantages[key] = moved
                self.by_region[vantage.region].append(moved)
                self.examine.add(key)
        self._numbered.update(before._numbered)  # noqa: SLF001 - of its own class
        self.recheck_at = before.recheck_at
        self.points.regroup(stirred=True)

    def regions(self) -> Mapping[str, Standing]:
        """The fitness of each region, and why; of what it loses, while it is fit."""
        losing = self._weighed_down.regions
        return {
            region: _graded(told, losing.get(region)) for region, told in self.standings.items()
        }

    def is_fit(self, region: str) -> bool:
        """Whether a region is fit to speak."""
        return self.standings[region][0] is Fitness.FIT

    def workers(self) -> Mapping[WorkerKey, Standing]:
        """The fitness of each worker heard, and why; of what it loses, while it is fit."""
        losing = self._weighed_down.workers
        return {
            key: _graded((vantage.fitness, vantage.why), losing.get(key))
            for key, vantage in sorted(self.vantages.items())
        }

    def was_unfit(self, region: str, since: Instant) -> bool:
        """Whether any worker of a region was unfit at any time since then."""
        return any(vantage.was_unfit(since) for vantage in self.by_region[region])

    def ailments(
        self, regions: Iterable[str], since: Instant, now: Instant, without: str
    ) -> Mapping[str, str]:
        """What ailed the workers of these regions at any time since then, in a few words, where
        anything did: by all that they look at `without` one service.
        """
        asked = {region: self.by_region[region] for region in sorted(regions)}
        told = {
            region: ailment(found, asked[region], since)
            for region, found in losses(self.control, asked, now, without).items()
        }
        return {region: words for region, words in told.items() if words}

    def suspicion(self, now: Instant) -> str:
        """Why we should suspect ourselves rather than the world, or nothing: many fell silent at
        once.
        """
        if all(vantage.heard_at + vantage.fresh_ms >= now for vantage in self.vantages.values()):
            return ""
        silent_at: dict[str, Instant] = {}
        for (region, _), vantage in self.vantages.items():
            silent_at[region] = max(vantage.silent_at(), silent_at.get(region, 0))
        fallen = sum(moment < now <= moment + self._suspicion_ms() for moment in silent_at.values())
        heard = sum(moment >= now for moment in silent_at.values())
        if fallen < FALLEN_AT_LEAST or fallen <= self._rules.suspect_ourselves_share * (
            fallen + heard
        ):
            return ""
        return (
            f"{fallen} of {fallen + heard} regions fell silent at once, so the fault may be our own"
        )

    def _suspicion_ms(self) -> int:
        return 2 * max(self._bucket.values(), default=0)


def _graded(standing: Standing, losing: str | None) -> Standing:
    return (Fitness.FIT, losing) if losing and standing[0] is Fitness.FIT else standing
