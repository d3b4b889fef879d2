"""Runs in a clean environment: calls each command with `--help`, in one process, and prints as JSON
how each ended and what it said.
"""

import json
import sys
from collections.abc import Sequence
from contextlib import redirect_stderr, redirect_stdout
from io import StringIO

from api.cli import main


def called(*arguments: str) -> tuple[int, str, str]:
    """The exit code of a command line, its output, and its complaint."""
    sys.argv = ["outscope", *arguments]
    output, complaint = StringIO(), StringIO()
    with redirect_stdout(output), redirect_stderr(complaint):
        try:
            main()
        except SystemExit as end:
            return int(end.code or 0), output.getvalue(), complaint.getvalue()
    return 0, output.getvalue(), complaint.getvalue()


def every(commands: Sequence[str]) -> dict[str, tuple[int, str, str]]:
    """How each command answers to `--help`."""
    return {command: called(*command.split(), "--help") for command in commands}


if __name__ == "__main__":
    print(json.dumps(every(sys.argv[1:])))
