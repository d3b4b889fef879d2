"""Each process is told what it needs, and no secret of another one."""

from pathlib import Path

import pytest

from api.supervisor.plan import api, coordinator, relay, worker
from api.supervisor.settings import ProductSettings

EU, US = "redis://eu-west:e@h", "redis://us-east:u@h"


def test_a_worker_knows_its_own_credential_and_no_database(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("OUTSCOPE_DATABASE", "postgres://secret")
    monkeypatch.setenv("OUTSCOPE_SECRET_KEY", "k")
    monkeypatch.setenv("OUTSCOPE_NEVER_PROBE", "shop.example")
    settings = ProductSettings(
        data=tmp_path, allow="127.2.0.0/16", source_addresses={"eu-west": "127.1.3.1"}
    )
    env = worker(settings, "eu-west", EU).env
    assert env["OUTSCOPE_BROKER"] == EU
    assert env["OUTSCOPE_SOURCE_ADDRESS"] == "127.1.3.1"
    assert env["OUTSCOPE_SECRET_KEY"] == "k"
    assert env["OUTSCOPE_NEVER_PROBE"] == "shop.example"
    assert "OUTSCOPE_DATABASE" not in env
    assert "OUTSCOPE_SOURCE_ADDRESS" not in worker(settings, "us-east", US).env


def test_the_relay_knows_the_token_that_lends_the_places_and_no_other_secret(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("OUTSCOPE_SECRET_KEY", "k")
    monkeypatch.setenv("OUTSCOPE_SECRET_GLOBALPING", "t")
    monkeypatch.setenv("OUTSCOPE_GLOBALPING_URL", "http://127.0.0.1:1")
    settings = ProductSettings(data=tmp_path)
    env = relay(settings, {"gp-jp": EU, "gp-us": US}).env
    assert (env["OUTSCOPE_REGION"], env["OUTSCOPE_VIA"]) == ("gp-jp,gp-us", "globalping")
    assert (env["OUTSCOPE_BROKER_GP_JP"], env["OUTSCOPE_BROKER_GP_US"]) == (EU, US)
    assert env["OUTSCOPE_SECRET_GLOBALPING"] == "t"
    assert env["OUTSCOPE_GLOBALPING_URL"] == "http://127.0.0.1:1"
    assert "OUTSCOPE_SECRET_KEY" not in env
    assert "OUTSCOPE_SECRET_GLOBALPING" not in worker(settings, "eu-west", EU).env


def test_coordinator_and_api_know_the_database_and_no_secret_of_checks(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("OUTSCOPE_SECRET_KEY", "k")
    settings = ProductSettings(data=tmp_path)
    for program in (coordinator(settings, "redis://c@h"), api(settings)):
        assert program.env["OUTSCOPE_DATABASE"] == f"sqlite://{tmp_path}/outscope.db"
        assert "OUTSCOPE_SECRET_KEY" not in program.env
    assert "OUTSCOPE_BROKER" not in api(settings).env


def test_the_coordinator_of_up_does_not_stand_by(tmp_path: Path) -> None:
    settings = ProductSettings(data=tmp_path)
    assert coordinator(settings, "redis://c@h").env["OUTSCOPE_STANDBY"] == "refuse"


def test_no_secret_stands_in_a_command_line(tmp_path: Path) -> None:
    settings = ProductSettings(data=tmp_path, database="postgres://u:pw@h/d")
    for program in (
        coordinator(settings, "redis://c:pw@h"),
        api(settings),
        worker(settings, "eu-west", EU),
    ):
        assert not any("@h" in word for word in program.argv)


def test_an_address_is_one_that_people_can_open(tmp_path: Path) -> None:
    assert ProductSettings(data=tmp_path, host="0.0.0.0", port=81).address == "http://127.0.0.1:81"
    assert ProductSettings(data=tmp_path, host="::1", port=81).address == "http://[::1]:81"
    assert ProductSettings(data=tmp_path, host="::", port=81).address == "http://[::1]:81"


def test_the_api_is_told_its_public_names_and_bounds(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("OUTSCOPE_PUBLIC_HOSTS", "status.example.org")
    monkeypatch.setenv("OUTSCOPE_EXPORTS_PER_CLIENT", "1")
    env = api(ProductSettings(data=tmp_path)).env
    assert env["OUTSCOPE_PUBLIC_HOSTS"] == "status.example.org"
    assert env["OUTSCOPE_EXPORTS_PER_CLIENT"] == "1"


def test_only_the_coordinator_knows_the_key_that_signs_and_workers_pin_its_public_half(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("OUTSCOPE_SIGNING_KEY_FILE", "/etc/outscope/signing.key")
    settings = ProductSettings(data=tmp_path)
    ours, others = coordinator(settings, "redis://c@h"), worker(settings, "eu-west", EU, tmp_path)
    assert ours.env["OUTSCOPE_SIGNING_KEY_FILE"] == "/etc/outscope/signing.key"
    assert others.env["OUTSCOPE_COORDINATOR_KEY_FILE"] == str(tmp_path)
    assert "OUTSCOPE_SIGNING_KEY_FILE" not in others.env | api(settings).env


def test_what_stands_in_files_is_read_there_by_each_process(tmp_path: Path) -> None:
    broker, database = tmp_path / "broker", tmp_path / "database"
    settings = ProductSettings(
        data=tmp_path,
        broker="redis://pw@h",
        broker_file=broker,
        database="postgres://u:pw@h/d",
        database_file=database,
    )
    for program in (
        coordinator(settings, "redis://pw@h"),
        api(settings),
        worker(settings, "eu-west", "redis://pw@h"),
    ):
        assert not [value for value in program.env.values() if "pw@h" in value]
    assert coordinator(settings, "").env["OUTSCOPE_DATABASE_FILE"] == str(database)
    assert api(settings).env["OUTSCOPE_DATABASE_FILE"] == str(database)
    assert worker(settings, "eu-west", "").env["OUTSCOPE_BROKER_FILE"] == str(broker)


def test_who_is_told_of_incidents_reaches_the_coordinator_and_nobody_else(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    settings = ProductSettings(tmp_path)
    told = {"OUTSCOPE_NOTIFY_CHAT": "json://x", "OUTSCOPE_PUBLIC_URL": "https://o.example"}
    for name, value in {**told, "OUTSCOPE_LISTENERS": "7"}.items():
        monkeypatch.setenv(name, value)
    judge, page = coordinator(settings, EU).env, api(settings).env
    assert told.items() <= judge.items()
    assert "OUTSCOPE_NOTIFY_CHAT" not in page
    assert "OUTSCOPE_NOTIFY_CHAT" not in worker(settings, "eu-west", EU).env
    assert page["OUTSCOPE_LISTENERS"] == "7"
