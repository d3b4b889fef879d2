"""The one sentence that tells people what a verdict says and why."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from coordinator.domain.announcing.looks import looks_told
from coordinator.domain.inference.claim import Claim, Coverage
from coordinator.domain.model.fitness import Fitness
from coordinator.domain.model.topology import HERE, Component, Service, Topology
from coordinator.domain.model.verdict import NO_LOOKS, Scope, Severity
from coordinator.domain.window.axes import CellKey, any_along
from coordinator.domain.window.share import Counted
from worker.contract.wording import enumerated

NO_REGION = "no region that looks at it is heard"

Standings = Mapping[str, tuple[Fitness, str]]


def sentence(
    service: Service,
    claim: Claim,
    severity: Severity,
    counted: Counted,
    coverage: Coverage,
    topology: Topology,
    rivals: Sequence[Mapping[str, Any]] = (),
) -> str:
    """What a claim with votes behind it says, in one sentence."""
    if claim.scope is Scope.NONE:
        return _well(service, coverage)
    # what fell silent after it failed was heard, too
    heard = len({*_heard(coverage), *claim.regions})
    what, looks = _subject(service, claim, coverage), looks_told(counted, slow=claim.slow)
    count = (
        f"{'at least ' if claim.at_least else ''}{len(claim.regions)} of {_regions(heard)} heard"
    )
    names = _names(topology, claim.regions)
    if claim.cells and is_here(coverage.axes.regions):
        how = "slow" if claim.slow else "disrupted"
        return f"{what} {how} from this machine, regional or wider: {looks}."
    if claim.scope is Scope.REGIONAL:
        shared = (
            f", which share {claim.group}" if claim.group and claim.group != "everywhere" else ""
        )
        how = "slow" if claim.slow else "disrupted"
        return f"{what} {how} in {count} ({names}{shared}): {looks}."
    if claim.scope is Scope.UNKNOWN:
        if not claim.cells:
            return (
                f"Something is wrong with {service.name}, but not yet how far it"
                f" reaches{_between(rivals)}."
            )
        many = ", regional or wider" if claim.located else f"{_between(rivals)}"
        return f"{what} disrupted in {count} ({names}){many}: {looks}."
    how = "slow" if claim.slow else "down" if severity is Severity.OUTAGE else "degraded"
    where = "system-wide" if claim.scope is Scope.SYSTEM_WIDE else "everywhere"
    return f"{what} {how} {where}, in {count}: {looks}."


def _well(service: Service, coverage: Coverage) -> str:
    """That what is judged is well: the service only when that is all of it."""
    heard, enabled = coverage.regions_heard(), int(coverage.enabled.any(axis=0).sum())
    where = f"in {f'all {heard}' if heard == enabled else f'{heard} of {enabled}'} regions"
    if is_here(coverage.axes.regions):
        where = "from this machine"
    every, left = len(service.components), len(_deaf(service, coverage))
    if not left:
        return f"{service.name} is well {where}."
    verb = "is" if every - left == 1 else "are"
    return f"{every - left} of {every} components of {service.name} {verb} well {where}."


def _between(rivals: Sequence[Mapping[str, Any]]) -> str:
    """The two best explanations, when there is more than one."""
    told = [
        f"{', '.join(rival['components'])} in {', '.join(rival['regions'])} ({rival['chance']:.0%})"
        for rival in rivals[:2]
    ]
    return f"; it may be {' or '.join(told)}" if told else ""


def voteless(service: Service, standings: Standings, abstentions: Mapping[CellKey, str]) -> str:
    """Why nothing can be said: no region votes."""
    fitness = Counter(standing for standing, _ in standings.values())
    here = is_here(tuple(standings))
    if not standings:
        return f"Nothing looks at {service.name}."
    if fitness[Fitness.UNFIT] == len(standings):
        if here:
            return "Nothing can be told from this machine: its references fail too (no network?)."
        return "Nothing heard from any region: every region's references fail too (no network?)."
    if fitness[Fitness.SILENT] == len(standings):
        whys = Counter(why for _, why in standings.values())
        who = "The worker of this machine" if here else "Every region"
        return f"{who} is silent: {whys.most_common(1)[0][0]}."
    if fitness[Fitness.FIT] and abstentions:
        return (
            "No look counts in any region that is fit:"
            f" {Counter(abstentions.values()).most_common(1)[0][0]}."
        )
    return (
        f"No region is fit to speak: {fitness[Fitness.UNFIT]} unfit, {fitness[Fitness.SILENT]}"
        " silent."
    )


def nonvoters(standings: Standings, topology: Topology) -> str:
    """Who does not vote, as the end of a sentence; empty when all do."""
    told = []
    for fitness in (Fitness.UNFIT, Fitness.SILENT):
        names = _names(
            topology, [region for region, (standing, _) in standings.items() if standing is fitness]
        )
        if names:
            told.append(f"{names} {'do' if ', ' in names else 'does'} not vote ({fitness})")
    return f" {'; '.join(told)}." if told else ""


def together(groups: Iterable[Sequence[str]], topology: Topology) -> str:
    """Who counts as one vantage point, as the end of a sentence; empty when each region is one."""
    told = [
        f"{_names(topology, group)} look from one machine or address and count as one vantage point"
        for group in groups
    ]
    return f" {'; '.join(told)}." if told else ""


def unjudged(service: Service, coverage: Coverage, abstentions: Mapping[CellKey, str]) -> str:
    """The components that no region votes on, each with the reason, as the end of a sentence."""
    looked_at = any_along(coverage.enabled, 1)
    enabled = {
        name for name, any_look in zip(coverage.axes.components, looked_at, strict=True) if any_look
    }
    whys: dict[str, list[str]] = {}
    for component in _deaf(service, coverage):
        found = Counter(why for (name, _), why in abstentions.items() if name == component.id)
        silence = NO_REGION if component.id in enabled else NO_LOOKS
        why = found.most_common(1)[0][0] if found else silence
        whys.setdefault(why, []).append(component.name)
    told = "; ".join(f"{enumerated(names)} not judged: {why}" for why, names in whys.items())
    return f" {told}." if told else ""


def is_here(regions: Sequence[str]) -> bool:
    """Whether nobody looks but the machine that Outscope runs on."""
    return tuple(regions) == (HERE,)


def _heard(coverage: Coverage) -> list[str]:
    """The regions that vote on anything."""
    heard = any_along(coverage.votes, 0)
    return [name for name, votes in zip(coverage.axes.regions, heard, strict=True) if votes]


def _deaf(service: Service, coverage: Coverage) -> list[Component]:
    """The components that no region votes on."""
    voting = any_along(coverage.votes, 1)
    if len(voting) == len(service.components) and voting.all():
        return []
    heard = {
        name for name, any_vote in zip(coverage.axes.components, voting, strict=True) if any_vote
    }
    return [component for component in service.components if component.id not in heard]


def _subject(service: Service, claim: Claim, coverage: Coverage) -> str:
    """The components that fail, or the service when all of several do."""
    if len(claim.components) == len(coverage.axes.components) > 1:
        return service.name
    failing = [one.name for one in service.components if one.id in claim.components]
    return enumerated(failing) or "Something"


def _regions(count: int) -> str:
    return f"{count} region{'s' if count != 1 else ''}"


def _names(topology: Topology, regions: Iterable[str]) -> str:
    return ", ".join(topology.region[region].name for region in regions)
