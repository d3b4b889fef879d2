"""An incident in a vendor's own words, whatever form it was published in. Pure."""

import html
import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any, Final

from worker.contract.instant import Instant, parse_rfc3339, rfc3339
from worker.probes.http.mail_date import parse_mail_date
from worker.probes.kinds.vendor_status.words.updates import numeric

TEXT: Final = 280
"""Characters that are kept of a text of the vendor's."""
NAME: Final = 100
NAMES: Final = 16
"""So many components, or regions, are kept of an incident."""
_TAG: Final = re.compile(r"<[^<>]*>")
_ZONE: Final = re.compile(r"(?<=:\d\d)\s+([A-Za-z]+)$")
"""The zone behind a time of day, by its name."""
_EPOCHS: Final = range(1_000_000_000, 4_000_000_000)
"""Whole seconds since 1970 that can be meant: from 2001 to 2096."""
OVER: Final = frozenset(
    {"resolved", "postmortem", "completed", "cancelled", "canceled", "available"}
)
"""Words for an incident that is over."""


SOON: Final = 900_000
"""Milliseconds by which a vendor's clock may be ahead of ours; what begins later is not now."""
NOT_YET: Final = frozenset({"scheduled", "planned", "upcoming"})
"""Words for work that has not begun."""


class UnheardError(ValueError):
    """What came is not what the vendor publishes; the sentence says what is wrong with it."""


@dataclass(frozen=True, slots=True)
class VendorIncident:
    """What the vendor says of one incident. A moment that it does not tell is None."""

    id: str
    title: str
    status: str = ""
    """The vendor's own word: investigating, identified, monitoring, resolved, ..."""
    impact: str = ""
    started_at: Instant | None = None
    """When it began, as the vendor claims."""
    published_at: Instant | None = None
    """When the vendor first said anything."""
    updated_at: Instant | None = None
    resolved_at: Instant | None = None
    updates: int = 0
    latest: str = ""
    components: tuple[str, ...] = ()
    """Names as the vendor writes them."""
    regions: tuple[str, ...] = ()
    url: str = ""
    scheduled_for: Instant | None = None
    """Of maintenance that is announced: when it is to begin, and to end."""
    scheduled_until: Instant | None = None

    @property
    def is_maintenance(self) -> bool:
        """Whether it is announced maintenance, and says when that is."""
        return self.scheduled_for is not None and self.scheduled_until is not None

    @property
    def is_open(self) -> bool:
        """Whether the vendor says that it goes on: it tells a status, and not that it is over or
        has not begun.
        """
        said = self.status.lower()
        return said != "" and self.resolved_at is None and said not in OVER | NOT_YET

    def as_of(self, now: Instant) -> "VendorIncident":
        """The same, or scheduled when it is dated in the future."""
        begins = earliest((self.started_at, self.published_at)) or now
        later = self.is_open and begins > now + SOON
        return replace(self, status="scheduled") if later else self

    @property
    def moved_at(self) -> Instant:
        """When the vendor last did anything about it, as far as that is told."""
        told = (self.resolved_at, self.updated_at, self.published_at, self.started_at)
        return max((moment for moment in told if moment is not None), default=0)

    def to_maintenance(self, components: Mapping[str, str]) -> dict[str, Any]:
        """Announced maintenance as a result tells it."""
        told = self.to_extra(components)
        kept = ("id", "title", "status", "components", "url")
        times = {
            "scheduled_for": _told(self.scheduled_for),
            "scheduled_until": _told(self.scheduled_until),
        }
        return {**{name: told[name] for name in kept if name in told}, **times}

    def to_extra(self, components: Mapping[str, str]) -> dict[str, Any]:
        """The incident as a result tells it; `components` says which of ours the vendor's names
        mean.
        """
        meant = {
            components[name.casefold()] for name in self.components if name.casefold() in components
        }
        values: dict[str, Any] = {
            "id": self.id[:NAME],
            "title": plain(self.title),
            "open": self.is_open,
            "status": self.status[:NAME],
            "impact": self.impact[:NAME],
            "started_at": _told(self.started_at),
            "published_at": _told(self.published_at),
            "updated_at": _told(self.updated_at),
            "resolved_at": _told(self.resolved_at),
            "updates": self.updates,
            "latest": plain(self.latest),
            "components": sorted(meant),
            "vendor_components": [name[:NAME] for name in self.components[:NAMES]],
            "regions": [name[:NAME] for name in self.regions[:NAMES]],
            "url": self.url[:200],
        }
        return {name: value for name, value in values.items() if value not in (None, "", [])}


def document_of(body: bytes) -> Any:
    """The JSON document in a body, in the encoding that it begins with; UnheardError when it is
    none.
    """
    if not body.strip():
        raise UnheardError("the answer is empty")
    try:
        # tells UTF-8, -16 and -32 apart, with and without a byte order mark
        return json.loads(body)
    except (ValueError, RecursionError) as error:
        what = "a page" if body.lstrip()[:1] == b"<" else "no JSON"
        raise UnheardError(f"the answer is {what}, not what the vendor publishes") from error


def objects(value: Any) -> list[dict[str, Any]]:
    """The objects in a list; none when it is no list."""
    return [entry for entry in value if isinstance(entry, dict)] if isinstance(value, list) else []


def newest(updates: Iterable[dict[str, Any]], at: str) -> dict[str, Any]:
    """The last of the updates by their moment under this name; an empty one when there are none."""
    return max(updates, key=lambda update: moment(update.get(at)) or 0, default={})


def words(value: Any) -> str:
    """A value as text; empty when it is neither text nor a number. Half a letter, which JSON can
    tell and nobody can write, becomes a question mark.
    """
    told = isinstance(value, str | int | float) and not isinstance(value, bool)
    return str(value).encode("utf-8", "replace").decode() if told else ""


def names(values: Iterable[Any]) -> tuple[str, ...]:
    """The texts among values, each once, in order."""
    return tuple(
        dict.fromkeys(
            words(value).strip() for value in values if isinstance(value, str) and value.strip()
        )
    )


def moment(value: Any) -> Instant | None:
    """A moment as vendors write it: RFC 3339, RFC 822, or seconds since 1970; None when it is
    none, or in a zone whose name is not known here.
    """
    text = words(value).strip()
    named = _ZONE.search(text)
    if named:
        offset = numeric(named[1])
        if offset is None:
            return None
        text = f"{text[: named.start()]} {offset}"
    if text.isdecimal():
        return int(text) * 1000 if len(text) < 12 and int(text) in _EPOCHS else None
    for read in (parse_rfc3339, parse_mail_date):
        try:
            return read(text)
        except (ValueError, OverflowError):
            continue
    return None


def earliest(moments: Iterable[Instant | None]) -> Instant | None:
    """The first of the moments that are told."""
    return min((moment for moment in moments if moment is not None), default=None)


def latest(moments: Iterable[Instant | None]) -> Instant | None:
    """The last of the moments that are told."""
    return max((moment for moment in moments if moment is not None), default=None)


def plain(text: str) -> str:
    """A vendor's text without markup, on one line, not longer than is kept."""
    line = " ".join(html.unescape(_TAG.sub(" ", text[: 16 * TEXT])).split())
    return line if len(line) <= TEXT else line[: TEXT - 1] + "…"


def _told(at: Instant | None) -> str | None:
    return None if at is None else rfc3339(at)
