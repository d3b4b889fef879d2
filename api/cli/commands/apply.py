"""`outscope apply`: make a configuration file the one in force."""

import asyncio
from typing import Annotated

import typer

from api.cli.options.configuration_file import ConfigFile, load_or_exit
from api.cli.options.locations import Data, Database, database_url
from api.cli.terminal.outside import say
from api.configuration import apply_configuration, compare_configuration
from api.operator import line
from coordinator.configuration import Change
from coordinator.configuration.changing.managed import ManagedError
from coordinator.store import StoreError


def apply(
    file: ConfigFile,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only say what would change.")] = False,
    take_over: Annotated[
        bool,
        typer.Option("--take-over", help="Take over what the API manages and FILE has, too."),
    ] = False,
    database: Database = None,
    data: Data = None,
) -> None:
    """Make FILE the configuration in force, and say what that changes. Applying it again changes
    nothing.

    A running coordinator takes it up within a second. What was made over HTTP stays.
    """
    configuration = load_or_exit(file)
    url = database_url(database, data)
    try:
        found = asyncio.run(
            compare_configuration(url, configuration, take_over=take_over)
            if dry_run
            else apply_configuration(
                url, configuration, line("configuration applied", file.name), take_over=take_over
            )
        )
    except (StoreError, ManagedError) as error:
        say(f"{error}; nothing was changed", err=True)
        raise typer.Exit(1) from None
    for told in describe(found):
        say(told)
    ending = (
        "Nothing to change."
        if not found
        else "Nothing was changed (--dry-run)."
        if dry_run
        else "Applied."
    )
    say(ending)


def describe(changes: list[Change]) -> list[str]:
    """A readable diff: one line a thing, and one below it for each field that changed."""
    signs = {"added": "+", "changed": "~", "removed": "-"}
    lines = []
    for change in changes:
        lines.append(f"{signs[change.verb]} {change.what} {change.id}")
        lines.extend(f"    {name}: {old} -> {new}" for name, old, new in change.fields)
    return lines
