"""The coordinator as a real process, with a real broker, a real database, and workers reduced to their wire."""

import sqlite3
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest

from coordinator.store import open_store
from tests.faults.broker import Broker
from tests.faults.coordination import CoordinatorProcess
from tests.faults.coordinator import until
from tests.faults.reporter import Reporter

pytestmark = pytest.mark.slow

REGIONS = ("eu-west", "us-east", "ap-south")


class Fleet:
    """A coordinator process on SQLite and one reporter a region."""

    def __init__(self, valkey: Broker, folder: Path) -> None:
        self.database = folder / "store.db"
        self.url = f"sqlite://{self.database}"
        self.coordinator = CoordinatorProcess(valkey.url, self.url, folder / "coordinator")
        self.reporters = {region: Reporter(valkey.url, region) for region in REGIONS}

    def rows(self, sql: str) -> list[Any]:
        with sqlite3.connect(f"file:{self.database}?mode=ro", uri=True) as link:
            found = link.execute(sql).fetchall()
        link.close()
        return found

    def stored(self) -> set[str]:
        return {row[0] for row in self.rows("SELECT id FROM result")}

    def receipted(self) -> set[str]:
        return set().union(*(reporter.receipted for reporter in self.reporters.values()))


@pytest.fixture
async def fleet(valkey: Broker, tmp_path: Path, document: dict[str, Any]) -> Any:
    fleet = Fleet(valkey, tmp_path)
    async with open_store(fleet.url) as store:
        await store.configurations.save(document, 1)
    with ExitStack() as stack:
        for reporter in fleet.reporters.values():
            stack.enter_context(reporter)
        stack.enter_context(fleet.coordinator)
        yield fleet


def test_orders_go_out_and_results_come_in_and_are_receipted(fleet: Fleet) -> None:
    until(lambda: len(fleet.receipted()) >= 60, 30, f"sixty receipted results; {fleet.coordinator.log()}")
    assert fleet.receipted() <= fleet.stored()
