"""The server of the API: uvicorn, which gives up connections whose clients let it wait."""

import logging
import os
import socket
from pathlib import Path
from typing import Final

import uvicorn
from fastapi import FastAPI

from api.http.listening.connection import PATIENCE, Connection, Patience, overdue
from api.http.listening.startup import ExplainStart
from worker.contract.clock import monotonic_s

log = logging.getLogger(f"outscope.{__name__}")

BACKLOG: Final = 512
_TICKS_A_LOOK: Final = 5
"""uvicorn ticks ten times a second."""


class ApiServer(uvicorn.Server):
    """Says that it listens, by touching a file, and looks after its connections."""

    def __init__(self, app: FastAPI, host: str, port: int, patience: Patience = PATIENCE) -> None:
        super().__init__(
            uvicorn.Config(
                ExplainStart(app),
                host=host,
                port=port,
                http=Connection,
                ws="none",
                log_config=None,
                access_log=False,
                backlog=BACKLOG,
                timeout_keep_alive=patience.idle_s,
                timeout_graceful_shutdown=3,
            )
        )
        self._patience = patience

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """As uvicorn's own."""
        await super().startup(sockets)
        if self.started:
            say_ready()

    async def on_tick(self, counter: int) -> bool:
        """As uvicorn's own, and twice a second a look at who lets us wait."""
        if counter % _TICKS_A_LOOK == 0:
            self._give_up()
        return await super().on_tick(counter)

    def _give_up(self) -> None:
        found = overdue(self.server_state.connections, self._patience, monotonic_s())
        for connection in found:
            connection.give_up()
        if found:
            log.info("connections_given_up count=%d", len(found))


def say_ready() -> None:
    """Touch the file that whoever started this process waits for, if any."""
    ready_file = os.environ.get("OUTSCOPE_READY_FILE")
    if ready_file:
        Path(ready_file).touch()
