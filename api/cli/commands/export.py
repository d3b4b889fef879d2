"""`outscope export`: a whole dataset, checked against the count and the sum of the server."""

import sys
from pathlib import Path
from typing import Annotated, Final

import typer

from api.cli.files.download import Order, download, print_all
from api.cli.files.output import Force, output
from api.cli.options.api_options import DEFAULT_URL, Token, Url, api_client
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
from api.cli.terminal.outside import say
from coordinator.analytics.exports.datasets import DATASETS
from coordinator.analytics.exports.format import COMPRESSIONS, PACKED_SUFFIX
from coordinator.analytics.exports.formats import DEFAULT, FORMATS, named
from worker.contract.wording import enumerated

_PACKED: Final = {suffix: name for name, suffix in PACKED_SUFFIX.items() if suffix}
_PACKINGS: Final = enumerated(COMPRESSIONS, "or")
_CONTINUED: Final = [name for name, made in FORMATS.items() if made.continues]

Dataset = Annotated[str, typer.Argument(help=f"{enumerated(DATASETS, 'or')}.")]
Format = Annotated[
    str | None,
    typer.Option(
        "--format",
        help=f"{enumerated(FORMATS, 'or')}; default: by FILE, else {DEFAULT}.",
    ),
]
Out = Annotated[
    str | None,
    typer.Option(help="File or folder/ to write; .gz and .zst are packed.", metavar="FILE"),
]
Compression = Annotated[
    str | None,
    typer.Option(help=f"{_PACKINGS}; default: by FILE, else by the format."),
]
Columns = Annotated[str | None, typer.Option(help="Only these, comma-separated.", metavar="NAMES")]
Resume = Annotated[
    bool,
    typer.Option(
        "--resume", help=f"Go on with FILE where it was broken off ({enumerated(_CONTINUED)})."
    ),
]
Cursor = Annotated[
    str | None, typer.Option(help="Only what lies behind it: the cursor that an export printed.")
]
Excel = Annotated[
    bool,
    typer.Option("--excel", help="CSV that Excel reads as it is: with a byte order mark."),
]
Struck = Annotated[
    bool,
    typer.Option(
        "--struck", help="Only results that were struck (region strike), otherwise left out."
    ),
]
Without = Annotated[
    bool,
    typer.Option(
        "--without-maintenance",
        help="Leave announced maintenance out: looks of results, whole hours of rollups.",
    ),
]


def export(
    dataset: Dataset = "results",
    format: Format = None,  # noqa: A002 - the name of the flag
    excel: Excel = False,
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
    struck: Struck = False,
    without_maintenance: Without = False,
    resume: Resume = False,
    force: Force = False,
    cursor: Cursor = None,
    url: Url = DEFAULT_URL,
    token: Token = None,
) -> None:
    """Write a dataset to FILE or standard output: hot and archived results as one, in the order of
    receipt.

    At the end, rows and checksum are compared with what the server counted. Exit code 1 when they
    differ, or when files of the archive could not be read. A server that has no room for another
    export is asked again when it says so, for ten minutes.
    """
    if excel and format not in (None, "csv", "excel"):
        say("--excel writes CSV; leave --format out", err=True)
        raise typer.Exit(2)
    format = "excel" if excel else format  # noqa: A001 - as above
    path = None if out is None else output(out, _name(dataset, format, compression), force=force)
    by_name, packed = _named(path)
    query = {
        "format": format or by_name,
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
        "struck": struck or None,
        "maintenance": "exclude" if without_maintenance else None,
    }
    order = Order(dataset, query, FORMATS.get(format or by_name), cursor)
    if resume and (path is None or not order.continues):
        suffixes = enumerated((FORMATS[name].suffixes[0] for name in _CONTINUED), "or")
        say(
            f"--resume needs --out FILE with a name that ends in {suffixes}"
            f" (or packed: {', '.join(_PACKED)})",
            err=True,
        )
        raise typer.Exit(2)
    with api_client(url, token) as client:
        whole = (
            print_all(client, order, sys.stdout.buffer)
            if path is None
            else download(client, order, path, resume=resume, force=force)
        )
    raise typer.Exit(0 if whole else 1)


def _name(dataset: str, wanted: str | None, compression: str | None) -> str:
    """What the file of an export is called in a folder."""
    made = FORMATS.get(wanted or DEFAULT, FORMATS[DEFAULT])
    packed = "" if made.packs else PACKED_SUFFIX.get(compression or "none", "")
    return f"{dataset}{made.suffixes[0]}{packed}"


def _named(out: Path | None) -> tuple[str, str | None]:
    """Format and packing (None when there is none) of a file by its name."""
    if out is None:
        return DEFAULT, None
    packed = _PACKED.get(out.suffix)
    made = named(out.stem if packed else out.name)
    return made.name if made else DEFAULT, packed
