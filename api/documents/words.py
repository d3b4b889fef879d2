"""The types that the documents share."""

from typing import Annotated, Literal

from pydantic import Field

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
TroubleWord = Literal["", "junk", "flooding", "filling"]
CellWord = Literal["well", "degraded", "bad", "unknown"]
StateWord = Literal["well", "degraded", "bad", "unknown"]
"""The one word that a colour, a shape or an exit code needs."""

Next = Annotated[
    str | None, Field(description="opaque; ask again with it as `cursor`; null on the last page")
]
