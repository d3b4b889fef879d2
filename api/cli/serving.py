"""Runs the coordinator in this process, until SIGTERM or SIGINT."""

from pathlib import Path

from api.cli.terminal.outside import say
from worker.contract import logs


def run_coordinator(
    broker: str | None, database: str | None, data: Path, *, writer: bool = False
) -> int:
    """Run the coordinator until told to stop; returns the exit code. What is not given comes from
    the environment.

    With `writer` it is a writer, which only stores, beside a coordinator that judges.
    """
    from coordinator import process, writer_process
    from coordinator.settings import SettingsError, read_settings

    try:
        settings = read_settings(broker=broker, database=database, data_dir=data)
    except SettingsError as error:
        say(str(error), err=True)
        return 2
    logs.configure(settings.log_level)
    return writer_process.run(settings) if writer else process.run(settings)
