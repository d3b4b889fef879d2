"""Puts the commands together. A command is a function with typed parameters; its docstring is its
help.
"""

from collections.abc import Callable, Mapping
from typing import Final

import typer

from api.cli import bench
from api.cli.commands import (
    apply,
    archive,
    backup,
    compare,
    config,
    dataset,
    demo,
    doctor,
    explain,
    export,
    history,
    incidents,
    ingest,
    probe,
    processes,
    regions,
    replay,
    restore,
    results,
    simulate,
    sql,
    status,
    writer,
)

_DECIDING: Final = "Deciding what it looks at"
_SEPARATE: Final = "Separate processes"
_MEASURING: Final = "Measuring"
_KEEPING: Final = "Keeping it well"
_PANELS: Final[Mapping[str, tuple[Callable[..., None], ...]]] = {
    "Everything on this machine": (processes.up, demo.demo),
    "Reading what it says": (
        status.status,
        incidents.incidents,
        history.history,
        explain.explain,
        regions.regions,
        results.results,
        export.export,
        dataset.dataset,
        sql.sql,
        replay.replay,
        compare.compare,
        simulate.simulate,
    ),
    _DECIDING: (apply.apply, probe.probe),
    _KEEPING: (doctor.doctor, archive.archive, backup.backup, restore.restore),
    _SEPARATE: (processes.coordinator, writer.writer, processes.api),
}
_OWN: Final = {"help_option_names": ["-h", "--help"]}
_PASSED_ON: Final = {
    "ignore_unknown_options": True,
    "allow_extra_args": True,
    "help_option_names": [],
}

app = typer.Typer(
    name="outscope",
    help="Tells how far an outage reaches: us, a region, one feature, or everything.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    context_settings=_OWN,
)
for _panel, _commands in _PANELS.items():
    for _command in _commands:
        app.command(rich_help_panel=_panel)(_command)
app.add_typer(config.app, name="config", rich_help_panel=_DECIDING)
app.add_typer(bench.app, name="bench", rich_help_panel=_MEASURING)
app.add_typer(ingest.app, name="ingest", rich_help_panel=_SEPARATE)
app.command(context_settings=_PASSED_ON, rich_help_panel=_SEPARATE)(processes.worker)
