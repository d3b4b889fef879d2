"""The coordinator as a real process, with a real broker, a real database, and workers reduced to
their wire.
"""

import shutil
from pathlib import Path
from typing import Any

import pytest

from tests.faults.broker import Broker
from tests.faults.coordinator import PATIENCE_S, until
from tests.faults.fleet import Fleet

REGIONS = ("eu-west", "us-east", "ap-south")


def api_is_down(check: str, _scheduled_at: int) -> tuple[bool, str, str]:
    """What every region sees when one component is down."""
    return (False, "refused", "target") if check == "api" else (True, "ok", "none")


@pytest.fixture
def fleet(valkey: Broker, tmp_path: Path, migrated_file: Path, document: dict[str, Any]) -> Fleet:
    """On SQLite, with the configuration applied; not yet running."""
    shutil.copy(migrated_file, tmp_path / "store.db")
    fleet = Fleet(valkey, f"sqlite://{tmp_path}/store.db", tmp_path, REGIONS)
    fleet.apply(document)
    return fleet


def progress(fleet: Fleet, results: int = 24, within_s: float = PATIENCE_S) -> None:
    """Wait until so many more results were receipted."""
    before = len(fleet.receipted())
    until(
        lambda: len(fleet.receipted()) >= before + results,
        "results",
        fleet.coordinator.log,
        within_s=within_s,
    )
