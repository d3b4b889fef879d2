"""Runs the coordinator or the API in this process, until SIGTERM or SIGINT."""

import os
import signal
import socket
from pathlib import Path

import typer
import uvicorn
from uvicorn.server import Server

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
        typer.echo(str(error), err=True)
        return 2
    logs.configure(settings.log_level)
    return writer_process.run(settings) if writer else process.run(settings)


class _ReadyServer(Server):
    """Says that it listens, by touching a file."""

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        if self.started:
            say_ready()


def say_ready() -> None:
    """Touch the file that whoever started this process waits for, if any."""
    ready_file = os.environ.get("OUTSCOPE_READY_FILE")
    if ready_file:
        Path(ready_file).touch()


def run_api(database: str, host: str, port: int) -> int:
    """Run the API until told to stop; returns the exit code."""
    from api.http.app import create_app
    from api.http.settings import ApiSettings

    logs.configure(os.environ.get("OUTSCOPE_LOG_LEVEL", "INFO"))
    app = create_app(
        ApiSettings(database, archive=os.environ.get("OUTSCOPE_ARCHIVE"), host=host, port=port)
    )
    config = uvicorn.Config(
        app, host=host, port=port, log_config=None, access_log=False, timeout_graceful_shutdown=3
    )
    server = _ReadyServer(config)
    for number in (signal.SIGTERM, signal.SIGINT):
        # uvicorn sends itself the signal again at the end: stopping is no fault
        signal.signal(number, lambda *_: None)
    server.run()
    return 0 if server.started else 1
