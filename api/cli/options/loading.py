"""Commands that are loaded when they are asked for, and what stands for one whose parts are not
installed.
"""

from collections.abc import Sequence
from typing import Any, Final, NoReturn

from typer.core import TyperCommand

from worker.contract.installed import extras, sentence

PASSED_ON: Final = {
    "ignore_unknown_options": True,
    "allow_extra_args": True,
    "help_option_names": [],
}
"""Of a command that gives all its words to a program with flags of its own."""


def unwrap(command: Any) -> None:
    """Let each paragraph of the help fill the terminal, whatever the lines of the docstring are."""
    paragraphs = (command.help or "").split("\n\n")
    command.help = "\n\n".join(" ".join(paragraph.split("\n")) for paragraph in paragraphs)
    for below in getattr(command, "commands", {}).values():
        unwrap(below)


def absent(
    name: str,
    module: str,
    error: ModuleNotFoundError,
    wanted: Sequence[str],
    heading: str | None = None,
) -> TyperCommand:
    """A command that says what it lacks, and fails as its import did."""

    def fail() -> NoReturn:
        raise error

    return TyperCommand(
        name,
        callback=fail,
        help=sentence("It", module, wanted, extras()),
        rich_help_panel=heading,
        context_settings=PASSED_ON,
    )
