"""The command line `outscope`: one file a command, put together in `api/cli/app.py`.

It may import everything; commands import what is heavy only when they run. This module needs the
standard library alone: it starts whatever is installed, and says what is not.
"""

import os
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from errno import EIO, ENOSPC, EPIPE
from typing import Final

from api.cli.commands import COMMANDS
from worker.contract.installed import EXIT_MISSING, extras, own_version, sentence, third_party
from worker.contract.reloading.hangup import held

RELOADING: Final = ("up", "coordinator", "writer", "worker", "api")
"""Commands that go on until they are told to stop, and reload at SIGHUP."""

EXIT_UNWRITTEN: Final = 1
_FULL: Final = frozenset({EIO, ENOSPC, EPIPE})


def main() -> None:
    """Run the command that the process was called with, and exit with its code."""
    arguments = sys.argv[1:]
    if arguments == ["--version"]:
        print(f"outscope {own_version()}")
        return
    with _output():
        if arguments[:1] and arguments[0] in RELOADING:
            with held():  # before all that takes time to load
                _call(arguments)
        else:
            _call(arguments)


def _call(arguments: Sequence[str]) -> None:
    try:
        from api.cli.app import app

        app()
    except ModuleNotFoundError as error:
        said = missing(error, arguments)
        if said is None:
            raise
        print(said, file=sys.stderr)
        sys.exit(EXIT_MISSING)


@contextmanager
def _output() -> Iterator[None]:
    """Standard output that may be closed or full, or know few letters: none of it is worth a
    traceback.
    """
    if sys.stdout is None:  # closed by whoever started us
        sys.stdout = open(os.devnull, "w", encoding="utf-8")  # noqa: SIM115 - until the end
    if hasattr(sys.stdout, "reconfigure"):
        sys.stdout.reconfigure(errors="backslashreplace")
    try:
        try:
            yield
        finally:
            sys.stdout.flush()
    except OSError as error:
        if error.errno not in _FULL:
            raise
        # nothing can be written there any more, not even at the end
        os.dup2(os.open(os.devnull, os.O_WRONLY), 1)
        if error.errno != EPIPE:  # who reads no more, as `head`, knows why
            with suppress(OSError):
                print(f"The output cannot be written: {error.strerror}", file=sys.stderr)
        sys.exit(EXIT_UNWRITTEN)


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
