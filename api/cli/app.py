"""Puts the commands together. A command is a function with typed parameters; its docstring is its help."""

from importlib import import_module
from importlib.util import find_spec
from typing import Final

import typer

from api.cli import apply, config, demo, probe, processes

_READING: Final = ("status", "incidents", "regions", "results", "export", "replay")

app = typer.Typer(
    name="outscope",
    help="Tells how far an outage reaches: us, a region, one feature, or everything.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)
for _command in (processes.up, processes.coordinator, processes.api, apply.apply, probe.probe, demo.demo):
    app.command()(_command)
app.add_typer(config.app, name="config")
app.command(
    context_settings={"ignore_unknown_options": True, "allow_extra_args": True, "help_option_names": []},
)(processes.worker)

for _name in _READING:  # one file each: api/cli/<name>.py with a function <name>
    if find_spec(f"api.cli.{_name}"):
        app.command(_name)(getattr(import_module(f"api.cli.{_name}"), _name))
