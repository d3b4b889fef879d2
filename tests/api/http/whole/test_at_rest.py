"""What an API holds in memory while nobody asks for what is heavy."""

from collections.abc import Callable
from importlib.util import find_spec
from pathlib import Path

import pytest

from api.http.routes import ROUTERS
from api.http.shapes import Router
from coordinator.store import Store
from tests.api.process import ApiProcess

HEAVY = ("libarrow", "numpy/_core", "libduckdb", "_multiarray_umath", "libgrpc")


@pytest.mark.slow
def test_arrays_and_files_of_columns_are_loaded_when_somebody_asks_for_them(
    api_database: str, configured: Store, free_port: Callable[[], int], tmp_path: Path
) -> None:
    api = ApiProcess(api_database, free_port(), tmp_path / "log")
    maps = Path(f"/proc/{api._process.pid}/maps")
    try:
        for path in ("/v1/services", "/v1/overview", "/v1/advice", "/v1/services/claude"):
            assert api.get(path)[0] == 200
        assert [name for name in HEAVY if name in maps.read_text()] == []
        assert api.get("/v1/services/claude/history")[0] == 200
        assert "_multiarray_umath" in maps.read_text()
        assert api.get("/v1/results")[0] == 200
    finally:
        api.stop()


RARE = (
    *("jinja2", "rich.console", "resvg_py", "mcp", "duckdb", "numpy", "pyarrow"),
    *("celery", "pycurl", "httpx", "coordinator.store.schema.models"),
)
"""Pages, drawing, other protocols, other processes, and tables as Tortoise has them."""


@pytest.mark.slow
def test_what_few_ask_for_is_not_loaded_by_those_who_do_not(
    api_database: str, configured: Store, free_port: Callable[[], int], tmp_path: Path
) -> None:
    log = tmp_path / "log"
    api = ApiProcess(api_database, free_port(), log, PYTHONPROFILEIMPORTTIME="1")
    try:
        for path in ("/v1/services", "/v1/overview", "/v1/advice", "/v1/services/claude"):
            assert api.get(path)[0] == 200
        loaded = {line.rpartition("|")[2].strip() for line in log.read_text().splitlines()}
        assert "fastapi" in loaded
        assert loaded & set(RARE) == set()
        assert all(find_spec(name) for name in RARE)
    finally:
        api.stop()


def test_no_address_works_out_shapes_before_somebody_asks_for_them() -> None:
    assert {name for name, router in ROUTERS.items() if not isinstance(router, Router)} == set()
