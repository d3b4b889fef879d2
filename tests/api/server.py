"""The API as a real server in a thread of the test's process."""

import asyncio
import threading
import time
from functools import partial
from typing import Any

from api.http.app import create_app, let_go
from api.http.listening.patience import PATIENCE, Patience
from api.http.listening.server import ApiServer
from api.http.live.feed import Feed
from api.http.settings import ApiSettings
from api.http.sources.export_places import ExportPlaces


class Server:
    """A real server of the API in a thread."""

    def __init__(
        self, database: str, port: int, patience: Patience = PATIENCE, **settings: Any
    ) -> None:
        self.url = f"http://127.0.0.1:{port}"
        self._app = create_app(ApiSettings(database, refresh_ms=100, stale_ms=100, **settings))
        self._server = ApiServer(
            self._app, "127.0.0.1", port, patience, on_stop=partial(let_go, self._app)
        )
        self._thread = threading.Thread(target=lambda: asyncio.run(self._server.serve()))

    def start(self) -> None:
        """Returns when it listens."""
        self._thread.start()
        deadline = time.monotonic() + 30
        while not self._server.started:
            assert self._thread.is_alive(), "the server did not start"
            assert time.monotonic() < deadline, "the server took too long to start"
            time.sleep(0.01)

    @property
    def places(self) -> ExportPlaces:
        """Its places for exports."""
        found: ExportPlaces = self._app.state.sources.exports.places
        return found

    @property
    def feed(self) -> Feed:
        """What its followers are told from."""
        found: Feed = self._app.state.sources.feed
        return found

    def ask_to_stop(self) -> None:
        """As a signal would."""
        self._server.should_exit = True

    def stop(self) -> None:
        """Returns when it listens no more; again does no harm."""
        self._server.should_exit = self._server.force_exit = True
        self._thread.join(30)
