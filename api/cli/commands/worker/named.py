"""Workers that joined, by what people call them."""

from collections.abc import Sequence
from typing import Annotated, Final, NoReturn

import typer

from api.cli.terminal.outside import say
from coordinator.store.joining.keys import WorkerKey

REFUSED: Final = 2
"""The exit code when nothing was changed, because it cannot be done."""

Name = Annotated[
    str,
    typer.Argument(metavar="WORKER", help="As `outscope worker list` shows it, or REGION/WORKER."),
]


def keys_of(keys: Sequence[WorkerKey], name: str) -> list[WorkerKey]:
    """The keys of the one worker that is called so; a sentence and exit code 2 when there is no
    such worker, or several.
    """
    found = [key for key in keys if name in (key.worker, f"{key.region}/{key.worker}")]
    names = sorted({f"{key.region}/{key.worker}" for key in found})
    if not names:
        refuse(
            f"no worker {name!r} has joined; outscope worker list shows those that have (whoever"
            " has a region's own credential is let in by the broker's access list)"
        )
    if len(names) > 1:
        refuse(f"there are several: {', '.join(names)}; name one of them so")
    return found


def refuse(sentence: str) -> NoReturn:
    """Say why nothing was changed, and end."""
    say(sentence, err=True)
    raise typer.Exit(REFUSED)
