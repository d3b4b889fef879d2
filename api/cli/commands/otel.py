"""`outscope otel`: sends metrics and traces to an OpenTelemetry collector."""

import os

import typer

from api.cli.options.locations import Data, Database, given_database
from api.cli.terminal.outside import say
from worker.contract import logs


def otel(database: Database = None, data: Data = None) -> None:
    """Send verdicts, looks and their phases to an OpenTelemetry collector, by OTLP over HTTP.

    The standard variables say where to: OTEL_EXPORTER_OTLP_ENDPOINT, without which that is
    http://localhost:4318, OTEL_EXPORTER_OTLP_HEADERS and others. It reads the database alone, and
    goes on where it was.
    """
    from coordinator import telemetry_process
    from coordinator.telemetry.environment import TelemetryError
    from coordinator.telemetry.settings import read_telemetry_settings

    try:
        settings = read_telemetry_settings(os.environ, given_database(database, data))
    except TelemetryError as error:
        say(str(error), err=True)
        raise typer.Exit(2) from None
    logs.configure(settings.log_level)
    raise typer.Exit(telemetry_process.run(settings))
