"""What the compose files say is what the product understands."""

import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from tests.infra.containers.composed import FILES, FOLDER, composed, ours, services
from tests.infra.spoken import mistake, unknown_settings

OURS = [(file, name) for file in FILES for name, service in services(file).items() if ours(service)]


def test_the_files_keep_to_the_schema_of_compose() -> None:
    command = [sys.executable, "-m", "check_jsonschema", "--builtin-schema", "vendor.compose-spec"]
    checked = subprocess.run(
        [*command, *(str(FOLDER / name) for name in FILES)],
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert checked.returncode == 0, checked.stdout + checked.stderr


@pytest.mark.parametrize(("file", "name"), OURS)
def test_each_command_and_variable_exists(file: str, name: str) -> None:
    service = services(file)[name]
    assert unknown_settings(service.get("environment", {})) == []
    if service["command"][0] != "sh":
        assert mistake(service["command"]) == ""


@pytest.mark.parametrize(("file", "name"), OURS)
def test_each_process_of_ours_has_no_right_that_it_does_not_need(file: str, name: str) -> None:
    service = services(file)[name]
    assert service["read_only"] is True
    assert service["cap_drop"] == ["ALL"]
    assert "no-new-privileges:true" in service["security_opt"]
    assert not service.get("privileged")
    assert not service.get("ports"), "only the proxy and the broker are reached from outside"


@pytest.mark.parametrize("file", FILES)
def test_what_a_service_is_given_is_there(file: str) -> None:
    document = composed(file)
    for kind in ("secrets", "configs"):
        known = document.get(kind, {})
        for service in document["services"].values():
            used = {_source(entry) for entry in service.get(kind, ())}
            assert used <= set(known)
    for name, entry in document.get("configs", {}).items():
        assert (FOLDER / entry["file"]).is_file(), name


def _source(entry: Any) -> str:
    return str(entry["source"] if isinstance(entry, dict) else entry)


def test_each_file_that_a_setting_names_is_given_to_that_service() -> None:
    for name, service in services("compose.yaml").items():
        given = {f"/run/secrets/{_source(entry)}" for entry in service.get("secrets", ())}
        given |= {entry["target"] for entry in service.get("configs", ())}
        named = {
            str(value)
            for value in [*service.get("environment", {}).values(), *service.get("command", ())]
            if str(value).startswith("/run/")
        }
        assert named <= given, name


def test_a_name_that_has_to_be_given_is_asked_for() -> None:
    with pytest.raises(KeyError, match="OUTSCOPE_BROKER_NAME"):
        composed("compose.yaml", {})
    with pytest.raises(KeyError, match="outscope worker invite"):
        composed("compose.region.yaml", {"OUTSCOPE_URL": "https://x"})


def test_the_example_of_names_has_those_that_the_file_reads() -> None:
    written = [
        line.partition("=")[0]
        for line in (FOLDER / ".env.example").read_text().splitlines()
        if line and not line.startswith("#")
    ]
    text = (FOLDER / "compose.yaml").read_text()
    assert [name for name in written if f"${{{name}" not in text] == []


def test_a_renamed_command_flag_or_setting_is_found() -> None:
    assert mistake(["outscope", "coordinate"]) == "there is no command coordinate"
    assert mistake(["outscope", "api", "--prot", "1"]) == "api has no --prot"
    assert mistake(["outscope-worker", "--regoin", "x"])
    assert unknown_settings({"OUTSCOPE_WRITTERS": "x", "PATH": ""}) == ["OUTSCOPE_WRITTERS"]


def test_the_broker_has_the_limits_that_the_guide_tells_of() -> None:
    guide = (Path(__file__).parents[3] / "docs/how-to/run-in-regions.md").read_text()
    for line in (FOLDER / "valkey.conf").read_text().splitlines():
        if line and not line.startswith(("#", "tls-", "aclfile")):
            assert line in guide, line
