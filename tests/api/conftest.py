"""A seeded store, the API in process, and the API as a real server."""

import asyncio
import threading
import time
from collections.abc import AsyncIterator, Callable, Iterator
from pathlib import Path

import httpx
import pytest
import uvicorn

from api.app import create_app
from api.settings import ApiSettings
from coordinator.store import Store, open_store
from tests.api import seeds
from worker.contract.clock import now


@pytest.fixture
def api_database(tmp_path: Path) -> str:
    """URL of a database of this test's own."""
    return f"sqlite://{tmp_path / 'outscope.db'}"


@pytest.fixture
async def api_store(api_database: str) -> AsyncIterator[Store]:
    """An open, empty store, as the coordinator would have it."""
    async with open_store(api_database) as store:
        yield store


@pytest.fixture
async def configured(api_store: Store) -> Store:
    """The store with two services and a reference, looked at from five regions; nothing is judged yet."""
    await api_store.configurations.save(seeds.configuration(), now())
    return api_store


@pytest.fixture
async def api(api_database: str) -> AsyncIterator[httpx.AsyncClient]:
    """A client of the app in this process; every reading is fresh."""
    app = create_app(ApiSettings(api_database, refresh_ms=0, stale_ms=0))
    transport = httpx.ASGITransport(app=app, raise_app_exceptions=False)
    async with (
        app.router.lifespan_context(app),
        httpx.AsyncClient(transport=transport, base_url="http://api") as client,
    ):
        yield client


class Server:
    """A real server of the API in a thread."""

    def __init__(self, database: str, port: int) -> None:
        self.url = f"http://127.0.0.1:{port}"
        app = create_app(ApiSettings(database, refresh_ms=100, stale_ms=100))
        self._server = uvicorn.Server(uvicorn.Config(app, "127.0.0.1", port, log_level="error"))
        self._thread = threading.Thread(target=lambda: asyncio.run(self._server.serve()))

    def start(self) -> None:
        """Returns when it listens."""
        self._thread.start()
        deadline = time.monotonic() + 30
        while not self._server.started:
            assert self._thread.is_alive(), "the server did not start"
            assert time.monotonic() < deadline, "the server took too long to start"
            time.sleep(0.01)

    def stop(self) -> None:
        """Returns when it listens no more; again does no harm."""
        self._server.should_exit = self._server.force_exit = True
        self._thread.join(30)


@pytest.fixture
def api_server(api_database: str, free_port: Callable[[], int]) -> Iterator[Server]:
    """A real server, listening."""
    server = Server(api_database, free_port())
    server.start()
    yield server
    server.stop()
