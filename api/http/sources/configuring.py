"""Changes of the configuration over HTTP: validated by what validates a file, told in the same
words, and never over a version that the client did not see.
"""

import asyncio
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Final, TypeAlias

from api.configuration import parameter_models
from api.documents.configuration import Changed, changes_view, pointer
from api.http.answers.errors import ProblemError
from api.http.answers.packing import plain_etag
from coordinator.configuration import (
    Change,
    Configuration,
    ConfigurationError,
    changes,
    from_document,
    load_document,
)
from coordinator.configuration.changing.managed import MARKS, ManagedError
from coordinator.configuration.changing.written import written
from coordinator.store import Store
from coordinator.store.audit import Entry, digest_of
from worker.contract.clock import now

MOST_BYTES: Final = 4_000_000
_TRIES: Final = 5
Document: TypeAlias = dict[str, Any]
Make: TypeAlias = Callable[[Document | None], Configuration]
"""From the document that is stored to the configuration that it shall be."""


@dataclass(frozen=True, slots=True)
class Wish:
    """How a change is to be made."""

    line: Callable[[str, str], Entry]
    """The line of the audit log, of the digests of what was before and is then."""
    if_match: str | None = None
    dry_run: bool = False


def etag_of(version: int) -> str:
    """The strong ETag of a version."""
    return f'"v{version}"'


async def change(store: Store, make: Make, wish: Wish) -> Changed:
    """Make a change, or say what it would do. A problem when it cannot be made; then nothing is
    changed.
    """
    for _ in range(_TRIES):
        found = await store.configurations.current()
        version, document = found or (0, None)
        _matching(wish.if_match, version)
        configuration = await asyncio.to_thread(_made, make, document)
        _without_new_files(configuration.document, document or {})
        old = from_document(document) if document else None
        changed = changes(old, configuration)
        new = dict(configuration.document)
        if wish.dry_run or new == document:
            return _told(version, changed, applied=False)
        before = digest_of(document) if document else ""
        line = wish.line(before, digest_of(new))
        saved = await store.configurations.save(new, now(), version, line)
        if saved is not None:
            return _told(saved, changed, applied=True)
    raise ProblemError("changed_meanwhile", "It is changed all the time; try again")


def _told(version: int, changed: list[Change], *, applied: bool) -> Changed:
    return {"version": version, "applied": applied, "changes": changes_view(changed)}


def _matching(if_match: str | None, version: int) -> None:
    if if_match is None or if_match.strip() == "*":
        return
    tags = {plain_etag(tag.strip()) for tag in if_match.split(",")}
    if etag_of(version) not in tags:
        raise ProblemError(
            "changed_meanwhile",
            f"version {version} is in force, which is not the one of `If-Match`: read it, and make"
            " the change to that one",
        )


def _made(make: Make, document: Document | None) -> Configuration:
    try:
        return make(document)
    except ConfigurationError as error:
        mistakes = [
            {"pointer": pointer(one.path), "message": one.text, "line": one.line}
            for one in error.mistakes
        ]
        first = mistakes[0]
        detail = f"{first['pointer'] or 'the document'}: {first['message']}"
        raise ProblemError("invalid_configuration", detail, errors=mistakes) from None
    except ManagedError as error:
        raise ProblemError("managed_elsewhere", str(error)) from None


def loaded(text: str) -> Configuration:
    """The configuration of a body in YAML or JSON."""
    return load_document(text, "body", parameter_models())


def _without_new_files(new: Mapping[str, Any], old: Mapping[str, Any]) -> None:
    """A file of this machine is named by who may write one there: `outscope apply`."""
    known = {entry["id"]: entry.get("feed") for entry in old.get("maintenance", ())}
    for number, entry in enumerate(new.get("maintenance", ())):
        feed = str(entry.get("feed") or "")
        if feed.startswith("file:") and feed != known.get(entry["id"]):
            at, told = f"/maintenance/{number}/feed", "a file is named by `outscope apply` alone"
            mistakes = [{"pointer": at, "message": told, "line": None}]
            raise ProblemError("invalid_configuration", f"{at}: {told}", errors=mistakes)


def changed_by_api(
    document: Document | None, edit: Callable[[Document], Document]
) -> Configuration:
    """The configuration after an edit of what is written; `edit` gets and gives the document as a
    file has it, with its marks.
    """
    stored = document or {}
    marks = {MARKS: stored[MARKS]} if MARKS in stored else {}
    edited: Mapping[str, Any] = edit({**written(stored), **marks})
    text = json.dumps({key: value for key, value in edited.items() if key != MARKS})
    found = loaded(text)
    if MARKS not in edited:
        return found
    return from_document({**found.document, MARKS: edited[MARKS]})
