"""The server of the API: uvicorn, which gives up connections whose clients let it wait."""

import asyncio
import logging
import os
import resource
import socket
from collections.abc import Callable
from pathlib import Path
from typing import Final

import uvicorn
from fastapi import FastAPI

from api.http.listening.connection import Connection
from api.http.listening.patience import PATIENCE, Patience, Watched, overdue
from api.http.listening.startup import ExplainStart
from api.http.listening.upgrading import Upgrades
from api.http.listening.websocket import LONGEST, PING_S, TellingSocket
from worker.contract.clock import monotonic_s

log = logging.getLogger(f"outscope.{__name__}")

BACKLOG: Final = 512
_TICKS_A_LOOK: Final = 5
"""uvicorn ticks ten times a second."""
_LEFT_S: Final = 3.0
"""So long a stop waits for answers that go on."""
_TASKS_S: Final = 6
"""So long for what made them to end; then uvicorn cancels it, and logs that as a fault."""


class ApiServer(uvicorn.Server):
    """Says that it listens, by touching a file, and looks after its connections."""

    def __init__(
        self,
        app: FastAPI,
        host: str,
        port: int,
        patience: Patience = PATIENCE,
        on_stop: Callable[[], None] = lambda: None,
    ) -> None:
        super().__init__(
            uvicorn.Config(
                ExplainStart(Upgrades(app)),
                host=host,
                port=port,
                http=Connection,
                ws=TellingSocket,
                ws_max_size=LONGEST,
                ws_ping_interval=PING_S,
                ws_ping_timeout=patience.reader_s,
                ws_per_message_deflate=False,  # a window for each of many clients
                log_config=None,
                access_log=False,
                backlog=BACKLOG,
                timeout_keep_alive=patience.idle_s,
                timeout_graceful_shutdown=_TASKS_S,
            )
        )
        self._patience = patience
        self._on_stop = on_stop

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """As uvicorn's own."""
        await super().startup(sockets)
        if self.started:
            say_ready()

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        """As uvicorn's own; those who follow events or wait for orders are let go first, for they
        would stay. Who has not taken an answer in time is broken off.
        """
        self._on_stop()
        ending = asyncio.get_running_loop().call_later(_LEFT_S, self._break_off)
        try:
            await super().shutdown(sockets)
        finally:
            ending.cancel()

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

    def _break_off(self) -> None:
        found = [one for one in self.server_state.connections if isinstance(one, Watched)]
        for connection in found:
            connection.give_up()
        if found:
            log.info("connections_broken_off count=%d", len(found))


def raise_open_files() -> None:
    """As many connections as the system allows this process, not as few as it begins with."""
    _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))


def say_ready() -> None:
    """Touch the file that whoever started this process waits for, if any."""
    ready_file = os.environ.get("OUTSCOPE_READY_FILE")
    if ready_file:
        Path(ready_file).touch()
