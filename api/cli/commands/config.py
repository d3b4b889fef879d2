"""`outscope config`: check a configuration file, and the schema that editors check it by."""

import json
from collections.abc import Sized

import typer

from api.cli.options.configuration_file import ConfigFile, load_or_exit
from api.cli.terminal.outside import say
from api.configuration import parameter_models
from coordinator.configuration import schema

app = typer.Typer(help="Check a configuration file, or print its schema.", no_args_is_help=True)


@app.command()
def check(file: ConfigFile) -> None:
    """Say whether FILE can be applied; list every mistake with its file, line and key."""
    topology = load_or_exit(file).topology
    looks = sum(len(entry.regions) / entry.interval_ms for entry in topology.checks) * 1000
    say(
        f"{file} is valid: {_counted(topology.services, 'service')},"
        f" {_counted(topology.checks, 'check')}, {_counted(topology.regions, 'region')},"
        f" {looks:.2g} looks a second."
    )


def _counted(things: Sized, name: str) -> str:
    return f"{len(things)} {name}{'' if len(things) == 1 else 's'}"


@app.command("schema")
def print_schema() -> None:
    """Print the JSON Schema of a configuration, for editors with a YAML language server."""
    say(json.dumps(schema(parameter_models()), indent=2))
