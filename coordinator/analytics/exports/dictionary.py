"""The data dictionary: every column of every dataset, its type and what it means, from the schemas
themselves.
"""

from collections.abc import Iterator, Mapping
from typing import Any, TypedDict

import pyarrow as pa

from coordinator.analytics.exports.dataset import Dataset
from coordinator.result_files.columns import DESCRIPTION, is_json


class Column(TypedDict):
    """What is said of a column."""

    name: str
    type: str
    nullable: bool
    meaning: str


def columns(dataset: Dataset) -> Iterator[Column]:
    """The columns of a dataset, in order."""
    for field in dataset.schema:
        yield Column(
            name=field.name,
            type=_type(field.type, is_json(field)),
            nullable=field.nullable,
            meaning=(field.metadata or {}).get(DESCRIPTION, b"").decode(),
        )


def page(datasets: Mapping[str, Dataset]) -> Iterator[str]:
    """The lines of the reference page."""
    yield "# Data dictionary\n"
    yield (
        "The datasets of `outscope export`, `outscope dataset`, `GET /v1/exports/...` and of the"
        " archive."
    )
    yield (
        "Parquet and Arrow files carry the same words in the metadata of their columns. The number"
        " behind a schema's"
    )
    yield (
        "name rises when a column goes away or changes its meaning; new columns may come at the end"
        " without that."
    )
    for dataset in datasets.values():
        yield (
            f"\n## {dataset.name}\n\n{dataset.about} Schema `{dataset.version}`; rows come"
            f" {dataset.order}.\n"
        )
        yield (
            f"With `--cursor`, behind the cursor of an earlier export, comes {dataset.increment}.\n"
        )
        if dataset.maintenance:
            yield f"With `--without-maintenance`, {dataset.maintenance} are left out.\n"
        yield "| column | type | null | |\n|---|---|---|---|"
        for told in columns(dataset):
            yield (
                f"| `{told['name']}` | {told['type']} | {'yes' if told['nullable'] else 'no'} |"
                f" {told['meaning']} |"
            )
    yield ""


def _type(kind: Any, json: bool) -> str:
    if json:
        return "JSON"
    if pa.types.is_dictionary(kind) or pa.types.is_string(kind):
        return "text"
    if pa.types.is_timestamp(kind):
        return "time, UTC, milliseconds"
    if pa.types.is_list(kind):
        return "list of text"
    return {"bool": "true or false", "double": "number"}.get(str(kind), "whole number")
