"""Runs the coordinator in this process, until SIGTERM or SIGINT."""

import os
from pathlib import Path

from api.cli.terminal.outside import say
from worker.contract import logs


def run_coordinator(broker: str | None, database: str, data: Path, *, writer: bool = False) -> int:
    """Run the coordinator until told to stop; returns the exit code. Its other settings come from
    the environment.

    With `writer` it is a writer, which only stores, beside a coordinator that judges.
    """
    from coordinator import process, writer_process
    from coordinator.settings import SettingsError, read_settings

    given = {"OUTSCOPE_BROKER": broker, "OUTSCOPE_DATABASE": database, "OUTSCOPE_DATA": str(data)}
    secret_files = ("OUTSCOPE_BROKER_FILE", "OUTSCOPE_DATABASE_FILE")
    plain = {name: value for name, value in os.environ.items() if name not in secret_files}
    try:
        settings = read_settings(
            {**plain, **{name: value for name, value in given.items() if value}}
        )
    except SettingsError as error:
        say(str(error), err=True)
        return 2
    logs.configure(settings.log_level)
    return writer_process.run(settings) if writer else process.run(settings)
