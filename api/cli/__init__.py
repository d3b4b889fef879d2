"""The command line `outscope`: one file a command, put together in `api/cli/app.py`.

It may import everything; commands import what is heavy only when they run. This module needs the
standard library alone: it starts whatever is installed, and says what is not.
"""

import sys
from collections.abc import Sequence

from api.cli.commands import COMMANDS
from worker.contract.installed import EXIT_MISSING, extras, own_version, sentence, third_party


def main() -> None:
    """Run the command that the process was called with, and exit with its code."""
    arguments = sys.argv[1:]
    if arguments == ["--version"]:
        print(f"outscope {own_version()}")
        return
    try:
        from api.cli.app import app

        app()
    except ModuleNotFoundError as error:
        said = missing(error, arguments)
        if said is None:
            raise
        print(said, file=sys.stderr)
        sys.exit(EXIT_MISSING)


def missing(error: ModuleNotFoundError, arguments: Sequence[str]) -> str | None:
    """What the called command lacks, and how to mend it; None when nothing that an extra brings is
    missing.
    """
    module = third_party(error)
    if module is None:
        return None
    command = COMMANDS.get(arguments[0]) if arguments else None
    if command is None:
        return sentence("outscope", module, ("all",), extras())
    return sentence(f"outscope {command.name}", module, command.extras, extras())
