"""A whole installation for each test."""

from pathlib import Path

import pytest

from tests.chaos.installation import Installation
from tests.faults.broker import Broker
from tests.faults.postgres import Postgres


@pytest.fixture
def installation(
    valkey: Broker, postgres_server: Postgres, postgres_url: str, tmp_path: Path
) -> Installation:
    """Not yet running."""
    return Installation(valkey, postgres_server, postgres_url, tmp_path)
