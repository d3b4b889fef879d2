"""Ten million results out of the archive, beside DuckDB's own COPY: `python -m
tests.benchmarks.export [ROWS]`.

Prints what `outscope bench export` measures for each format: rows a second, memory, and the ratio
to DuckDB.
"""

import subprocess
import sys

ROWS = "10000000"


def main() -> int:
    """Measure and print."""
    rows = sys.argv[1] if len(sys.argv) > 1 else ROWS
    argv = [
        sys.executable,
        "-m",
        "api.cli",
        "bench",
        "export",
        "--rows",
        rows,
        "--format",
        "all",
        "--json",
    ]
    return subprocess.run(argv, check=False).returncode


if __name__ == "__main__":
    sys.exit(main())
