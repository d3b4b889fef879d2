"""A configuration file as an argument, and the whole of it or the end of the command."""

from pathlib import Path
from typing import Annotated

import typer

from api.cli.terminal.outside import say
from api.configuration import parameter_models
from coordinator.configuration import Configuration, ConfigurationError, load_configuration

ConfigFile = Annotated[Path, typer.Argument(metavar="FILE", help="The configuration, a YAML file.")]


def load_or_exit(path: Path) -> Configuration:
    """The configuration at `path`; when it has mistakes, all of them are printed and the command
    ends with 1.
    """
    try:
        return load_configuration(path, parameter_models())
    except ConfigurationError as error:
        for mistake in error.mistakes:
            say(str(mistake), err=True)
        count = len(error.mistakes)
        say(f"{count} mistake{'s' if count > 1 else ''} in {path}; nothing was changed.", err=True)
        raise typer.Exit(1) from None
