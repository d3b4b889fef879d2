"""Runs the coordinator or the API in this process, until SIGTERM or SIGINT."""

import asyncio
import os
import signal
import socket
from pathlib import Path
from typing import TYPE_CHECKING

import typer
import uvicorn
from uvicorn.server import Server

from worker.contract import logs

if TYPE_CHECKING:
    from coordinator.service import CoordinatorSettings


def run_coordinator(broker: str, database: str, data: Path) -> int:
    """Run the coordinator until told to stop; returns the exit code."""
    from coordinator.service import CoordinatorSettings

    from coordinator.store import StoreError

    logs.configure(os.environ.get("OUTSCOPE_LOG_LEVEL", "INFO"))
    settings = CoordinatorSettings(broker=broker, database=database, data_dir=data)
    try:
        asyncio.run(_serve(settings))
    except StoreError as error:
        typer.echo(str(error), err=True)
        return 1
    return 0


async def _serve(settings: "CoordinatorSettings") -> None:
    from coordinator.service import serve

    stop = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, stop.set)
    await serve(settings, stop)


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
    from api.app import create_app
    from api.settings import ApiSettings

    logs.configure(os.environ.get("OUTSCOPE_LOG_LEVEL", "INFO"))
    app = create_app(ApiSettings(database=database, host=host, port=port))
    config = uvicorn.Config(app, host=host, port=port, log_config=None, access_log=False, timeout_graceful_shutdown=3)
    server = _ReadyServer(config)
    server.run()
    return 0 if server.started else 1
