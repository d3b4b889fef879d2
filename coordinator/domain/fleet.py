"""The fleet: every worker and region, who is fit to speak, who is not, and who is not heard."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace

from coordinator.domain.fitness import Fitness, FitnessChange
from coordinator.domain.look import Look, fresh_ms
from coordinator.domain.rules import Rules
from coordinator.domain.sickness import diagnose
from coordinator.domain.topology import Check, Role, Topology
from coordinator.domain.vantage import Endpoint, Glimpse, Vantage
from worker.contract.instant import Instant

WorkerKey = tuple[str, str]
"""(region, worker)."""

NEVER: Instant = 1 << 62
"""Later than every instant."""
FALLEN_AT_LEAST = 2
"""One silent region is never our own fault."""
Standing = tuple[Fitness, str]
"""A fitness, and why."""

NOT_HEARD: Standing = (Fitness.SILENT, "nothing heard yet")


class Fleet:
    """Hears every look and tells the fitness of workers and regions at each step."""

    def __init__(self, topology: Topology, rules: Rules) -> None:
        self._rules = rules
        self._endpoints = {check.id: _endpoint(check, topology) for check in topology.checks}
        self._bucket = _buckets(topology)
        longest = max((check.interval_ms for check in topology.checks), default=0)
        self._memory_ms = max(rules.rebuild_ms, longest * rules.window_looks)
        self.vantages: dict[WorkerKey, Vantage] = {}
        self.newest: dict[str, dict[str, Glimpse]] = {check.id: {} for check in topology.checks}
        self.standings: dict[str, Standing] = {region.id: NOT_HEARD for region in topology.regions}
        self._examine: set[WorkerKey] = set()
        self.recheck_at: Instant = NEVER
        """When silence may change something, if nothing is heard until then."""

    def hear(self, look: Look) -> Vantage:
        """Take one look in; the worker that made it."""
        key = (look.region, look.worker)
        vantage = self.vantages.get(key) or self._welcome(key, look)
        vantage.hear(look)
        self.recheck_at = min(self.recheck_at, vantage.silent_at() + 1)
        if look.was_made:
            newest = self.newest[look.check]
            newest[look.region] = _newer(newest.get(look.region), look)
        if vantage.failing or vantage.fitness is not Fitness.FIT:
            self._examine.add(key)
        return vantage

    def _welcome(self, key: WorkerKey, look: Look) -> Vantage:
        bucket = self._bucket[look.region]
        vantage = Vantage(*key, bucket, look.at, fresh_ms(bucket, self._rules))
        self.vantages[key] = vantage
        return vantage

    def vantage(self, region: str, worker: str) -> Vantage | None:
        """One worker, unless it was never heard or left long ago."""
        return self.vantages.get((region, worker))

    def judge(self, now: Instant) -> list[FitnessChange]:
        """The changes of fitness at this step, workers first, then regions."""
        examine = sorted(self.vantages if now >= self.recheck_at else self._examine)
        changes = [change for key in examine if (change := self._judge_worker(self.vantages[key], now))]
        if now >= self.recheck_at:
            self._forget(now)
            self.recheck_at = self._next_silence(now)
        return changes + self._judge_regions(now, {change.region for change in changes})

    def _judge_worker(self, vantage: Vantage, now: Instant) -> FitnessChange | None:
        diagnosis = diagnose(vantage, self._endpoints, self._elsewhere, self._rules)
        vantage.note(diagnosis.signs, diagnosis.doubtful)
        if diagnosis.sick and vantage.unfit_since is None:
            vantage.fall_ill(_ill_since(vantage, diagnosis.signs))
        elif not diagnosis.sick and vantage.unfit_since is not None and self._is_clean(vantage):
            vantage.recover()
        fitness, why = _standing(vantage, diagnosis.why, now)
        if not vantage.failing and fitness is Fitness.FIT:
            self._examine.discard((vantage.region, vantage.name))
        changed = fitness is not vantage.fitness
        vantage.fitness, vantage.why = fitness, why
        return FitnessChange(now, vantage.region, fitness, why, vantage.name) if changed else None

    def _is_clean(self, vantage: Vantage) -> bool:
        return len(vantage.clean_slots()) >= self._rules.fit_again_after_slots

    def _elsewhere(self, check: str, region: str) -> list[Glimpse]:
        """What each other region saw of a check lately."""
        seen = self.newest[check]
        newest = max(glimpse.look.at for glimpse in seen.values())
        witness = self._endpoints[check].still_witness
        return [glimpse for other, glimpse in seen.items() if other != region and witness(glimpse.look.at, newest)]

    def _forget(self, now: Instant) -> None:
        """Workers that left long ago are forgotten, so that memory stays bounded."""
        gone = [key for key, vantage in self.vantages.items() if vantage.silent_at() < now - self._memory_ms]
        for key in gone:
            del self.vantages[key]
            self._examine.discard(key)

    def _next_silence(self, now: Instant) -> Instant:
        ends = [vantage.silent_at() for vantage in self.vantages.values()]
        freeze = [end + self._suspicion_ms() for end in ends if end < now <= end + self._suspicion_ms()]
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
        workers = [vantage for vantage in self.vantages.values() if vantage.region == region]
        for fitness in (Fitness.FIT, Fitness.UNFIT, Fitness.SILENT):
            whys = [vantage.why for vantage in workers if vantage.fitness is fitness]
            if whys:
                return fitness, whys[0]
        return NOT_HEARD

    def adopt(self, before: "Fleet") -> None:
        """Take over the workers and their looks under the former configuration, as far as they are still there."""
        self.standings.update({region: was for region, was in before.standings.items() if region in self.standings})
        for check, newest in before.newest.items():
            if check in self.newest:
                self.newest[check] = {region: look for region, look in newest.items() if region in self._bucket}
        for key, vantage in before.vantages.items():
            if vantage.region in self._bucket:
                self.vantages[key] = self._moved(vantage)
                self._examine.add(key)
        self.recheck_at = before.recheck_at

    def _moved(self, vantage: Vantage) -> Vantage:
        bucket = self._bucket[vantage.region]
        newest = {check: look for check, look in vantage.newest.items() if check in self._endpoints}
        failing = {check: times for check, times in vantage.failing.items() if check in newest}
        fresh = fresh_ms(bucket, self._rules)
        return replace(vantage, bucket_ms=bucket, fresh_ms=fresh, newest=newest, failing=failing, good_slots=set())

    def regions(self) -> Mapping[str, Standing]:
        """The fitness of each region, and why."""
        return self.standings

    def workers(self) -> Mapping[WorkerKey, Standing]:
        """The fitness of each worker heard, and why."""
        return {key: (vantage.fitness, vantage.why) for key, vantage in sorted(self.vantages.items())}

    def suspicion(self, now: Instant) -> str:
        """Why we should suspect ourselves rather than the world, or nothing: many fell silent at once."""
        silent_at: dict[str, Instant] = {}
        for (region, _), vantage in self.vantages.items():
            silent_at[region] = max(vantage.silent_at(), silent_at.get(region, 0))
        fallen = sum(moment < now <= moment + self._suspicion_ms() for moment in silent_at.values())
        heard = sum(moment >= now for moment in silent_at.values())
        if fallen < FALLEN_AT_LEAST or fallen <= self._rules.suspect_ourselves_share * (fallen + heard):
            return ""
        return f"{fallen} of {fallen + heard} regions fell silent at once, so the fault may be our own"

    def _suspicion_ms(self) -> int:
        return 2 * max(self._bucket.values(), default=0)


def _newer(known: Glimpse | None, look: Look) -> Glimpse:
    if known is None:
        return Glimpse(look, look.at)
    if not look.is_newer_than(known.look):
        return known
    return Glimpse(look, known.since if look.ok == known.look.ok else look.at)


def _endpoint(check: Check, topology: Topology) -> Endpoint:
    reference = topology.service[check.service].role is Role.REFERENCE
    group = f"{check.service}/{check.component}" if reference else check.service
    return Endpoint(group, reference, check.interval_ms)


def _buckets(topology: Topology) -> dict[str, int]:
    """The bucket of each region: its shortest interval."""
    intervals: dict[str, list[int]] = {}
    for check in topology.checks:
        for region in check.regions:
            intervals.setdefault(region, []).append(check.interval_ms)
    return {region: min(found) for region, found in intervals.items()}


def _ill_since(vantage: Vantage, signs: Sequence[Instant]) -> Instant:
    """The start of the bucket before: what it saw just before it was found sick is set aside too."""
    bucket = vantage.bucket_ms
    return min((vantage.heard_at // bucket - 1) * bucket, min(signs, default=NEVER) // bucket * bucket)


def _standing(vantage: Vantage, sickness: str, now: Instant) -> Standing:
    if vantage.silent_at() < now:
        return Fitness.SILENT, f"nothing heard for {vantage.fresh_ms / 1000:g} s"
    if vantage.unfit_since is not None:
        return Fitness.UNFIT, sickness or vantage.why
    if vantage.answered_at is None:
        return Fitness.SILENT, "heard, but nothing has answered it yet"
    return Fitness.FIT, ""
