"""What stands on a status page: equal views are the same page, so it is written once for each."""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from api.documents.incidents import IncidentView
from api.documents.past import Day
from api.documents.picture.picture import Picture
from api.documents.public_page import words
from api.documents.services import ServiceLine, StatusPageView
from api.documents.vendor_says import Heard, of_service
from coordinator.configuration.publishing.pages import PublicPage
from coordinator.domain.maintenance.window import Occurrence
from coordinator.domain.model.topology import Service, Topology
from coordinator.domain.notifying.message import lasted
from worker.contract.instant import Instant, parse_rfc3339, rfc3339
from worker.contract.wording import enumerated

MOST_PAST: Final = 20
MINUTE_MS: Final = 60_000
_WORSE: Final = ("well", "unknown", "degraded", "bad")
_FITNESS: Final = {True: "well", False: "unknown"}
_NO_PAGE: Final[StatusPageView] = {"provider": "", "url": ""}


@dataclass(frozen=True, slots=True)
class Time:
    """A moment for people, and for programs."""

    at: str
    text: str


@dataclass(frozen=True, slots=True)
class Disruption:
    """One thing that is wrong with a service."""

    headline: str
    reach: str


@dataclass(frozen=True, slots=True)
class DayPart:
    """One day of a service."""

    day: str
    state: str
    scope: str
    text: str
    """What happened on it; empty when nothing did."""


@dataclass(frozen=True, slots=True)
class VendorPart:
    """What its vendor says of a service."""

    state: str
    """As of `VendorSays`."""
    since: Time | None
    titles: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class ServicePart:
    """One service now, and its 90 days."""

    id: str
    name: str
    state: str
    state_word: str
    headline: str
    disruptions: tuple[Disruption, ...]
    since: Time | None
    vendor: VendorPart
    vendor_page: str
    days: tuple[DayPart, ...]
    days_told: str

    @property
    def eventful(self) -> list[DayPart]:
        """The days on which something happened, the newest first."""
        return [day for day in reversed(self.days) if day.text]


@dataclass(frozen=True, slots=True)
class RegionPart:
    """One region, and what is wrong there."""

    name: str
    state: str
    wrong: str
    """The services that are disrupted there."""
    otherwise: str
    """What is said where none is."""


@dataclass(frozen=True, slots=True)
class IncidentPart:
    """One incident."""

    id: str
    service: str
    title: str
    began: Time
    ended: Time | None
    lasted: str
    open: bool
    intermittent: bool


@dataclass(frozen=True, slots=True)
class WorkPart:
    """Announced maintenance."""

    title: str
    what: str
    since: Time
    until: Time
    goes_on: bool
    again: int
    """So many more times it comes within a month."""


@dataclass(frozen=True, slots=True)
class PageView:
    """A whole page."""

    title: str
    home: str
    headline: str
    state: str
    as_of: Time | None
    silent: bool
    """Whether nothing is judged at the moment, so that this is of the past."""
    services: tuple[ServicePart, ...]
    regions: tuple[RegionPart, ...]
    works: tuple[WorkPart, ...]
    going_on: tuple[IncidentPart, ...]
    past: tuple[IncidentPart, ...]


@dataclass(frozen=True, slots=True)
class Past:
    """What a page tells beside what stands now."""

    days: Mapping[str, Sequence[Day]]
    incidents: Sequence[IncidentView]
    works: Sequence[Occurrence]
    vendors: Mapping[str, Heard]


def view_of(page: PublicPage, picture: Picture, past: Past, at: Instant) -> PageView:
    """The page as of now."""
    shown = [one for one in page.shows(picture.topology) if one.id in picture.lines]
    lines = {one.id: picture.lines[one.id] for one in shown}
    services = tuple(_service(one, lines[one.id], picture.topology, past) for one in shown)
    judged = _told(max((line["verdict"]["at"] or "" for line in lines.values()), default=None))
    names: dict[str, list[str]] = {}
    for one in services:
        names.setdefault(one.state, []).append(one.name)
    incidents = list(_incidents(shown, picture.topology, past.incidents))
    return PageView(
        title=page.title,
        home=page.home,
        headline=words.headline(names),
        state=max(names, key=_WORSE.index, default=""),
        as_of=judged and _time(parse_rfc3339(judged.at) // MINUTE_MS * MINUTE_MS),
        silent=picture.silence_ms > 0,
        services=services,
        regions=tuple(_regions(lines.values(), picture)) if page.regions else (),
        works=tuple(_works(shown, picture.topology, past.works, at)),
        going_on=tuple(one for one in incidents if one.open),
        past=tuple(one for one in incidents if not one.open)[:MOST_PAST],
    )


def _time(at: Instant) -> Time:
    return Time(rfc3339(at), words.clock(at))


def _told(at: str | None) -> Time | None:
    return _time(parse_rfc3339(at)) if at else None


def _service(service: Service, line: ServiceLine, topology: Topology, past: Past) -> ServicePart:
    said = of_service(past.vendors.get(service.id))
    days = tuple(map(_day, past.days.get(service.id, ())))
    struck = sum(bool(day.text) for day in days)
    disruptions = [
        Disruption(one["headline"], words.reach(one, topology)) for one in line["disruptions"]
    ]
    return ServicePart(
        id=service.id,
        name=service.name,
        state=line["state"],
        state_word=words.STATES[line["state"]],
        headline=line["headline"],
        disruptions=tuple(disruptions),
        since=_told(line["since"]),
        vendor=VendorPart(said["state"], _told(said["since"]), tuple(said["titles"])),
        vendor_page=(line["status_page"] or _NO_PAGE)["url"],
        days=days,
        days_told=f"{struck} of the last {len(days)} days had an incident",
    )


def _day(day: Day) -> DayPart:
    date = words.date(parse_rfc3339(f"{day['day']}T00:00:00.000Z"))
    where, long = words.SCOPES[day["scope"]], lasted(day["disrupted_ms"])
    text = f"{words.STATES[day['state']]} {where}, for {long}" if day["incidents"] else ""
    return DayPart(date, day["state"], day["scope"], text)


def _regions(lines: Iterable[ServiceLine], picture: Picture) -> Iterator[RegionPart]:
    """The regions that look at any of the services."""
    shown = list(lines)
    looking = {region for line in shown for region in line["regions"]}
    for region in picture.regions:
        if region["id"] in looking:
            wrong = [line for line in shown if _is_struck(line, region["id"])]
            own = _FITNESS[region["fitness"] == "fit"]
            worst = max({own, *(line["state"] for line in wrong)}, key=_WORSE.index)
            names = enumerated(line["name"] for line in wrong)
            yield RegionPart(region["name"], worst, names, words.QUIET[region["fitness"]])


def _is_struck(line: ServiceLine, region: str) -> bool:
    return any(region in one["regions"] for one in line["disruptions"])


def _incidents(
    shown: Sequence[Service], topology: Topology, found: Sequence[IncidentView]
) -> Iterator[IncidentPart]:
    services = {one.id: one for one in shown}
    for one in found:
        service = services.get(one["service"])
        if service is None or one["withdrawn"]:
            continue
        began = parse_rfc3339(one["started_by"])
        end = _told(one["ended_by"] or one["resolved_at"])
        yield IncidentPart(
            id=one["id"],
            service=service.name,
            title=words.what_happened(one, service, topology),
            began=_time(began),
            ended=end,
            lasted=lasted(parse_rfc3339(end.at) - began) if end else "",
            open=one["resolved_at"] is None,
            intermittent=one["intermittent"],
        )


def _works(
    shown: Sequence[Service], topology: Topology, works: Sequence[Occurrence], at: Instant
) -> Iterator[WorkPart]:
    times = Counter((work.source, work.window) for work in works)
    first = {(work.source, work.window): work for work in reversed(works)}
    for key, work in sorted(first.items(), key=lambda one: one[1].since):
        named = [_touched(one, work) for one in shown if work.touches(one.id)]
        if not named:
            continue
        where = words.regions_named(sorted(work.regions), topology)
        what = ", in ".join(filter(None, (enumerated(named), where)))
        since, until = _time(work.since), _time(work.until)
        yield WorkPart(work.title, what, since, until, work.since <= at, times[key] - 1)


def _touched(service: Service, work: Occurrence) -> str:
    """The service, or those of its components that are named."""
    own = [part.id for part in service.components if f"{service.id}/{part.id}" in work.targets]
    parts = "" if service.id in work.targets else words.parts_named(own, service)
    return f"{service.name} ({parts})" if parts else service.name


def vars_of(view: PageView) -> dict[str, Any]:
    """By name, for a template."""
    return {name: getattr(view, name) for name in view.__slots__}
