"""What the reading commands share: where to ask, as what to answer, and which exit code an error
gets.
"""

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Annotated

import typer

from api.cli.options.client import Client, RefusedError, UnreachableError, checked
from api.cli.terminal.outside import json_shown, say

WRONG = 1
UNREACHABLE = 3
STALE = 4
"""What was shown is of the past: nobody coordinates."""


def _url(value: str) -> str:
    try:
        return checked(value)
    except ValueError as error:
        raise typer.BadParameter(str(error)) from None


Url = Annotated[
    str,
    typer.Option(
        "--url", help="Address of the API.", envvar="OUTSCOPE_URL", metavar="URL", callback=_url
    ),
]
Json = Annotated[bool, typer.Option("--json", help="Print the API's own document, for programs.")]
DEFAULT_URL = "http://127.0.0.1:8000"


Token = Annotated[
    str | None,
    typer.Option(
        "--token",
        help="Token of the API; better in OUTSCOPE_TOKEN_FILE, for others see what is typed here.",
        envvar="OUTSCOPE_TOKEN",
        metavar="TOKEN",
        show_default=False,
    ),
]


@contextmanager
def api_client(url: str, token: str | None = None) -> Iterator[Client]:
    """A client of the API; what goes wrong is said on standard error and becomes the exit code."""
    try:
        yield Client(url, token=token)
    except RefusedError as error:
        say(error, err=True)
        raise typer.Exit(WRONG) from None
    except UnreachableError as error:
        say(error, err=True)
        raise typer.Exit(UNREACHABLE) from None


def put(document: bytes) -> None:
    """Print a document as it came, with a line's end; what would control a terminal is escaped as
    JSON does.
    """
    sys.stdout.flush()
    sys.stdout.buffer.write(json_shown(document).encode() + b"\n")
    sys.stdout.buffer.flush()
