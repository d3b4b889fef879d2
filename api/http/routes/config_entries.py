"""What the configuration lists, one by one: services with their components and checks, regions,
rules of notify, announced maintenance, status pages. What is written here is managed by the API
from then on; what a file manages is not changed unless that is said.
"""

import json
from collections.abc import Callable, Mapping
from typing import Annotated, Any, Final

from fastapi import Path, Request
from starlette.convertors import PathConvertor, register_url_convertor
from starlette.responses import Response

from api.documents.configuration import Changed, EntryView
from api.http.answers.bodies import read_body
from api.http.answers.encoding import Document, answer, encode
from api.http.answers.errors import ProblemError, wrong_body
from api.http.answers.refusals import refused
from api.http.routes.config import ANSWERS, Making, TakeOver, Writer, changed
from api.http.shapes import Router
from api.http.sources.configuring import Wish, change, changed_by_api, etag_of
from api.http.sources.sources import From, Sources
from coordinator.configuration import Configuration, written
from coordinator.configuration.changing.managed import LISTS
from coordinator.configuration.changing.managed import put as managed_put
from coordinator.configuration.changing.managed import removed as managed_removed
from worker.contract.message import IDENTIFIER

router = Router(tags=["configuration"])

_OTHERS: Final = "(regions|notify|maintenance|status_pages)"
_ID: Final = IDENTIFIER.strip("^$")


class EntryPath(PathConvertor):
    """A path that leads to an entry, so that what else lies below `/v1/config` is no entry."""

    regex = "(?:services|regions|notify|maintenance|status_pages)/.+"


register_url_convertor("entry", EntryPath())
ADDRESS: Final = "/v1/config/{place:entry}"
Place = Annotated[
    str,
    Path(
        pattern=f"^(services/{_ID}(/components/{_ID}(/checks/{_ID})?)?|{_OTHERS}/{_ID})$",
        max_length=300,
        description="`services/ID`, `services/ID/components/ID`,"
        " `services/ID/components/ID/checks/ID`, `regions/ID`, `notify/ID`,"
        " `maintenance/ID` or `status_pages/ID`",
        examples=["services/claude/components/api/checks/claude-api"],
    ),
]
_ANSWERS: Final = {**ANSWERS, **refused(404)}
_OBJECT: Final = {"schema": {"type": "object"}}
_BODY: Final = {"requestBody": {"required": True, "content": {"application/json": _OBJECT}}}
_PATCH: Final = {
    "requestBody": {"required": True, "content": {"application/merge-patch+json": _OBJECT}}
}
Entry = dict[str, Any]
Edit = Callable[[Entry | None], Entry | None]
"""From an entry as it is, or None, to what it shall be; None removes it."""


def _steps(path: str) -> list[tuple[str, str]]:
    """`services/claude/components/api` as [("services", "claude"), ("components", "api")]."""
    parts = path.split("/")
    return list(zip(parts[::2], parts[1::2], strict=True))


def found_in(document: Mapping[str, Any], steps: list[tuple[str, str]]) -> Entry | None:
    """The entry at a place; None when there is none."""
    entry: Mapping[str, Any] | None = document
    for kind, identifier in steps:
        entries = (entry or {}).get(kind, ())
        entry = next((one for one in entries if one.get("id") == identifier), None)
    return None if entry is None else dict(entry)


def edited(entry: Mapping[str, Any], steps: list[tuple[str, str]], edit: Edit) -> Entry:
    """An entry after an edit of what lies at a place in it; the order is kept."""
    (kind, identifier), *deeper = steps
    entries = list(entry.get(kind, ()))
    at = next((n for n, one in enumerate(entries) if one.get("id") == identifier), len(entries))
    old = entries[at] if at < len(entries) else None
    if deeper and old is None:
        raise _unknown(kind, identifier)
    new = edited(old, deeper, edit) if deeper and old is not None else edit(old)
    entries[at : at + 1] = [] if new is None else [new]
    return {**entry, kind: entries}


def merged(old: Any, patch: Any) -> Any:
    """JSON merge patch (RFC 7396)."""
    if not isinstance(patch, dict):
        return patch
    base = dict(old) if isinstance(old, dict) else {}
    for key, value in patch.items():
        if value is None:
            base.pop(key, None)
        else:
            base[key] = merged(base.get(key), value)
    return base


@router.get(
    ADDRESS, operation_id="getConfigEntry", response_model=EntryView, responses=refused(404, 422)
)
async def get(request: Request, sources: From, _who: Writer, place: Place) -> Response:
    """One entry of the configuration, as a file would have it."""
    version, document = await sources.store.configurations.current() or (0, {})
    steps = _steps(place)
    entry = found_in(written(document), steps)
    if entry is None:
        raise _unknown(*steps[-1])
    return answer(request, Document(encode(entry), etag_of(version), keep="private, no-cache"))


@router.put(
    ADDRESS,
    operation_id="putConfigEntry",
    response_model=Changed,
    responses=_ANSWERS,
    openapi_extra=_BODY,
)
async def put(
    request: Request,
    sources: From,
    who: Writer,
    place: Place,
    how: Making,
    take_over: TakeOver = False,
) -> Response:
    """Create an entry, or replace it with all that is in it. A repeat changes nothing."""
    entry = await _object(request, _steps(place)[-1][1])
    wish = how.wish(who, "configuration put", place)
    return await _edit(sources, place, lambda _: entry, wish, take_over=take_over)


@router.patch(
    ADDRESS,
    operation_id="patchConfigEntry",
    response_model=Changed,
    responses=_ANSWERS,
    openapi_extra=_PATCH,
)
async def patch(
    request: Request,
    sources: From,
    who: Writer,
    place: Place,
    how: Making,
    take_over: TakeOver = False,
) -> Response:
    """Change values of an entry by a JSON merge patch (RFC 7396): null removes a value, and lists
    are replaced whole.
    """
    kind, identifier = _steps(place)[-1]
    asked = await _object(request, identifier)

    def edit(old: Entry | None) -> Entry:
        if old is None:
            raise _unknown(kind, identifier)
        found: Entry = merged(old, asked)
        return found

    wish = how.wish(who, "configuration patched", place)
    return await _edit(sources, place, edit, wish, take_over=take_over)


@router.delete(
    ADDRESS,
    operation_id="deleteConfigEntry",
    response_model=Changed,
    responses=refused(404, 409, 412, 422),
)
async def delete(
    sources: From,
    who: Writer,
    place: Place,
    how: Making,
    take_over: TakeOver = False,
) -> Response:
    """Remove an entry. What is not there is removed already: a repeat changes nothing."""
    wish = how.wish(who, "configuration removed", place)
    return await _edit(sources, place, lambda _: None, wish, take_over=take_over)


async def _edit(
    sources: Sources, place: str, edit: Edit, wish: Wish, *, take_over: bool
) -> Response:
    """Edit the entry at a place: the whole service or region that it lies in is the API's then."""
    (kind, identifier), *deeper = _steps(place)

    def within(document: Entry) -> Entry:
        old = found_in(document, [(kind, identifier)])
        if not deeper:
            new = edit(old)
        elif old is None:
            raise _unknown(kind, identifier)
        else:
            new = edited(old, deeper, edit)
        if new is None:
            return dict(managed_removed(document, kind, identifier, take_over=take_over))
        return dict(managed_put(document, kind, new, take_over=take_over))

    def made(stored: Entry | None) -> Configuration:
        return changed_by_api(stored, within)

    return changed(await change(sources.store, made, wish))


async def _object(request: Request, identifier: str) -> Entry:
    """The body, which may leave its id out, and has no other than the address."""
    body = await read_body(request)
    try:
        value = json.loads(body)
    except (ValueError, RecursionError):
        raise wrong_body("body", "is not JSON") from None
    if not isinstance(value, dict):
        raise wrong_body("body", "is not an object")
    if value.get("id", identifier) != identifier:
        raise wrong_body("id", f"is not {identifier!r}, as the address says; leave it out")
    return {"id": identifier, **value}


def _unknown(kind: str, identifier: str) -> ProblemError:
    return ProblemError(
        "not_configured", f"There is no {_called(kind)} {identifier!r} in the configuration"
    )


def _called(kind: str) -> str:
    return LISTS.get(kind, kind.removesuffix("s"))
