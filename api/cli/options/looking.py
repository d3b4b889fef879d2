"""How a command looks from this machine: where it may, and whom it trusts."""

from pathlib import Path
from typing import Annotated

import typer

Allow = Annotated[
    str | None,
    typer.Option(
        help="Networks that are not public and may be probed, comma-separated.",
        envvar="OUTSCOPE_ALLOW_ADDRESSES",
        metavar="CIDR",
    ),
]
CaFile = Annotated[
    Path | None,
    typer.Option(help="Certificates to trust besides the public ones.", envvar="OUTSCOPE_CA_FILE"),
]
