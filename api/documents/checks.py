"""Checks: what is looked at, how often, and when next from where. Pure."""

from collections.abc import Iterable
from typing import Annotated

from pydantic import Field
from typing_extensions import TypedDict

from api.documents.picture.picture import Picture
from api.documents.words import Next, Time
from coordinator.domain.model.topology import Check, Topology
from worker.contract.instant import Instant, rfc3339
from worker.contract.standing.schedule import Rhythm, next_due


class NextLook(TypedDict):
    """When a check is regularly due from a region next."""

    region: str
    at: Time


class CheckView(TypedDict):
    """One check, without its parameters: what they hold may be secret."""

    id: str
    service: str
    component: str
    kind: str
    interval_ms: int
    timeout_ms: int
    votes: Annotated[
        bool, Field(description="whether its looks count for a verdict; only such are made at once")
    ]
    next: Annotated[list[NextLook], Field(description="by region, the soonest first")]


class Checks(TypedDict):
    """Checks by service and id, and the cursor of the next page."""

    items: list[CheckView]
    next: Next


def key_of(check: Check) -> str:
    """By which checks are put in order."""
    return f"{check.service}/{check.id}"


def check_views(checks: Iterable[Check], picture: Picture, at: Instant) -> list[CheckView]:
    """These as documents, as of a moment."""
    return [_view(check, picture, at) for check in checks]


def _view(check: Check, picture: Picture, at: Instant) -> CheckView:
    due = [(_next(check, region, picture.ordered, at), region) for region in check.regions]
    return {
        "id": check.id,
        "service": check.service,
        "component": check.component,
        "kind": check.kind,
        "interval_ms": check.interval_ms,
        "timeout_ms": check.timeout_ms,
        "votes": check.id in picture.topology.check,
        "next": [{"region": region, "at": rfc3339(moment)} for moment, region in sorted(due)],
    }


def _next(check: Check, region: str, topology: Topology, at: Instant) -> Instant:
    rhythm = Rhythm(check.id, region, check.interval_ms)
    return next_due(rhythm, at, topology.region[region].stride)
