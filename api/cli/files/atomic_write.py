"""Writing a file that is either whole or not there."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO

import typer

from api.cli.options.api_options import WRONG


@contextmanager
def atomic_write(path: Path) -> Iterator[IO[bytes]]:
    """Write beside the file first: half a file never looks like a whole one. A device or a pipe is
    written to.
    """
    plain = path.is_file() or not path.exists()
    partial = path.with_name(f"{path.name}.part") if plain else path
    try:
        with partial.open("wb") as file:
            yield file
        if plain:
            partial.replace(path)
    except OSError as error:
        typer.echo(f"{path} cannot be written: {error.strerror}", err=True)
        raise typer.Exit(WRONG) from None
    finally:
        if plain:
            partial.unlink(missing_ok=True)
