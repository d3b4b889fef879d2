"""`outscope bench ingest` and `outscope bench judge`, small."""

import asyncio
import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from api.cli.app import app
from coordinator.store import open_store

pytestmark = pytest.mark.slow


def test_ingest_tells_figures_of_a_real_coordinator() -> None:
    said = CliRunner().invoke(
        app, ["bench", "ingest", "--results", "2000", "--checks", "50", "--json"]
    )
    assert said.exit_code == 0, said.output
    told = json.loads(said.stdout)
    assert told["results"] == 2120
    assert told["results_per_s"] > 100
    assert 0 < told["ratio_to_limit"] < 1
    assert 20 < told["rss_mb"] < 500
    assert told["database"] == "sqlite"


def test_ingest_leaves_a_database_in_use_alone(tmp_path: Path) -> None:
    url = f"sqlite://{tmp_path}/used.db"

    async def use() -> None:
        async with open_store(url) as store:
            await store.configurations.save({"regions": [], "services": []}, 1)

    asyncio.run(use())
    said = CliRunner().invoke(
        app, ["bench", "ingest", "--results", "1000", "--checks", "10", "--database", url]
    )
    assert said.exit_code == 1
    assert "in use" in said.stderr


def test_judge_tells_figures() -> None:
    said = CliRunner().invoke(
        app, ["bench", "judge", "--results", "2000", "--checks", "50", "--json"]
    )
    assert said.exit_code == 0, said.output
    told = json.loads(said.stdout)
    assert (told["results"], told["checks"]) == (2120, 50)
    assert told["results_per_s"] > 1000
