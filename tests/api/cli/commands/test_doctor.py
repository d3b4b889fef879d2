"""`outscope doctor`, in this process, on real stores and brokers."""

import asyncio
import json
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner, Result

from api.cli.app import app
from coordinator.store import Store, open_store
from tests.api import seeds
from tests.faults.broker import Broker
from worker.contract.clock import now

SECRET = "t0psecret"


def doctor(*arguments: object, env: Mapping[str, str] | None = None) -> Result:
    return CliRunner().invoke(
        app, ["doctor", *map(str, arguments)], env={"COLUMNS": "200", **(env or {})}
    )


def checks(*arguments: object, env: Mapping[str, str] | None = None) -> dict[str, dict[str, Any]]:
    done = doctor("--json", *arguments, env=env)
    told = json.loads(done.stdout)
    assert done.exit_code == (0 if told["ok"] else 1), told
    return {check["check"]: check for check in told["checks"]}


@pytest.fixture
def configured_data(tmp_path: Path) -> Path:
    """A data folder with a configured store."""

    async def fill() -> None:
        async with open_store(f"sqlite://{tmp_path}/outscope.db") as store:
            await store.configurations.save(seeds.configuration(), now())

    asyncio.run(fill())
    return tmp_path


def test_every_check_has_a_line_and_warnings_do_not_fail(configured_data: Path) -> None:
    done = doctor("--data", configured_data)
    assert done.exit_code == 0, done.stdout
    for check in (
        "python",
        "libcurl",
        "icmp",
        "name servers",
        "open files",
        "disk",
        "countries",
        "settings",
    ):
        assert any(f" {check} " in line for line in done.stdout.splitlines()), check
    for check in (
        "broker",
        "clock",
        "store",
        "migrations",
        "damage",
        "orphans",
        "archive",
        "applied",
        "coordinator",
    ):
        assert any(f" {check} " in line for line in done.stdout.splitlines()), check
    assert "→ start it: outscope up, or outscope coordinator" in done.stdout
    assert "FAILURE" not in done.stdout
    lines = [line for line in done.stdout.splitlines() if line[:7] in ("ok     ", "warning")]
    assert done.stdout.splitlines()[-1].startswith(f"{len(lines)} checks, ")


def test_the_first_look_at_nothing_makes_nothing(tmp_path: Path) -> None:
    told = checks("--data", tmp_path / "data")
    assert told["store"]["state"] == "warning"
    assert list(tmp_path.iterdir()) == []


def test_the_lock_of_a_product_that_ended_stays_as_it_was(configured_data: Path) -> None:
    (configured_data / "lock").write_text("4711\n")
    assert "Outscope does not run on" in checks("--data", configured_data)["broker"]["said"]
    assert (configured_data / "lock").read_text() == "4711\n"


def test_a_failure_is_the_exit_code_and_secrets_are_not_shown(
    free_port: Callable[[], int], tmp_path: Path
) -> None:
    arguments = (
        *("--broker", f"redis://coordinator:{SECRET}@127.0.0.1:{free_port()}/0"),
        *(
            "--database",
            f"postgres://outscope:{SECRET}@127.0.0.1:{free_port()}/outscope",
            "--data",
            tmp_path,
        ),
    )
    told = checks(*arguments)
    assert (told["broker"]["state"], told["store"]["state"]) == ("failure", "failure")
    done = doctor(*arguments)
    assert (done.exit_code, "2 failures." in done.stdout) == (1, True), done.stdout
    assert SECRET not in done.output + json.dumps(told)


@pytest.mark.slow
def test_the_settings_of_a_coordinator_are_looked_at(
    valkey: Broker, postgres_url: str, tmp_path: Path, seed_postgres: Callable[[], None]
) -> None:
    seed_postgres()
    (tmp_path / "broker").write_text(f"{valkey.url}\n")
    env = {"OUTSCOPE_BROKER_FILE": str(tmp_path / "broker"), "OUTSCOPE_DATABASE": postgres_url}
    told = checks("--data", tmp_path / "data", env=env)
    assert (told["broker"]["state"], told["store"]["state"], told["archive"]["said"]) == (
        "ok",
        "ok",
        "off",
    )
    assert (
        told["clock"]["said"] == "the broker is +0.0 s from here, the database is +0.0 s from here"
    )


@pytest.fixture
def seed_postgres(postgres_url: str) -> Callable[[], None]:
    """Makes the schema of the PostgreSQL database."""

    async def fill() -> None:
        async with open_store(postgres_url) as store:
            await saved(store)

    return lambda: asyncio.run(fill())


async def saved(store: Store) -> None:
    await store.configurations.save(seeds.configuration(), now())


def test_a_configuration_with_a_mistake_is_named_with_its_line(configured_data: Path) -> None:
    wrong = configured_data / "wrong.yaml"
    wrong.write_text(
        "include: [catalog:claude, catalog:references, catalog:regions]\nservises: []\n"
    )
    told = checks("--data", configured_data, "--config", wrong)["configuration"]
    assert told["state"] == "failure"
    assert f"{wrong}:2:1" in told["said"]
    assert told["todo"].endswith(f"outscope config check {wrong}")


def test_a_secret_that_is_for_nobody_in_particular_is_named_with_the_line_to_add(
    configured_data: Path,
) -> None:
    path = configured_data / "outscope.yaml"
    key = '"${env:OUTSCOPE_SECRET_SHOP_KEY}"'
    check = f"""
      - {{id: a, kind: http, url: "https://shop.example.com/", headers: {{x: {key}}}}}
      - {{id: b, kind: http, url: "https://pay.example.com/", auth: {{bearer: {key}}}}}
"""
    path.write_text(
        "include: [catalog:regions]\nservices:\n- id: shop\n  components:\n  - id: web\n"
        f"    checks:{check}"
    )
    told = checks("--data", configured_data, "--config", path)["secrets"]
    assert told["state"] == "warning"
    assert "OUTSCOPE_SECRET_SHOP_KEY" in told["said"]
    line = told["todo"].partition(": ")[2]
    assert line == "secrets: {shop_key: {hosts: [pay.example.com, shop.example.com]}}"
    path.write_text(f"{line}\n{path.read_text()}")
    assert checks("--data", configured_data, "--config", path)["secrets"]["state"] == "ok"


def test_a_setting_with_a_mistake_is_named(configured_data: Path) -> None:
    told = checks("--data", configured_data, env={"OUTSCOPE_KEEP_RESULTS": "for ever"})["settings"]
    assert (told["state"], "OUTSCOPE_KEEP_RESULTS" in told["said"]) == ("failure", True)


def test_a_setting_by_its_old_name_is_a_failure_that_names_the_new(configured_data: Path) -> None:
    told = checks("--data", configured_data, env={"OUTSCOPE_INTAKE": "elsewhere"})["settings"]
    assert (told["state"], "OUTSCOPE_WRITERS" in told["said"]) == ("failure", True)


def test_an_archive_that_misses_a_part_is_a_failure(configured_data: Path) -> None:
    entries = configured_data / "archive" / "manifest" / "day=2026-01-01"
    entries.mkdir(parents=True)
    (entries / "x.json").write_text("{")
    told = checks("--data", configured_data)["archive"]
    assert (told["state"], "1 entries of its manifest are damaged" in told["said"]) == (
        "failure",
        True,
    )
