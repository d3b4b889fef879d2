"""Commands show a token: the one given, else that of this machine where the API asks for one."""

from collections.abc import Awaitable, Callable
from pathlib import Path

import pytest
from click.testing import Result
from typer.testing import CliRunner

from api.cli.app import app
from coordinator.access import local_file
from coordinator.access.local import keep_token
from coordinator.store import Store
from coordinator.store.audit import Entry
from tests.api import seeds
from tests.api.server import Server
from worker.contract.clock import now

Seed = Callable[[Callable[[Store], Awaitable[None]]], None]


@pytest.mark.slow
def test_commands_show_the_token_that_they_have_and_never_print_it(
    api_database: str, seed: Seed, tmp_path: Path, free_port: Callable[[], int]
) -> None:
    async def write(store: Store) -> None:
        await store.configurations.save(seeds.configuration(), now())
        await keep_token(store, tmp_path, Entry(now(), "anna", "", "", "here"))

    seed(write)
    token = local_file.read(tmp_path)
    assert token is not None
    server = Server(api_database, free_port(), access="tokens")
    server.start()

    def asked(data: Path, *words: str) -> Result:
        env = {"OUTSCOPE_URL": server.url, "OUTSCOPE_DATA": str(data), "COLUMNS": "160"}
        return CliRunner().invoke(app, ["regions", *words], env=env)

    try:
        elsewhere = tmp_path / "elsewhere"
        assert asked(elsewhere).exit_code == 1
        wrong = asked(elsewhere, "--token", token[:-1])
        assert (wrong.exit_code, token[:-1] in wrong.output) == (1, False)
        for good in (asked(tmp_path), asked(elsewhere, "--token", token)):
            assert (good.exit_code, token in good.output) == (0, False)
    finally:
        server.stop()
