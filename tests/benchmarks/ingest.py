"""Results a second from the wire to stored, judged and receipted: `python -m
tests.benchmarks.ingest`.

It is `outscope bench ingest` on SQLite and on a PostgreSQL server of its own. The same rows through
bare `executemany` and bare COPY, in the same run, are the yardstick.
"""

import asyncio
import sys
import tempfile
from pathlib import Path

from api.cli.bench.coordinator import measure
from api.cli.bench.ingest import _sentences
from tests.faults.postgres import Postgres, binaries

RESULTS = 300_000
CHECKS = 1_000


def main() -> int:
    """Measure and print."""
    with tempfile.TemporaryDirectory() as name:
        _print("sqlite", f"sqlite://{name}/bench.db")
    programs = binaries()
    if programs is None:
        print("PostgreSQL is not installed; only SQLite was measured")
        return 0
    with tempfile.TemporaryDirectory() as name:
        server = Postgres(programs, Path(name))
        server.create()
        try:
            _print("postgresql", server.database("bench"))
        finally:
            server.stop()
    return 0


def _print(database: str, url: str) -> None:
    with tempfile.TemporaryDirectory() as name:
        told = asyncio.run(measure(url, RESULTS, CHECKS, Path(name)))
    print(_sentences({**told, "database": database}))
    print(f"one judging p99 {told['judge_p99_ms']} ms")


if __name__ == "__main__":
    sys.exit(main())
