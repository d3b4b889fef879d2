"""Announcing maintenance as an operator, by command line or request: validated as in a file, and
against what is configured and announced.
"""

from collections.abc import Mapping
from typing import Any, Final

from pydantic import ValidationError

from coordinator.circumstances.calendar import AHEAD_MS, OPERATOR, operator_times
from coordinator.configuration import from_document
from coordinator.configuration.circumstances.entries import MaintenanceEntry, canonical
from coordinator.configuration.circumstances.windows import window_of, windows_of
from coordinator.configuration.reading.mistake import did_you_mean
from coordinator.domain.maintenance.expansion import occurrences, overlaps
from coordinator.domain.maintenance.window import DAY_MS, Occurrence
from coordinator.domain.model.topology import Topology
from coordinator.store import Store
from coordinator.store.audit import Entry
from worker.contract.instant import Instant, rfc3339

_FAR_MS: Final = 36_600 * DAY_MS
_MOST_NOTES: Final = 3


class AnnouncementError(ValueError):
    """It cannot be announced; the sentence says why and what to do."""


def announcement_from(given: Mapping[str, Any]) -> dict[str, Any]:
    """The canonical entry of a window that is given as a file would have it. ValidationError names
    each mistake.
    """
    entry = MaintenanceEntry.model_validate(dict(given))
    if entry.begins is None:
        raise ValidationError.from_exception_data(
            "maintenance",
            [
                {
                    "type": "value_error",
                    "loc": ("from",),
                    "input": None,
                    "ctx": {"error": ValueError("is missing; feeds and pages go in the file")},
                }
            ],
        )
    return canonical(entry)


async def announce(
    store: Store, entry: Mapping[str, Any], by: str, at: Instant, *lines: Entry
) -> list[str]:
    """Announce a window; sentences that say when it comes next and with what it overlaps. `lines`
    of the audit log are written with it.

    AnnouncementError when it never comes from now on, names what is not configured, or its id is
    taken.
    """
    window = window_of(entry, OPERATOR)
    coming = occurrences(window, at, at + _FAR_MS, 1)
    if not coming:
        raise AnnouncementError(f"{window.id} is over already; announce it before it begins")
    found = await store.configurations.current()
    document = found[1] if found else {}
    _know(entry, from_document(document).topology)
    until = at + AHEAD_MS
    others = [
        *(one for w in windows_of(document) for one in occurrences(w, at, until)),
        *await store.maintenance_times.between(at, until),
    ]
    meets = overlaps(occurrences(window, at, until), others)
    if not await store.maintenance.add(entry, by, at, *lines):
        raise AnnouncementError(f"{window.id!r} is announced already; choose another id")
    first = coming[0]
    notes = [f"{window.id} comes from {rfc3339(first.since)} until {rfc3339(first.until)}."]
    distinct = {(one.source, one.window): one for one in reversed(meets)}
    notes += [
        f"It overlaps with {one.window} ({one.source}) from {rfc3339(one.since)}; both count."
        for one in list(distinct.values())[:_MOST_NOTES]
    ]
    return notes


async def upcoming(store: Store, at: Instant, days: int = 31) -> list[Occurrence]:
    """The times that go on or come within so many days, in order; those that were announced a
    moment ago, too.
    """
    until = at + min(days, 31) * DAY_MS
    known = await store.maintenance_times.between(at, until)
    found = [one for one in known if one.source != OPERATOR]
    for one in await store.maintenance.all():
        times = operator_times(one, at, until)
        found += (time for time in times if time.until > at)
    return sorted(found, key=lambda one: (one.since, one.key))


def _know(entry: Mapping[str, Any], topology: Topology) -> None:
    parts = [f"{one.id}/{part.id}" for one in topology.services for part in one.components]
    there = {"services": [*topology.service, *parts], "regions": [*topology.region]}
    for key, known in there.items():
        strange = sorted({*entry.get(key, ())} - {*known})
        if strange:
            raise AnnouncementError(
                f"{strange[0]!r} is not one of the {key}; {did_you_mean(strange[0], known)}"
            )
