"""Who manages what: a service, region, rule of notify or announced maintenance is of a file that is
applied, or of the API, and neither overwrites what is the other's without being told to.

What the API manages is named in the stored document; everything else is of the file.
"""

from collections.abc import Mapping
from typing import Any, Final, TypeAlias

from coordinator.configuration.configuration import Configuration, from_document

MARKS: Final = "managed_by_api"
"""The key of the stored document: ids of each list, such as `{"services": ["shop"]}`."""
LISTS: Final = {
    "regions": "region",
    "services": "service",
    "notify": "rule of notify",
    "maintenance": "maintenance",
    "status_pages": "status page",
}
"""The lists of the document, and what one of them is called."""
Document: TypeAlias = Mapping[str, Any]


class ManagedError(ValueError):
    """A thing is managed otherwise; the sentence says by what, and what to do."""

    code = "managed_elsewhere"


def of_api(document: Document, kind: str) -> frozenset[str]:
    """The ids of a kind that the API manages."""
    return frozenset(document.get(MARKS, {}).get(kind, ()))


def applied(stored: Document | None, new: Configuration, *, take_over: bool) -> Configuration:
    """A file's configuration over what is stored: with what the API manages, which a file does not
    know. ManagedError when the file has such a thing itself, unless it is to take that over.
    """
    document, marks = dict(new.document), dict[str, list[str]]()
    for kind in LISTS:
        in_file = {entry["id"] for entry in document.get(kind, ())}
        managed = of_api(stored or {}, kind)
        if (both := sorted(managed & in_file)) and not take_over:
            raise ManagedError(_both(kind, both[0]))
        left = [
            entry
            for entry in (stored or {}).get(kind, ())
            if entry["id"] in managed and entry["id"] not in in_file
        ]
        if left:
            document[kind] = [*document.get(kind, ()), *left]
            marks[kind] = sorted(entry["id"] for entry in left)
    return from_document({**document, MARKS: marks}) if marks else new


def put(document: Document, kind: str, entry: Mapping[str, Any], *, take_over: bool) -> Document:
    """The document with this entry of a list, by the API, in its old place or at the end."""
    identifier = entry["id"]
    check_own(document, kind, identifier, take_over=take_over)
    there = [one["id"] for one in document.get(kind, ())]
    entries = [entry if one["id"] == identifier else one for one in document.get(kind, ())]
    if identifier not in there:
        entries.append(entry)
    return _marked({**document, kind: entries}, kind, of_api(document, kind) | {identifier})


def removed(document: Document, kind: str, identifier: str, *, take_over: bool) -> Document:
    """The document without it; the same when it is not there."""
    check_own(document, kind, identifier, take_over=take_over)
    entries = [one for one in document.get(kind, ()) if one["id"] != identifier]
    return _marked({**document, kind: entries}, kind, of_api(document, kind) - {identifier})


def check_own(document: Document, kind: str, identifier: str, *, take_over: bool) -> None:
    """ManagedError when it is a file's, and not to be taken over."""
    there = any(one["id"] == identifier for one in document.get(kind, ()))
    if there and not take_over and identifier not in of_api(document, kind):
        raise ManagedError(
            f"{LISTS[kind]} {identifier!r} is of a file that was applied: change it there, or take"
            " it over with `take_over=true`, after which the file must not have it any more"
        )


def _marked(document: Mapping[str, Any], kind: str, managed: frozenset[str]) -> Document:
    marks = {**document.get(MARKS, {}), kind: sorted(managed)}
    kept = {name: ids for name, ids in marks.items() if ids}
    without = {key: value for key, value in document.items() if key != MARKS}
    return {**without, MARKS: kept} if kept else without


def _both(kind: str, identifier: str) -> str:
    return (
        f"{LISTS[kind]} {identifier!r} is managed by the API, and the file has it, too: take it out"
        " of the file, or have the file take it over with --take-over"
    )
