"""A browser for each test, and one for all tests of a file that look at the same story."""

import asyncio
from collections.abc import Iterator
from pathlib import Path

import pytest
from selenium.webdriver import Chrome

from api.supervisor.claim import free_port
from coordinator.store import open_store
from tests.api.server import Server
from tests.api.web import chromium, story
from worker.contract.clock import now

PATIENT_MS = 10**9
"""Nobody coordinates in a story, and that is not what is looked at."""


@pytest.fixture
def browser(tmp_path: Path) -> Iterator[Chrome]:
    """A Chromium of this test's own, 900 wide."""
    driver = chromium.start(tmp_path / "profile")
    yield driver
    driver.quit()


@pytest.fixture(scope="module")
def told(tmp_path_factory: pytest.TempPathFactory) -> str:
    """The URL of a database that has the story."""
    database = f"sqlite://{tmp_path_factory.mktemp('story') / 'outscope.db'}"

    async def fill() -> None:
        async with open_store(database) as store:
            await story.fill(store, now())

    asyncio.run(fill())
    return database


@pytest.fixture(scope="module")
def site(told: str) -> Iterator[str]:
    """Where the story is served."""
    server = Server(told, free_port(), coordinator_silent_ms=PATIENT_MS)
    server.start()
    yield server.url
    server.stop()


@pytest.fixture(scope="module")
def reader(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Chrome]:
    """A Chromium for all tests of a file."""
    driver = chromium.start(tmp_path_factory.mktemp("reader") / "profile")
    yield driver
    driver.quit()
