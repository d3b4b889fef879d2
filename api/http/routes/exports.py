"""Exports: whole datasets as streams, and the summary that tells whether all of one arrived."""

from asyncio import to_thread
from typing import Annotated, Any, Final, Literal

from fastapi import Depends, Path, Query, Request
from starlette.responses import Response, StreamingResponse

from api.documents.exports import ExportSummary
from api.http.access.door import requires
from api.http.answers.cursors import bound, unbound
from api.http.answers.encoding import answer as answered
from api.http.answers.encoding import document
from api.http.answers.errors import ProblemError, invalid
from api.http.answers.prefix import outside
from api.http.answers.refusals import refused
from api.http.held import held
from api.http.parameters import Cursor, caller
from api.http.routes.results import Wanted
from api.http.shapes import Router
from api.http.sources.export_stream import ExportStream
from api.http.sources.export_summaries import Summaries
from api.http.sources.sources import From
from coordinator.access.scopes import Scope
from coordinator.analytics.exports.dataset import Wanted as Chosen
from coordinator.analytics.exports.datasets import DATASETS
from coordinator.analytics.exports.format import COMPRESSIONS
from coordinator.analytics.exports.formats import DEFAULT, FORMATS
from coordinator.store import ResultFilter
from worker.contract.wording import enumerated

router = Router(tags=["exports"], dependencies=[requires(Scope.EXPORT)])

_FORMATS: Final = "; ".join(f"`{name}`: {made.about}" for name, made in FORMATS.items())

Name = Annotated[
    str,
    Path(description=enumerated(DATASETS, "or"), json_schema_extra={"enum": sorted(DATASETS)}),
]
FormatName = Annotated[
    str,
    Query(alias="format", description=_FORMATS, json_schema_extra={"enum": sorted(FORMATS)}),
]
Compression = Annotated[
    str | None,
    Query(
        description=f"{enumerated(COMPRESSIONS, 'or')}; without it, what suits the format",
        json_schema_extra={"enum": list(COMPRESSIONS)},
    ),
]
Columns = Annotated[
    str | None, Query(description="only these, in this order, comma-separated", max_length=1_000)
]
Most = Annotated[
    int | None, Query(ge=1, description="at most so many rows; go on with the summary's `cursor`")
]
Header = Annotated[bool, Query(description="whether a CSV begins with the names of its columns")]
Struck = Annotated[
    bool,
    Query(description="only the results that were struck, which are left out otherwise"),
]
Maintenance = Annotated[
    Literal["include", "exclude"],
    Query(
        description="whether what lies in announced maintenance is part of it:"
        " looks of `results`, whole hours of `rollups`"
    ),
]


_FREE: Final = frozenset(
    {"cursor", "limit", "format", "compression", "columns", "header", "since", "until"}
)
"""What may differ behind a cursor: how rows are written, and the times, which mostly move on."""


async def _summaries(request: Request) -> Summaries:
    return held(request, "summaries", Summaries)


Kept = Annotated[Summaries, Depends(_summaries)]
_CONTENT: Final[dict[int | str, dict[str, Any]]] = {
    200: {
        "content": {made.media_type.partition(";")[0]: {} for made in FORMATS.values()},
        "description": "the rows, in the format asked for",
    },
    **refused(400, 404, 422, 429),
}


@router.get(
    "/v1/exports/summaries/{identifier}",
    operation_id="exportSummary",
    response_model=ExportSummary,
    responses=refused(404),
)
async def summary(
    request: Request,
    kept: Kept,
    identifier: Annotated[
        str, Path(description="as the header Outscope-Export tells it", max_length=64)
    ],
) -> Response:
    """What an export gave out: rows, bytes, SHA-256, and the cursor behind its last row.

    `complete` is false while it goes on, and stays so when it was cut off: go on from `cursor`.
    `skipped` names files of the archive that could not be read.
    """
    found = kept.of(identifier)
    if found is None:
        raise ProblemError(
            "not_found", f"no export {identifier[:40]!r} is remembered by this process"
        )
    return answered(request, document(found))


@router.get(
    "/v1/exports/{name}",
    operation_id="exportDataset",
    response_class=StreamingResponse,
    responses=_CONTENT,
)
async def export(
    request: Request,
    sources: From,
    kept: Kept,
    wanted: Wanted,
    name: Name,
    format_name: FormatName = DEFAULT,
    compression: Compression = None,
    columns: Columns = None,
    cursor: Cursor = None,
    limit: Most = None,
    header: Header = True,
    struck: Struck = False,
    maintenance: Maintenance = "include",
) -> StreamingResponse:
    """All rows of a dataset that are wanted, streamed in bounded memory, in an order in which
    reading can go on.

    Without a format: what `outscope replay` reads. `Link` leads to the summary, which afterwards
    tells the exact number of rows and the checksum of the bytes. An answer that ends early is cut
    off without its last chunk, so that no client takes it for whole.

    Only so many go on at once, and so many of one client; another is refused with `429` and
    `Retry-After`. A reader that takes nothing for a minute is given up.
    """
    own = sources.exports
    place = own.places.take(caller(request))
    try:
        # in a thread, for loading Arrow takes long
        made = await to_thread(
            _made,
            name,
            format_name,
            compression,
            columns,
            wanted,
            unbound(request, cursor, _FREE),
            limit,
            header,
            struck,
            maintenance == "exclude",
        )
        await _begun(made, own.record, cursor)
        identifier = kept.keep(made, str(bound(request, "", _FREE)))
        stream = made.stream(own.record, own.threads)
        return ExportStream(
            stream, place, _media_type(made), _headers(made, identifier, outside(request, ""))
        )
    except BaseException:
        place.free()
        raise


async def _begun(made: Any, record: Any, cursor: str | None) -> None:
    try:
        await made.begin(record)
    except ValueError as error:
        raise ProblemError("bad_cursor", str(error)) if cursor else error from None


def _headers(made: Any, identifier: str, prefix: str) -> dict[str, str]:
    return {
        "content-disposition": f'attachment; filename="{made.file_name}"',
        "cache-control": "no-store",
        "outscope-schema": made.dataset.version,
        "outscope-export": identifier,
        "link": f'<{prefix}/v1/exports/summaries/{identifier}>; rel="describedby"',
    }


def _media_type(made: Any) -> str:
    if made.format.packs or made.compression == "none":
        found: str = made.format.media_type
        return found
    return {"gzip": "application/gzip", "zstd": "application/zstd"}[made.compression]


def _made(
    name: str,
    format_name: str,
    compression: str | None,
    columns: str | None,
    wanted: ResultFilter,
    cursor: str | None,
    limit: int | None,
    header: bool,
    struck: bool,
    without_maintenance: bool,
) -> Any:
    from coordinator.analytics.exports.stream import (
        Export,  # Arrow is large, and needed by exports alone
    )

    if name not in DATASETS:
        raise ProblemError(
            "not_found", f"there is no dataset {name[:40]!r}; there is {', '.join(DATASETS)}"
        )
    dataset, format_ = DATASETS[name], FORMATS.get(format_name)
    if format_ is None:
        raise invalid(
            "format", f"{format_name[:20]!r} is no format; write one of {', '.join(FORMATS)}"
        )
    pressed = compression or format_.compressions[0]
    if pressed not in format_.compressions:
        raise invalid(
            "compression", f"{format_name} is written with one of {', '.join(format_.compressions)}"
        )
    for field in ResultFilter.__slots__:
        if getattr(wanted, field) is not None and field not in dataset.filters:
            raise invalid(
                field, f"{name} cannot be filtered by it; {', '.join(sorted(dataset.filters))} can"
            )
    if struck and name != "results":
        raise invalid("struck", f"{name} holds nothing that was struck; results does")
    if without_maintenance and not dataset.maintenance:
        raise invalid(
            "maintenance", f"{name} has none to leave out; results and rollups have: looks, hours"
        )
    told = _columns(dataset, columns)
    chosen = Chosen(told, wanted, cursor, limit, struck, without_maintenance)
    return Export(dataset, format_, pressed, chosen, header)


def _columns(dataset: Any, told: str | None) -> tuple[str, ...]:
    names = tuple(dataset.schema.names)
    if told is None:
        return names
    chosen = tuple(name.strip() for name in told.split(","))
    for name in chosen:
        if name not in names:
            raise invalid(
                "columns", f"{dataset.name} has no column {name[:40]!r}; it has {', '.join(names)}"
            )
    if len(set(chosen)) != len(chosen):
        raise invalid("columns", "a column is named twice")
    return chosen
