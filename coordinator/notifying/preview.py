"""What would be said now, and to whom: as it is decided, but nothing is written."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from coordinator.circumstances.bearing import LATELY_MS, contexts_of
from coordinator.configuration import Configuration
from coordinator.configuration.notifying.rules import rules_of
from coordinator.domain.acknowledging.sentences import sentence
from coordinator.domain.dependencies.graph import graph_of
from coordinator.domain.maintenance.window import Occurrence
from coordinator.domain.model.fitness import Fitness
from coordinator.domain.model.incident import Incident
from coordinator.domain.notifying.context import NOTHING
from coordinator.domain.notifying.desk import Desk, causes_of
from coordinator.domain.notifying.message import Message, of_incident
from coordinator.domain.notifying.rule import Rule
from coordinator.domain.notifying.thread import Kind, said_of
from coordinator.domain.notifying.vantage_message import of_vantages
from coordinator.domain.notifying.vantages import AT_LEAST_MS, Vantage, vantage_steps
from coordinator.notifying.deciding import cascade_of, link_to
from coordinator.notifying.watching import Watching
from coordinator.store import Store
from worker.contract.instant import Instant


@dataclass(frozen=True, slots=True)
class Asked:
    """What a rule makes of it, in words; the message where it is one of its own."""

    rule: str
    what: str
    message: Message | None = None


@dataclass(frozen=True, slots=True)
class Preview:
    """A message, and what each rule makes of it."""

    message: Message
    asked: Sequence[Asked]


async def of_an_incident(
    store: Store, configuration: Configuration, incident: Incident, at: Instant, public_url: str
) -> Preview:
    """The message that would begin its thread now, or end it, for somebody who asks for all."""
    desk = await _desk(store, configuration, incident, at)
    also = sorted(desk.fell().get(incident.id, ()))
    over = Kind.WITHDRAWN if incident.withdrawn else Kind.RESOLVED
    rows = await store.acknowledgements.of_incident(incident.id)
    message = of_incident(
        Kind.OPENED if incident.resolved_at is None else over,
        incident,
        said_of(incident, also),
        configuration.topology,
        at=at,
        confidence=desk.confidence.get(incident.service, 0.0),
        link=link_to(public_url, f"/incidents/{incident.id}"),
        context=desk.contexts.get(incident.id, NOTHING),
        cascade=cascade_of(incident.id, also, desk),
        vendor=sentence(rows[0]) if rows else "",
    )
    rules = rules_of(configuration.document)
    return Preview(message, [Asked(rule.id, _asks(rule, incident, desk, at)) for rule in rules])


async def _desk(
    store: Store, configuration: Configuration, incident: Incident, at: Instant
) -> Desk:
    """What is known at this moment, as it is judged from the store alone."""
    lately = await store.incidents.between(at - LATELY_MS, at + 1)
    incidents = {one.id: one for one in (*lately, incident)}
    times = await store.maintenance_times.between(min(incident.started_by, at - LATELY_MS), at + 1)

    def concerning(service: str) -> Iterator[Occurrence]:
        return (one for one in times if one.touches(service))

    graph = graph_of(configuration.topology)
    contexts = contexts_of(list(incidents.values()), concerning, graph, at)
    standing = await store.standings.all("service")
    sure = {name: float(told.get("confidence", 0)) for name, told in standing.items()}
    return Desk(incidents, {}, sure, contexts=contexts)


def _asks(rule: Rule, incident: Incident, desk: Desk, at: Instant) -> str:
    if not rule.wants(incident, 1.0):
        return "does not ask for it"
    if not rule.wants(incident, desk.confidence.get(incident.service, 0.0)):
        return "asks for it once it is as sure as that"
    if desk.contexts.get(incident.id, NOTHING).waits:
        return "asks for it, and waits for the end of announced maintenance"
    if rule.quiet and rule.quiet.holds(incident.severity, at):
        return "asks for it, and waits for the end of its quiet hours"
    if not rule.is_due(incident, at):
        return f"asks for it once it has lasted {rule.after_ms // 1000} s"
    for name in causes_of(incident, desk.contexts):
        cause = desk.incidents.get(name)
        if cause and rule.wants(cause, desk.confidence.get(cause.service, 0.0)):
            return f"asks for it, and is told in the thread of {name}"
    return "asks for it"


async def of_regions(
    store: Store,
    configuration: Configuration,
    silent: Collection[str],
    at: Instant,
    public_url: str,
) -> list[Asked]:
    """What rules that ask for `workers` would be told of regions; as if these were silent."""
    watching = Watching(store, public_url)
    watching.configure(configuration, {})
    now = await watching.look(at)
    supposed = {name: _silent(configuration, now, name, at) for name in silent}
    vantages = {**now, **supposed}
    link, rules = link_to(public_url, "/operate/workers"), rules_of(configuration.document)
    return list(_told(rules, vantages, configuration, at, link))


def _silent(
    configuration: Configuration, now: Mapping[str, Vantage], name: str, at: Instant
) -> Vantage:
    """The region as if it had been silent for long enough to be told."""
    longest = max((rule.after_ms for rule in rules_of(configuration.document)), default=0)
    known = now.get(name) or Vantage(name, Fitness.FIT, "", at)
    since = at - max(longest, known.pace_ms, AT_LEAST_MS)
    return replace(known, fitness=Fitness.SILENT, why="as if", since=since)


def _told(
    rules: Sequence[Rule],
    vantages: Mapping[str, Vantage],
    configuration: Configuration,
    at: Instant,
    link: str,
) -> Iterator[Asked]:
    for rule in rules:
        if not rule.workers:
            yield Asked(rule.id, "does not ask for workers")
            continue
        steps = list(vantage_steps(rule, vantages, (), None, at))
        if not steps:
            yield Asked(rule.id, "asks for workers, and has nothing to be told now")
        for step in steps:
            message = of_vantages(step, rule, vantages, configuration.topology, at, link)
            yield Asked(rule.id, "asks for it", message)
