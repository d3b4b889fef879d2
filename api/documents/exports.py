"""The summary of an export."""

from typing import Annotated

from pydantic import Field
from typing_extensions import TypedDict


class ExportSummary(TypedDict):
    """What an export gave out so far; `complete` once all of it was."""

    id: str
    dataset: str
    schema: Annotated[str, Field(description="name and version of the columns, such as results/1")]
    format: str
    compression: str
    columns: list[str]
    rows: int
    bytes: int
    sha256: Annotated[
        str, Field(description="of the bytes, hexadecimal; empty until it is complete")
    ]
    cursor: Annotated[
        str | None, Field(description="stands behind the last row; null before the first")
    ]
    complete: bool
    skipped: Annotated[
        dict[str, str], Field(description="files of the archive that could not be read, and why")
    ]
