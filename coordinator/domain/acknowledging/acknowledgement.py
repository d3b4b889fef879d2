"""An acknowledgement: a statement of a vendor beside an incident of ours, or one without the
other.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from functools import cached_property
from hashlib import blake2b
from typing import Any, Final

from coordinator.domain.acknowledging.clocks import Clocks, Interval
from coordinator.domain.acknowledging.matching import Basis
from coordinator.domain.acknowledging.reach import Reach
from coordinator.domain.acknowledging.statement import Edit, Statement
from coordinator.domain.acknowledging.words import Words
from coordinator.domain.model.incident import Incident
from worker.contract.instant import Instant, rfc3339


class State(StrEnum):
    """What became of an incident in the vendor's words, or of the vendor's words in our eyes."""

    ACKNOWLEDGED = "acknowledged"
    NOTHING_YET = "nothing_yet"
    """The page was read and says nothing of it, so far."""
    NEVER = "never"
    """It was over a day ago, and the page never said anything of it while it was read."""
    NOT_HEARD = "not_heard"
    """The page could not be read while it went on, so nothing follows."""
    UNSEEN = "unseen"
    """The vendor says so, and we saw nothing of it."""
    VOID = "void"
    """It was so, and is no more since one side was edited."""


@dataclass(frozen=True)
class Acknowledgement:
    """One row: an incident with one statement on it, or either of them alone. Durations are in
    milliseconds.
    """

    service: str
    state: State
    at: Instant
    """When our incident was opened; else when the statement was first read."""
    incident: Incident | None = None
    statement: Statement | None = None
    basis: Basis | None = None
    clocks: Clocks | None = None
    reach: Reach | None = None
    leads: bool = True
    """Whether it is the first word on its incident: that one counts."""
    reassured_ms: int = 0
    """How long the page was green while the incident was seen; of the row that leads."""
    unheard_ms: int = 0
    """How long the page was not read, or did not say whether it goes on, while it was seen."""
    remarks: tuple[str, ...] = ()

    @cached_property
    def key(self) -> str:
        """The same for the same incident and statement; 32 hexadecimal digits."""
        incident = self.incident.id if self.incident else ""
        page, said = (self.statement.page, self.statement.incident) if self.statement else ("", "")
        text = "\n".join((self.service, incident, page, said))
        return blake2b(text.encode(), digest_size=16).hexdigest()

    @property
    def lag(self) -> Interval | None:
        """How late it was admitted."""
        return self.clocks.lag(self.incident) if self.incident and self.clocks else None

    def to_document(self) -> dict[str, Any]:
        """JSON-able, times as RFC 3339 text."""
        incident, statement, clocks = self.incident, self.statement, self.clocks
        claim = clocks.claim(incident) if incident and clocks else None
        return {
            "id": self.key,
            "service": self.service,
            "state": str(self.state),
            "at": rfc3339(self.at),
            "incident_id": incident.id if incident else None,
            "first": self.leads,
            "matched_by": self.basis,
            "observed_start": _observed(incident),
            **(clocks.to_document() if clocks else _NO_CLOCKS),
            "lag": self.lag.to_document() if self.lag else None,
            "claim_error": claim.to_document() if claim else None,
            "backdated": clocks.backdated if clocks else None,
            "reach": self.reach.to_document() if self.reach else None,
            "vendor": _vendor(statement),
            "green_ms": self.reassured_ms,
            "unheard_ms": self.unheard_ms,
            "remarks": list(self.remarks),
        }


def told(document: Mapping[str, Any]) -> Mapping[str, Any]:
    """What somebody who follows is told when it changes: all but what grows with time."""
    return {name: value for name, value in document.items() if name not in _GROWS}


def voided(document: Mapping[str, Any]) -> dict[str, Any]:
    """A row that is no longer so."""
    return {**document, "state": str(State.VOID), "first": False, "green_ms": 0, "unheard_ms": 0}


_GROWS: Final = ("green_ms", "unheard_ms")
_NO_CLOCKS: Final = {
    "claimed_start": None,
    "published_at": None,
    "seen_after": None,
    "seen_by": None,
}


def _observed(incident: Incident | None) -> dict[str, str | None] | None:
    if incident is None:
        return None
    return {"after": _text(incident.started_after), "by": rfc3339(incident.started_by)}


def _vendor(statement: Statement | None) -> dict[str, Any] | None:
    if statement is None:
        return None
    words, gone = statement.current, statement.gone
    return {
        "page": statement.page,
        "incident": statement.incident,
        "title": words.title,
        "status": words.status,
        "course": str(words.course),
        "impact": words.impact,
        "latest": words.latest,
        "components": list(words.names),
        "regions": list(words.regions),
        "url": words.url,
        "resolved_at": _text(words.resolved_at),
        "edits": len(statement.edits),
        "gone_after": _text(statement.last_at if gone else None),
        "gone_by": _text(gone.first_at if gone else None),
    }


def edit_document(edit: Edit) -> dict[str, Any]:
    """One wording for people and programs, and when it came."""
    gone = edit.words is None
    return {
        "read_after": _text(edit.after),
        "read_by": rfc3339(edit.first_at),
        "read_last": rfc3339(edit.last_at),
        "gone": gone,
        **_wording(edit.words or Words("")),
    }


def _wording(words: Words) -> dict[str, Any]:
    return {
        "title": words.title,
        "status": words.status,
        "impact": words.impact,
        "latest": words.latest,
        "components": list(words.names),
        "regions": list(words.regions),
        "claimed_start": _text(words.claimed_at),
        "published_at": _text(words.published_at),
        "updated_at": _text(words.updated_at),
        "resolved_at": _text(words.resolved_at),
    }


def _text(at: Instant | None) -> str | None:
    return None if at is None else rfc3339(at)
