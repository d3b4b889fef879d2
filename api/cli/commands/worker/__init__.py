"""`outscope worker`: run a worker, let one join, and see to those that joined.

Without a command of its own it runs a worker: `outscope worker --region eu-west --broker URL`. That
needs the worker's parts alone, so the other commands are loaded when they are asked for.
"""

from collections.abc import Mapping
from importlib import import_module
from typing import Any, Final

import typer
from typer.core import TyperCommand, TyperGroup
from typer.main import get_command

from api.cli.options.loading import PASSED_ON, absent, unwrap
from worker.contract.installed import third_party

_MODULES: Final[Mapping[str, str]] = {
    "invite": "inviting",
    "rotate": "inviting",
    "list": "looking",
    "show": "looking",
    "drain": "ending",
    "revoke": "ending",
    "remove": "ending",
}
_HELP: Final = ("-h", "--help")
_EXTRAS: Final = ("coordinator",)


class Commands(TyperGroup):
    """The commands; words that begin with a flag are those of a worker to run."""

    def list_commands(self, _context: Any) -> list[str]:
        """All names, in the order of a worker's life."""
        return ["invite", "join", "run", *(name for name in _MODULES if name != "invite")]

    def get_command(self, ctx: Any, cmd_name: str) -> TyperCommand | TyperGroup | None:
        """The command of a name; one that fails as its import did, where parts are missing."""
        if cmd_name in _MODULES and cmd_name not in self.commands:
            self.commands[cmd_name] = _load(cmd_name)
        found: Any = super().get_command(ctx, cmd_name)
        return found  # type: ignore[no-any-return]

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
        """As usual, with `run` for what begins with a flag."""
        runs = not args or (args[0].startswith("-") and args[0] not in _HELP)
        return super().parse_args(ctx, ["run", *args] if runs else args)


def _load(name: str) -> TyperCommand:
    try:
        module = import_module(f"{__name__}.{_MODULES[name]}")
    except ModuleNotFoundError as error:
        missing = third_party(error)
        if missing is None:
            raise
        return absent(name, missing, error, _EXTRAS)
    alone = typer.Typer(add_completion=False)
    alone.command(name)(module.COMMANDS[name])
    loaded = get_command(alone)
    assert isinstance(loaded, TyperCommand)  # noqa: S101 - tells the type checker
    unwrap(loaded)
    return loaded


app = typer.Typer(cls=Commands, help="Let a worker join, run one, and see to those that joined.")


@app.command(context_settings=PASSED_ON)
def run(context: typer.Context) -> None:
    """Run one worker of one region, for example `outscope worker --region eu-west --broker URL`.

    The same as outscope-worker, with the same flags: outscope worker run --help
    """
    _worker(context.args)


@app.command(context_settings=PASSED_ON)
def join(context: typer.Context) -> None:
    """Join as a worker with a token, and go on as that worker: the same as outscope-worker join."""
    _worker(["join", *context.args])


def _worker(words: list[str]) -> None:
    from worker.__main__ import main

    raise typer.Exit(main(words))
