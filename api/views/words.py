"""The types that the documents share."""

from typing import Annotated, Generic, Literal, TypeVar

from pydantic import Field
from typing_extensions import TypedDict  # the standard one cannot be generic before Python 3.12

Time = Annotated[
    str,
    Field(
        description="RFC 3339, UTC, milliseconds",
        examples=["2026-03-01T14:32:07.120Z"],
        json_schema_extra={"format": "date-time"},
    ),
]

SeverityWord = Literal["operational", "degraded", "outage"]
ScopeWord = Literal["none", "regional", "component", "system_wide", "unknown"]
FitnessWord = Literal["fit", "unfit", "silent"]
CellWord = Literal["well", "degraded", "bad", "unknown"]
StateWord = Literal["well", "degraded", "bad", "unknown"]
"""The one word that a colour, a shape or an exit code needs."""

T = TypeVar("T")


class Items(TypedDict, Generic[T]):
    """All there is."""

    items: list[T]


class Page(TypedDict, Generic[T]):
    """One page, newest first. Ask again with `cursor` set to `next`; null means that this was the last."""

    items: list[T]
    next: Annotated[str | None, Field(description="opaque; valid as `cursor` of the same query")]
