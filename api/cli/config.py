"""`outscope config`: check a configuration file, and the schema that editors check it by."""

import json
from collections.abc import Mapping, Sized
from pathlib import Path
from typing import Annotated

import typer

from coordinator.configuration import Configuration, ConfigurationError, load_configuration, schema
from worker.contract.kind import Params

app = typer.Typer(help="Check a configuration file, or print its schema.", no_args_is_help=True)

ConfigFile = Annotated[Path, typer.Argument(metavar="FILE", help="The configuration, a YAML file.")]


def parameter_models() -> Mapping[str, type[Params]]:
    """The parameters of every kind of check that workers of this version know."""
    from worker.probes.kinds import KINDS

    return {name: kind.params for name, kind in KINDS.items()}


def load_or_exit(path: Path) -> Configuration:
    """The configuration at `path`; when it has mistakes, all of them are printed and the command ends with 1."""
    try:
        return load_configuration(path, parameter_models())
    except ConfigurationError as error:
        for mistake in error.mistakes:
            typer.echo(str(mistake), err=True)
        count = len(error.mistakes)
        typer.echo(f"{count} mistake{'s' if count > 1 else ''} in {path}; nothing was changed.", err=True)
        raise typer.Exit(1) from None


@app.command()
def check(file: ConfigFile) -> None:
    """Say whether FILE can be applied; list every mistake with its file, line and key."""
    topology = load_or_exit(file).topology
    looks = sum(len(entry.regions) / entry.interval_ms for entry in topology.checks) * 1000
    typer.echo(
        f"{file} is valid: {_counted(topology.services, 'service')}, {_counted(topology.checks, 'check')}, "
        f"{_counted(topology.regions, 'region')}, {looks:.2g} looks a second."
    )


def _counted(things: Sized, name: str) -> str:
    return f"{len(things)} {name}{'' if len(things) == 1 else 's'}"


@app.command("schema")
def print_schema() -> None:
    """Print the JSON Schema of a configuration, for editors with a YAML language server."""
    typer.echo(json.dumps(schema(parameter_models()), indent=2))
