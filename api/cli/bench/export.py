"""`outscope bench export`: rows a second from the archive into a file, and what DuckDB makes of the
same data.
"""

import json
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Annotated, Any, Final

import typer

from api.cli.terminal.outside import say

FORMATS: Final = ("parquet", "csv", "ndjson")


def export(
    rows: Annotated[
        int, typer.Option(help="About so many results.", min=10_000, max=100_000_000)
    ] = 1_000_000,
    format: Annotated[str, typer.Option(help="parquet, csv, ndjson, or all.")] = "parquet",  # noqa: A002
    as_json: Annotated[bool, typer.Option("--json", help="Print the figures as JSON.")] = False,
) -> None:
    """Measure exports: an archive of made-up results is written to a file, in the order of receipt.

    The ratio is to DuckDB's own COPY of the same files in any order, on as many cores as it likes;
    it needs outscope[analysis] and is null without. Needs some 700 bytes of disk a result while it
    runs.
    """
    chosen = FORMATS if format == "all" else (format,)
    if unknown := [name for name in chosen if name not in FORMATS]:
        say(f"{unknown[0]!r} is not measured; write one of {', '.join(FORMATS)}, all", err=True)
        raise typer.Exit(2)
    with tempfile.TemporaryDirectory(prefix="outscope-bench-") as folder:
        made = _child("make", Path(folder), str(rows))
        told = [_measured(Path(folder), name) for name in chosen]
    first = {**told[0], "rows": made["rows"], "archive_bytes_a_row": made["bytes_a_row"]}
    if as_json:
        formats = {entry.pop("format"): entry for entry in told}
        return say(json.dumps({**first, "formats": formats} if len(told) > 1 else first, indent=2))
    say(f"{made['rows']:,} results, {made['bytes_a_row']} bytes each in the archive")
    for entry in told:
        ratio = (
            ""
            if entry["ratio_to_limit"] is None
            else f", {entry['ratio_to_limit']} of DuckDB's COPY"
        )
        say(
            f"{entry['format']:8} {entry['rows_per_s']:>10,} rows/s, {entry['rss_mb']:.0f} MB of"
            f" memory{ratio}"
        )
    return None


def _measured(folder: Path, name: str) -> dict[str, Any]:
    ours, limit = _child("export", folder, name), _child("duckdb", folder, name)
    ratio = round(ours["rows_per_s"] / limit["rows_per_s"], 2) if limit else None
    return {
        "format": name,
        "rows_per_s": ours["rows_per_s"],
        "rss_mb": ours["rss_mb"],
        "ratio_to_limit": ratio,
        "limit_rows_per_s": limit.get("rows_per_s"),
        "cpu_us_per_row": ours["cpu_us_per_row"],
        "limit_rss_mb": limit.get("rss_mb"),
    }


def _child(what: str, folder: Path, argument: str) -> dict[str, Any]:
    """A process of its own for each, so that its memory is its own."""
    argv = [sys.executable, "-m", "api.cli.bench.exported", what, str(folder), argument]
    ended = subprocess.run(argv, capture_output=True, text=True, check=False)  # noqa: S603 - ourselves
    if ended.returncode != 0:
        say(ended.stderr, err=True)
        raise typer.Exit(1)
    told: dict[str, Any] = json.loads(ended.stdout)
    return told
