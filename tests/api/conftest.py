"""A seeded store, the API in process, and the API as a real server."""

import asyncio
import shutil
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from pathlib import Path

import httpx
import pytest
from click.testing import Result
from typer.testing import CliRunner

from api.cli.app import app
from api.http.app import create_app
from api.http.settings import ApiSettings
from coordinator.store import Store, open_store
from tests.api import seeds
from tests.api.server import Server
from worker.contract.clock import now


@pytest.fixture
def api_database(tmp_path: Path, migrated_file: Path) -> str:
    """URL of a database of this test's own."""
    shutil.copy(migrated_file, tmp_path / "outscope.db")
    return f"sqlite://{tmp_path / 'outscope.db'}"


@pytest.fixture
async def api_store(api_database: str) -> AsyncIterator[Store]:
    """An open, empty store, as the coordinator would have it."""
    async with open_store(api_database) as store:
        yield store


@pytest.fixture
async def configured(api_store: Store) -> Store:
    """The store with two services and a reference, looked at from five regions; nothing is judged
    yet.
    """
    await api_store.configurations.save(seeds.configuration(), now())
    return api_store


@pytest.fixture
async def api(api_database: str) -> AsyncIterator[httpx.AsyncClient]:
    """A client of the app in this process; every reading is fresh."""
    app = create_app(ApiSettings(api_database, refresh_ms=0, stale_ms=0))
    transport = httpx.ASGITransport(app=app, raise_app_exceptions=False)
    async with (
        app.router.lifespan_context(app),
        httpx.AsyncClient(transport=transport, base_url="http://localhost") as client,
    ):
        yield client


@pytest.fixture
def api_server(api_database: str, free_port: Callable[[], int]) -> Iterator[Server]:
    """A real server, listening."""
    server = Server(api_database, free_port())
    server.start()
    yield server
    server.stop()


@pytest.fixture
def outscope(api_server: Server) -> Callable[..., Result]:
    """Runs a reading command against the real server: `outscope("status", "--json")`."""

    def run(*arguments: str, **environment: str) -> Result:
        env = {"OUTSCOPE_URL": api_server.url, "COLUMNS": "160", **environment}
        return CliRunner().invoke(app, [str(argument) for argument in arguments], env=env)

    return run


@pytest.fixture
def seed(api_database: str) -> Callable[[Callable[[Store], Awaitable[None]]], None]:
    """Writes into the store as another process would: `seed(async_function_of_the_store)`."""

    def write(how: Callable[[Store], Awaitable[None]]) -> None:
        async def through_store() -> None:
            async with open_store(api_database) as store:
                await how(store)

        asyncio.run(through_store())

    return write
