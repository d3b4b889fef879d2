"""PostgreSQL has its own tools: what `pg_dump` takes from a store is a whole store again."""

import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from typer.testing import CliRunner

from api.cli.app import app
from coordinator.store import Store, open_store
from tests.api import seeds
from tests.faults.postgres import Postgres
from worker.contract.result import Result

NOW = 1_772_000_000_000
DAY = 86_400
pytestmark = pytest.mark.slow


async def filled(
    store: Store, document: dict[str, Any], make_result: Callable[..., Result]
) -> None:
    await store.configurations.save(document, NOW)
    # three days: three partitions
    await store.results.add([make_result(number * DAY // 4) for number in range(12)])
    await store.incidents.apply(seeds.incident("claude", NOW))


async def told(store: Store) -> list[Any]:
    open_now = await store.incidents.open()
    return [await store.results.recent(0), open_now, await store.configurations.current()]


def piped(source: str, target: str, folder: Path) -> None:
    dump = subprocess.run(["pg_dump", source], capture_output=True, check=True, cwd=folder).stdout
    subprocess.run(
        ["psql", "--quiet", "--set=ON_ERROR_STOP=1", target],
        input=dump,
        check=True,
        capture_output=True,
    )


def by_file(source: str, target: str, folder: Path) -> None:
    file = folder / "outscope.dump"
    subprocess.run(["pg_dump", "--format=custom", f"--file={file}", source], check=True)
    subprocess.run(["pg_restore", "--no-owner", f"--dbname={target}", file], check=True)


@pytest.mark.parametrize("way", [piped, by_file])
async def test_a_dump_is_a_whole_store_again(
    way: Callable[[str, str, Path], None],
    postgres_url: str,
    postgres_server: Postgres,
    tmp_path: Path,
    document: dict[str, Any],
    make_result: Callable[..., Result],
) -> None:
    async with open_store(postgres_url) as store:
        await filled(store, document, make_result)
        other = postgres_server.database(f"test_{uuid4().hex}")
        way(postgres_url, other, tmp_path)
        async with open_store(other) as restored:
            assert await told(restored) == await told(store)
            assert len((await told(restored))[0]) == 12
            # it makes the partitions that it needs
            await restored.results.add([make_result(3 * DAY)])


@pytest.mark.parametrize("command", [["backup"], ["restore", "some.tar.zst"]])
def test_the_commands_say_what_to_do_instead(command: list[str]) -> None:
    done = CliRunner().invoke(
        app, [*command, "--database", "postgres://outscope:topsecret@db.internal/outscope"]
    )
    assert done.exit_code == 1
    assert "pg_dump --format=custom" in done.stderr
    assert "pg_restore --no-owner" in done.stderr
    assert "topsecret" not in done.output
