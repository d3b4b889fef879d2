"""`outscope bench probes`: how many looks a second this machine makes, at what cost, and how truly it times them."""

from typing import Annotated

import typer


def probes(
    seconds: Annotated[float, typer.Option(help="Seconds to look for.", min=0.1)] = 10,
) -> None:
    """Measure looks against a local server that this starts itself, or against URL."""
    raise typer.Exit(2)
