"""`outscope export`: a whole dataset, checked against the count and the sum of the server."""

import sys
from pathlib import Path
from typing import Annotated

import typer

from api.cli.files.download import Order, download, print_all
from api.cli.options.api_options import DEFAULT_URL, Url, api_client
from api.cli.options.filters import (
    Check,
    Component,
    Ok,
    Reason,
    Region,
    Service,
    Since,
    Until,
    Worker,
)

Dataset = Annotated[str, typer.Argument(help="results, rollups, incidents, verdicts or workers.")]
Format = Annotated[
    str | None,
    typer.Option(
        "--format", help="ndjson, csv, parquet, arrow or json; default: by FILE, else ndjson."
    ),
]
Out = Annotated[
    Path | None, typer.Option(help="File to write; .gz and .zst are packed.", metavar="FILE")
]
Compression = Annotated[
    str | None, typer.Option(help="none, gzip or zstd; default: by FILE, else by the format.")
]
Columns = Annotated[str | None, typer.Option(help="Only these, comma-separated.", metavar="NAMES")]
Resume = Annotated[
    bool, typer.Option("--resume", help="Go on with FILE where it was broken off (csv and ndjson).")
]
Cursor = Annotated[
    str | None, typer.Option(help="Only what lies behind it: the cursor that an export printed.")
]
SUFFIXES = {
    ".ndjson": "ndjson",
    ".jsonl": "ndjson",
    ".csv": "csv",
    ".parquet": "parquet",
    ".arrow": "arrow",
}
SUFFIXES |= {".arrows": "arrow", ".json": "json"}
PACKED = {".gz": "gzip", ".zst": "zstd"}


def export(
    dataset: Dataset = "results",
    format: Format = None,  # noqa: A002 - the name of the flag
    out: Out = None,
    compression: Compression = None,
    columns: Columns = None,
    service: Service = None,
    component: Component = None,
    region: Region = None,
    worker: Worker = None,
    check: Check = None,
    reason: Reason = None,
    ok: Ok = None,
    since: Since = None,
    until: Until = None,
    resume: Resume = False,
    cursor: Cursor = None,
    url: Url = DEFAULT_URL,
) -> None:
    """Write a dataset to FILE or standard output: hot and archived results as one, in the order of
    receipt.

    At the end, rows and checksum are compared with what the server counted. Exit code 1 when they
    differ, or when files of the archive could not be read.
    """
    packed = PACKED.get(out.suffix) if out else None
    inner = Path(out.stem).suffix if out and packed else out.suffix if out else ""
    query = {
        "format": format or SUFFIXES.get(inner, "ndjson"),
        "compression": compression or packed,
        "columns": columns,
        "service": service,
        "component": component,
        "region": region,
        "worker": worker,
        "check": check,
        "reason": reason,
        "ok": ok,
        "since": since,
        "until": until,
    }
    if resume and (out is None or query["format"] not in ("csv", "ndjson")):
        typer.echo(
            "--resume needs --out FILE with a name that ends in .csv or .ndjson (or packed: .gz,"
            " .zst)",
            err=True,
        )
        raise typer.Exit(2)
    order = Order(dataset, query, cursor)
    with api_client(url) as client:
        whole = (
            print_all(client, order, sys.stdout.buffer)
            if out is None
            else download(client, order, out, resume)
        )
    raise typer.Exit(0 if whole else 1)
