"""The filters that `results` and `export` share."""

from typing import Annotated

import typer

Service = Annotated[str | None, typer.Option(help="Only of this service.")]
Component = Annotated[str | None, typer.Option(help="Only of this component.")]
Region = Annotated[str | None, typer.Option(help="Only from this region.")]
Worker = Annotated[str | None, typer.Option(help="Only by this worker.")]
Check = Annotated[str | None, typer.Option(help="Only of this check.")]
Reason = Annotated[str | None, typer.Option(help="Only with this reason, such as timeout.")]
Ok = Annotated[
    bool | None, typer.Option("--ok/--failed", help="Only those that are ok, or that failed.")
]
Since = Annotated[
    str | None, typer.Option(help="Only from then on: a time, or how long ago, such as 10m.")
]
Until = Annotated[str | None, typer.Option(help="Only before then.")]
