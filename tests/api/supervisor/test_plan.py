"""Each process is told what it needs, and no secret of another one."""

from pathlib import Path

import pytest

from api.supervisor.broker import Credentials
from api.supervisor.plan import programs
from api.supervisor.settings import ProductSettings

CREDENTIALS = Credentials(
    "redis://coordinator:c@h", {"eu-west": "redis://eu-west:e@h", "us-east": "redis://us-east:u@h"}
)


def test_a_worker_knows_its_own_credential_and_no_database(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OUTSCOPE_DATABASE", "postgres://secret")
    monkeypatch.setenv("OUTSCOPE_SECRET_KEY", "k")
    settings = ProductSettings(data=tmp_path, allow="127.2.0.0/16", source_addresses={"eu-west": "127.1.3.1"})
    by_name = {program.name: program for program in programs(settings, CREDENTIALS)}
    assert set(by_name) == {"coordinator", "api", "worker eu-west-1", "worker us-east-1"}
    env = by_name["worker eu-west-1"].env
    assert env["OUTSCOPE_BROKER"] == "redis://eu-west:e@h"
    assert env["OUTSCOPE_SOURCE_ADDRESS"] == "127.1.3.1"
    assert env["OUTSCOPE_SECRET_KEY"] == "k"
    assert "OUTSCOPE_DATABASE" not in env
    assert "OUTSCOPE_SOURCE_ADDRESS" not in by_name["worker us-east-1"].env


def test_coordinator_and_api_know_the_database_and_no_secret_of_checks(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("OUTSCOPE_SECRET_KEY", "k")
    by_name = {program.name: program for program in programs(ProductSettings(data=tmp_path), CREDENTIALS)}
    for name in ("coordinator", "api"):
        assert by_name[name].env["OUTSCOPE_DATABASE"] == f"sqlite://{tmp_path}/outscope.db"
        assert "OUTSCOPE_SECRET_KEY" not in by_name[name].env
    assert "OUTSCOPE_BROKER" not in by_name["api"].env


def test_no_secret_stands_in_a_command_line(tmp_path: Path) -> None:
    for program in programs(ProductSettings(data=tmp_path, database="postgres://u:pw@h/d"), CREDENTIALS):
        assert not any("@h" in word for word in program.argv)


def test_an_address_is_one_that_people_can_open(tmp_path: Path) -> None:
    assert ProductSettings(data=tmp_path, host="0.0.0.0", port=81).address == "http://127.0.0.1:81"
    assert ProductSettings(data=tmp_path, host="::1", port=81).address == "http://[::1]:81"
