"""Where a command writes a file: the one rule that all of them keep.

A name that ends in a slash, or that a folder has, is a folder, which is made if need be; the file
gets a name of its own there. A file is written beside its place first and put there when it is
whole, and none is replaced unless that is asked for. A device or a pipe is written to.
"""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Annotated, Final, NoReturn

import typer

from api.cli.options.api_options import WRONG
from api.cli.terminal.outside import say
from coordinator.runtime.durable import writing

REFUSED: Final = 2
"""The exit code when nothing was begun."""

Force = Annotated[bool, typer.Option("--force", help="Replace a file that is there already.")]


def output(text: str, name: str, *, force: bool) -> Path:
    """The file that is meant by what a user wrote; `name` is what it is called in a folder.

    Ends the command when there is one already that is not to be replaced, or when there is no
    place for it.
    """
    if not text:
        refuse("An empty name was given for a file; name a file, or a folder that ends in a slash")
    path = Path(text)
    try:
        if text.endswith("/"):
            path.mkdir(parents=True, exist_ok=True)
        if path.is_dir():
            path = path / name
        _require_place(path, force)
    except OSError as error:
        refuse(f"{text} cannot be written: {error.strerror}")
    return path


def is_plain(path: Path) -> bool:
    """Whether it is, or will be, a file; else it is a device or a pipe."""
    return path.is_file() or not path.exists()


def target_of(path: Path) -> Path:
    """Where it lies: what a link points to is replaced, and not the link."""
    return Path(os.path.realpath(path))


@contextmanager
def written(path: Path, *, force: bool) -> Iterator[IO[bytes]]:
    """Write to what `output` found."""
    with told(path):
        if not is_plain(path):
            with path.open("wb") as device:
                yield device
        else:
            with writing(target_of(path), overwrite=force) as file:
                yield file


@contextmanager
def told(path: Path) -> Iterator[None]:
    """End the command with a sentence when the file cannot be written."""
    try:
        yield
    except FileExistsError:
        _refuse_existing(path)
    except OSError as error:
        say(f"{path} cannot be written: {error.strerror}", err=True)
        raise typer.Exit(WRONG) from None


def refuse(sentence: str) -> NoReturn:
    """End the command before it began."""
    say(sentence, err=True)
    raise typer.Exit(REFUSED)


def _require_place(path: Path, force: bool) -> None:
    if path.is_dir():
        refuse(f"{path} is a folder, and a file of that name is to be written there; move it away")
    if path.is_file() and not force:
        _refuse_existing(path)
    if not path.parent.is_dir():
        say(
            f"{path} cannot be written: No such file or directory; make {path.parent} first",
            err=True,
        )
        raise typer.Exit(WRONG)


def _refuse_existing(path: Path) -> NoReturn:
    refuse(f"{path} is there already; name another file, or say --force to replace it")
