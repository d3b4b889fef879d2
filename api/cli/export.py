"""`outscope export`: all result records wanted, for analysts and for `outscope replay`."""

import sys
from collections.abc import Iterable
from pathlib import Path
from typing import Annotated

import typer

from api.cli.asking import DEFAULT_URL, Url, asking
from api.cli.beside import beside
from api.cli.filters import Check, Component, Ok, Reason, Region, Service, Since, Until, Worker

Format = Annotated[str, typer.Option("--format", help="ndjson: one JSON record a line.")]
Out = Annotated[Path | None, typer.Option(help="File to write, gzip when it ends in .gz.", metavar="FILE")]


def export(
    format: Format = "ndjson",  # noqa: A002 - the name of the flag
    out: Out = None,
    service: Service = None,
    component: Component = None,
    region: Region = None,
    worker: Worker = None,
    check: Check = None,
    reason: Reason = None,
    ok: Ok = None,
    since: Since = None,
    until: Until = None,
    url: Url = DEFAULT_URL,
) -> None:
    """Write result records to FILE or standard output, in the order in which they were received."""
    query = {
        "format": format,
        "compression": "gzip" if out and out.suffix == ".gz" else "none",
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
    with asking(url) as client:
        parts = client.stream("exports", "results", query=query)
        if out is None:
            _print(parts)
        else:
            _write(out, parts)


def _print(parts: Iterable[bytes]) -> None:
    for part in parts:
        sys.stdout.buffer.write(part)
    sys.stdout.buffer.flush()


def _write(path: Path, parts: Iterable[bytes]) -> None:
    with beside(path) as file:
        for part in parts:
            file.write(part)
