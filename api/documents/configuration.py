"""The configuration as it is read and changed over HTTP."""

from collections.abc import Iterable
from typing import Annotated, Any, Literal, Required

from pydantic import ConfigDict, Field, with_config
from typing_extensions import TypedDict

from api.documents.words import Time
from coordinator.configuration import Change


class FieldChange(TypedDict):
    """One value that changes, as text."""

    name: str
    old: str
    new: str


class ChangeView(TypedDict):
    """One thing that changes."""

    verb: Literal["added", "changed", "removed"]
    what: Annotated[str, Field(description="`service`, `region`, `check`, ...")]
    id: str
    fields: list[FieldChange]


class Configured(TypedDict):
    """The configuration of one version, as a file would have it."""

    version: Annotated[int, Field(description="0 before anything was applied")]
    document: dict[str, Any]
    managed_by_api: Annotated[
        dict[str, list[str]],
        Field(description="ids of services and regions that the API manages; the rest is a file's"),
    ]


@with_config(ConfigDict(extra="allow"))
class EntryView(TypedDict, total=False):
    """A service, component, check or region, as a file would have it."""

    id: Required[str]
    name: str


class Changed(TypedDict):
    """What came of a change."""

    version: Annotated[int, Field(description="in force now")]
    applied: Annotated[bool, Field(description="false after a dry run, and when nothing changes")]
    changes: list[ChangeView]


class VersionView(TypedDict):
    """A version of the configuration."""

    version: int
    applied_at: Time


class Versions(TypedDict):
    """The last 100 versions, the newest first."""

    items: list[VersionView]


def changes_view(changes: Iterable[Change]) -> list[ChangeView]:
    """A diff, thing by thing and field by field."""
    return [
        {"verb": one.verb, "what": one.what, "id": one.id, "fields": _fields(one)}
        for one in changes
    ]


def _fields(change: Change) -> list[FieldChange]:
    return [{"name": name, "old": old, "new": new} for name, old, new in change.fields]


def pointer(path: str) -> str:
    """`services[0].id` as a JSON pointer (RFC 6901): `/services/0/id`."""
    parts = path.replace("[", ".").replace("]", "").split(".") if path else []
    return "".join(f"/{part.replace('~', '~0').replace('/', '~1')}" for part in parts)
