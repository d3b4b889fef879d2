"""What is to be said now, asked of the store: incidents, threads, and how sure verdicts are."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Final, Protocol

from coordinator.configuration import Configuration
from coordinator.configuration.notifying.rules import rules_of
from coordinator.configuration.publishing.pages import PublicPage, page_rules, rule_of
from coordinator.domain.acknowledging.sentences import sentence
from coordinator.domain.dependencies.cascade import Cascade, Link, cascades
from coordinator.domain.model.incident import Incident
from coordinator.domain.model.topology import Topology
from coordinator.domain.notifying.context import NOTHING, Context, Contexts
from coordinator.domain.notifying.desk import BURST_MS, Desk, Digest, begun_lately, causes_of
from coordinator.domain.notifying.message import Message, of_incident, of_many
from coordinator.domain.notifying.rule import Rule
from coordinator.domain.notifying.thread import Kind, Step
from coordinator.store import Store
from coordinator.store.notices.threads import Letter
from worker.contract.instant import Instant

_UNKNOWN: Final = -1
_SERVICE: Final = "service"


class Around(Protocol):
    """Who knows what is around incidents."""

    @property
    def contexts(self) -> Contexts:
        """Of each incident of which there is something to be said."""

    @property
    def recent(self) -> Collection[str] | None:
        """The incidents that go on, or were over a moment ago; None where nobody knows."""


@dataclass(frozen=True, slots=True)
class Nobody:
    """Nobody knows anything."""

    contexts: Contexts = field(default_factory=dict)
    recent: Collection[str] | None = None


AROUND: Final[Around] = Nobody()


class Deciding:
    """Asks the rules of all that changed since they were asked, and of what waits for a moment."""

    def __init__(self, store: Store, public_url: str) -> None:
        self._store = store
        self._public_url = public_url
        self._rules: list[Rule] = []
        self._pages: Mapping[str, PublicPage] = {}
        self._channels: Mapping[str, Sequence[str]] = {}
        self._holds: Mapping[str, int] = {}
        self._configuration: Configuration | None = None
        self._settled: dict[str, tuple[Incident, Context]] = {}
        self._change, self._waiting = _UNKNOWN, False
        """Up to which change of incidents all was said, and whether some of it waits."""

    def configure(
        self, configuration: Configuration, channels: Mapping[str, Sequence[str]]
    ) -> None:
        """Decide by this configuration, for the channels of each of its rules, and for those who
        read its status pages.
        """
        self._configuration = configuration
        topology = configuration.topology
        self._pages = page_rules(configuration.document, topology)
        own = (rule_of(name, page, topology) for name, page in self._pages.items())
        self._rules = [*rules_of(configuration.document), *own]
        services = configuration.topology.services
        self._holds = {one.id: one.hold_opening_ms for one in services if one.hold_opening_ms}
        self._channels = channels
        self._settled = {}
        self._change = _UNKNOWN

    def reach(self, channels: Mapping[str, Sequence[str]]) -> None:
        """Say it over these channels of each rule from now on."""
        self._channels = channels

    async def say(self, at: Instant, around: Around = AROUND) -> int:
        """Have all said that is due; how many messages that made."""
        if not self._rules:
            return 0
        change = await self._store.incidents.latest_change()
        if change == self._change and not self._waiting:
            return 0
        open_now = await self._store.incidents.open()
        ended = await self._store.notice_threads.to_end()
        incidents = {one.id: one for one in (*open_now, *ended)}
        seen = {n: (one, around.contexts.get(n, NOTHING)) for n, one in incidents.items()}
        asked = {name for name, one in seen.items() if self._settled.get(name) != one}
        for name in [*asked]:
            asked |= {*causes_of(incidents[name], around.contexts)} & incidents.keys()
        if not asked:
            self._change = change
            return 0
        known = await self._store.notice_threads.known(at - BURST_MS)
        desk = Desk(
            incidents,
            {(one.thread.rule, one.thread.incident): one.thread for one in known},
            await self._confidence(),
            begun_lately(((one.thread, one.began_at) for one in known), at),
            asked,
            contexts=around.contexts,
            holds=self._holds,
            recent=around.recent,
        )
        steps, digests = desk.steps(self._rules, at)
        letters: list[Letter] = []
        for step in steps:
            if step.kind is not None:
                vendor = await self._vendor_says(step.thread.incident)
                message = self._message(step, desk, at, vendor)
                letters += self._letters(step.thread.rule, message)
        for digest in digests:
            letters += self._letters(digest.rule, self._counted(digest, incidents, at))
        if steps:
            await self._store.notice_threads.say([step.thread for step in steps], letters, at)
        self._change, self._waiting = change, bool(desk.waiting)
        settled = incidents.keys() - desk.waiting
        self._settled = {name: seen[name] for name in settled}
        return len(letters)

    async def _confidence(self) -> Mapping[str, float]:
        standing = await self._store.standings.all(_SERVICE)
        return {name: float(told.get("confidence", 0)) for name, told in standing.items()}

    def _letters(self, rule: str, message: Message) -> list[Letter]:
        return [Letter(rule, channel, message) for channel in self._channels.get(rule, ())]

    async def _vendor_says(self, incident: str) -> str:
        """What the vendor's page says of it first; empty where none is read."""
        rows = await self._store.acknowledgements.of_incident(incident)
        return sentence(rows[0]) if rows else ""

    def _message(self, step: Step, desk: Desk, at: Instant, vendor: str) -> Message:
        assert step.kind is not None  # noqa: S101 - of steps that say something
        incident = desk.incidents[step.thread.incident]
        page = self._pages.get(step.thread.rule)
        if page is not None:
            return self._for_everybody(page, step.kind, step, desk, at, vendor)
        return of_incident(
            step.kind,
            incident,
            step.thread.said,
            self._topology,
            at=at,
            confidence=desk.confidence.get(incident.service, 0.0),
            link=link_to(self._public_url, f"/incidents/{incident.id}"),
            context=desk.contexts.get(incident.id, NOTHING),
            cascade=cascade_of(incident.id, step.thread.said.also, desk),
            vendor=vendor,
        )

    def _for_everybody(
        self, page: PublicPage, kind: Kind, step: Step, desk: Desk, at: Instant, vendor: str
    ) -> Message:
        """As on the page: nothing of what it does not show, and no word of a target."""
        incident = replace(desk.incidents[step.thread.incident], reason="")
        announced = desk.contexts.get(incident.id, NOTHING).announced
        return of_incident(
            kind,
            incident,
            step.thread.said,
            self._topology,
            at=at,
            confidence=desk.confidence.get(incident.service, 0.0),
            link=link_to(self._public_url, f"/status/{page.id}#{incident.id}"),
            context=Context(announced),
            vendor=vendor,
        )

    def _counted(self, digest: Digest, incidents: Mapping[str, Incident], at: Instant) -> Message:
        found = [incidents[name] for name in digest.incidents]
        page = self._pages.get(digest.rule)
        path = "/" if page is None else f"/status/{page.id}"
        return of_many(found, self._topology, at, link_to(self._public_url, path))

    @property
    def _topology(self) -> Topology:
        assert self._configuration is not None  # noqa: S101 - there are rules
        return self._configuration.topology


def cascade_of(incident: str, also: Sequence[str], desk: Desk) -> Cascade | None:
    """What most likely goes back to an incident, of these services; None when nothing does."""
    if not also:
        return None
    return next((one for one in cascades(_links(desk, also)) if one.root == incident), None)


def _links(desk: Desk, services: Collection[str]) -> Iterator[Link]:
    for name, context in desk.contexts.items():
        incident = desk.incidents.get(name)
        if incident is None or context.cause is None:
            continue
        if incident.service in services and incident.resolved_at is None:
            yield Link(name, incident.service, incident.severity, context.cause)


def link_to(public_url: str, path: str) -> str:
    """Where others see it; empty where nobody said where the API is."""
    return f"{public_url.rstrip('/')}{path}" if public_url else ""
