"""What an API holds in memory while nobody asks for what is heavy."""

from collections.abc import Callable
from pathlib import Path

import pytest

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
