"""Puts the commands together. A command is a function with typed parameters; its docstring is its
help.

A command is loaded when it is called or listed. One whose parts are not installed stays listed,
with the line that installs them, and fails with the import that failed; `api.cli.main` says so.
"""

from importlib import import_module
from typing import Annotated, Any, Final

import typer
from typer.core import TyperCommand, TyperGroup
from typer.main import get_group

from api.cli.commands import COMMANDS, Command
from api.cli.options.loading import absent, unwrap
from api.cli.terminal.outside import say
from worker.contract.installed import own_version, third_party

_OWN: Final = {"help_option_names": ["-h", "--help"]}


class Commands(TyperGroup):
    """The commands of the table, each loaded when it is asked for."""

    def __init__(self, **settings: Any) -> None:
        super().__init__(**settings)
        self.commands = {name: TyperCommand(name) for name in COMMANDS}  # names, for suggestions

    def get_command(self, ctx: Any, cmd_name: str) -> TyperCommand | TyperGroup | None:
        """The command of a name; one that fails as its import did, where parts are missing."""
        command = COMMANDS.get(cmd_name)
        if command is None:
            return None
        try:
            return _load(command)
        except ModuleNotFoundError as error:
            module = third_party(error)
            if module is None:
                raise
            return absent(command.name, module, error, command.extras, command.heading)


def _load(command: Command) -> TyperCommand | TyperGroup:
    module = import_module(command.module)
    alone = typer.Typer()
    if hasattr(module, "app"):
        alone.add_typer(module.app, name=command.name, rich_help_panel=command.heading)
    else:
        alone.command(rich_help_panel=command.heading)(getattr(module, command.name))
    loaded = get_group(alone).commands[command.name]
    assert isinstance(loaded, TyperCommand | TyperGroup)  # noqa: S101 - tells the type checker
    unwrap(loaded)
    return loaded


def _say_version(wanted: bool) -> None:
    if wanted:
        say(f"outscope {own_version()}")
        raise typer.Exit


Version = Annotated[
    bool,
    typer.Option(
        "--version", callback=_say_version, is_eager=True, help="Show the version and exit."
    ),
]
app = typer.Typer(
    name="outscope",
    cls=Commands,
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    context_settings=_OWN,
)


@app.callback()
def outscope(version: Version = False) -> None:
    """Tells how far an outage reaches: us, a region, one feature, or everything."""
