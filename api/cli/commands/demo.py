"""`outscope demo`: the real product against a small internet of its own, with a script of
outages.
"""

import asyncio
from pathlib import Path
from typing import Annotated

import typer

from api.cli.terminal.console import Terminal
from api.cli.terminal.outside import say
from worker.contract.installed import require


def demo(
    once: Annotated[
        bool,
        typer.Option(
            "--once", help="Play the script once; exit code 0 only when every verdict was right."
        ),
    ] = False,
    port: Annotated[
        int | None, typer.Option(help="Port of the page; default: a free one.", min=1, max=65535)
    ] = None,
    speed: Annotated[
        float, typer.Option(help="How much faster than usual.", min=0.2, max=4.0)
    ] = 1.0,
    keep: Annotated[
        Path | None,
        typer.Option(help="Keep configuration and data in this new folder.", metavar="DIR"),
    ] = None,
) -> None:
    """Show what the product does: real servers and workers on this machine, and outages on a fast
    clock.

    It touches no data of yours and leaves nothing behind but what --keep names. Without --once it
    goes on until Ctrl-C.
    """
    require("worker", "api")

    from api.demo.show import show
    from api.supervisor.problem import CannotStartError

    console = Terminal()
    try:
        right = asyncio.run(show(console, once=once, port=port, speed=speed, keep=keep))
    except CannotStartError as error:
        say(str(error), err=True)
        raise typer.Exit(1) from None
    raise typer.Exit(0 if right or not once else 1)
