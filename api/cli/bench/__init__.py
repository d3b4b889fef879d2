"""`outscope bench`: measure this machine. One file a subcommand, each put into `app` below."""

import typer

from api.cli.bench import export, ingest, judge, probes

app = typer.Typer(
    help="Measure how much this machine can do: looks, and what becomes of their results.",
    no_args_is_help=True,
)
app.command()(probes.probes)
app.command()(ingest.ingest)
app.command()(judge.judge)
app.command()(export.export)
