"""`outscope bench ingest`: how many results a second this machine and its database take in."""

import asyncio
import json
import tempfile
from pathlib import Path
from typing import Annotated, Any

import typer

from api.cli.options.locations import Database
from api.cli.terminal.outside import say


def ingest(
    database: Database = None,
    results: Annotated[
        int, typer.Option(help="About so many results.", min=1_000, max=10_000_000)
    ] = 200_000,
    checks: Annotated[
        int, typer.Option(help="Of so many checks, from five regions.", min=10, max=100_000)
    ] = 1_000,
    processes: Annotated[
        int,
        typer.Option(
            help="Let so many writers store, and the coordinator only judge; PostgreSQL.",
            min=0,
            max=64,
        ),
    ] = 0,
    as_json: Annotated[bool, typer.Option("--json", help="Print the figures as JSON.")] = False,
) -> None:
    """Measure taking in: results a second from the broker to stored, judged and receipted.

    A coordinator process of its own takes them from a broker of its own. Without --database it
    writes to a SQLite file that is deleted afterwards; a database that is given must be empty. The
    same rows with nothing around them (bare COPY, or executemany of SQLite) are the limit that it
    is compared with.
    """
    from api.cli.bench.coordinator import BenchError, measure
    from coordinator.store import StoreError

    with tempfile.TemporaryDirectory(prefix="outscope-bench-") as name:
        folder = Path(name)
        if processes and (database is None or database.startswith("sqlite:")):
            say("several processes need PostgreSQL; name an empty one with --database", err=True)
            raise typer.Exit(2)
        url = database or f"sqlite://{folder / 'bench.db'}"
        try:
            told = asyncio.run(measure(url, results, checks, folder, processes))
        except (BenchError, StoreError) as error:
            say(str(error), err=True)
            raise typer.Exit(1) from None
    told["database"] = "sqlite" if url.startswith("sqlite:") else "postgresql"
    say(json.dumps(told, indent=2) if as_json else _sentences(told))


def _sentences(told: dict[str, Any]) -> str:
    return "\n".join(
        [
            (
                f"{told['results_per_s']:,} results/s into {told['database']} and judged"
                f" ({told['results']:,} in all)"
            ),
            (
                f"{told['ratio_to_limit']:.0%} of the {told['limit_rows_per_s']:,} rows/s that the"
                " database takes alone"
            ),
            (
                f"{told['cpu_us_per_result']} µs of the coordinator's CPU a result,"
                f" {told['rss_mb']:.0f} MB of memory"
            ),
            f"{told['bytes_per_result']:.0f} bytes on disk a result",
        ]
    )
