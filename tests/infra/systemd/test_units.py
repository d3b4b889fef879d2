"""The units are understood by systemd, give away little, and say what the product understands."""

import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from api.http.settings import read_api_settings
from coordinator.settings import read_settings
from coordinator.telemetry.settings import read_telemetry_settings
from tests.infra.spoken import mistake, unknown_settings
from worker.settings import read_settings as read_worker_settings

ROOT = Path(__file__).resolve().parents[3]
FOLDER = ROOT / "infra" / "systemd"
UNITS = sorted(FOLDER.glob("*.service"))
EXAMPLES = sorted(FOLDER.glob("*.env.example"))
PROGRAMS = "/opt/outscope/bin"
MOST_EXPOSED = 3.0
HARD_TO_LOSE = ("ProtectSystem=strict", "NoNewPrivileges=yes", "CapabilityBoundingSet=\n")

needs_systemd = pytest.mark.skipif(
    shutil.which("systemd-analyze") is None, reason="systemd-analyze is not installed"
)


def said(unit: Path, key: str) -> list[str]:
    """The values that a unit gives to a key."""
    return re.findall(rf"^{key}=(.*)$", unit.read_text(), re.MULTILINE)


def named(path: Path) -> str:
    return path.name


def placed(unit: Path, folder: Path) -> Path:
    """The unit with the programs of this environment, which systemd looks for."""
    copy = folder / unit.name
    copy.write_text(unit.read_text().replace(PROGRAMS, str(Path(sys.executable).parent)))
    return copy


def analyze(*arguments: object) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        ["systemd-analyze", *map(str, arguments)],
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )


def test_there_is_a_unit_for_each_process() -> None:
    assert [unit.stem.removeprefix("outscope-") for unit in UNITS] == [
        "api",
        "borrowed",
        "coordinator",
        "otel",
        "relay",
        "worker",
        "writer",
    ]


@needs_systemd
@pytest.mark.parametrize("unit", UNITS, ids=named)
def test_systemd_finds_nothing_wrong(unit: Path, tmp_path: Path) -> None:
    done = analyze("verify", "--man=no", placed(unit, tmp_path))
    assert done.returncode == 0, done.stderr
    assert unit.name not in done.stderr, done.stderr


@needs_systemd
@pytest.mark.parametrize("unit", UNITS, ids=named)
def test_it_gives_away_little(unit: Path, tmp_path: Path) -> None:
    done = analyze("security", "--offline=yes", "--no-pager", placed(unit, tmp_path))
    found = re.search(r"Overall exposure level for \S+: ([\d.]+)", done.stdout)
    assert found, done.stdout + done.stderr
    assert float(found[1]) < MOST_EXPOSED
    for line in HARD_TO_LOSE:
        assert line in unit.read_text()


@pytest.mark.parametrize("unit", UNITS, ids=named)
def test_each_command_and_variable_exists(unit: Path) -> None:
    (command,) = said(unit, "ExecStart")
    program, *words = command.removeprefix(f"{PROGRAMS}/").split()
    assert mistake([program, *words]) == ""
    assert unknown_settings(dict(line.split("=", 1) for line in said(unit, "Environment"))) == []
    (file,) = said(unit, "EnvironmentFile")
    assert FOLDER / f"{Path(file).name}.example" in EXAMPLES


@pytest.mark.parametrize("unit", UNITS, ids=named)
def test_a_wrong_setting_is_told_once_and_not_tried_again(unit: Path) -> None:
    assert said(unit, "Restart") == ["always"]
    assert said(unit, "RestartPreventExitStatus") == ["2"]


def environment(example: Path, folder: Path, *, all_of_it: bool = False) -> dict[str, str]:
    """What an example says, with files that are there; with `all_of_it` also what it only
    mentions.
    """
    found = {}
    names = r"(?:OUTSCOPE|OTEL)_\w+"
    pattern = rf"^#?({names})=(.*)$" if all_of_it else rf"^({names})=(.*)$"
    for name, value in re.findall(pattern, example.read_text(), re.MULTILINE):
        if value.startswith("/etc/outscope/"):
            path = folder / Path(value).name
            path.write_text(SECRETS[path.name])
            value = str(path)
        found[name] = value
    return found


SECRETS = {
    "broker_url": "rediss://coordinator:p@broker.example.com:6379/0",
    "borrowed_broker_url": "rediss://gp-jp:p@broker.example.com:6379/0",
    "database_url": "postgres://outscope:p@db.example.com/outscope",
    "heartbeat_url": "https://ping.example.com/abc",
    "globalping_token": "t",
    "otel_headers": "api-key=k",
    "broker-ca.pem": "-----BEGIN CERTIFICATE-----\n-----END CERTIFICATE-----\n",
}


@pytest.mark.parametrize("example", EXAMPLES, ids=named)
def test_each_variable_of_an_example_exists(example: Path, tmp_path: Path) -> None:
    found = environment(example, tmp_path, all_of_it=True)
    assert found
    assert unknown_settings(found) == []


def test_the_examples_are_taken_as_they_are(tmp_path: Path) -> None:
    coordinator = environment(FOLDER / "coordinator.env.example", tmp_path)
    assert read_settings(coordinator).health == ("127.0.0.1", 8081)
    api = environment(FOLDER / "api.env.example", tmp_path, all_of_it=True)
    assert read_api_settings(api, None, "127.0.0.1", 8000).hosts == ("outscope.example.com",)
    relay = environment(FOLDER / "relay.env.example", tmp_path, all_of_it=True)
    broker = "rediss://broker.internal:6379/0"
    assert read_api_settings(relay, None, "127.0.0.1", 8001).relay_broker == broker
    otel = environment(FOLDER / "otel.env.example", tmp_path, all_of_it=True)
    traces = read_telemetry_settings(otel).sending.traces
    assert traces is not None
    assert (traces.url, dict(traces.headers)) == (
        "https://collector.example.com/v1/traces",
        {"api-key": "k"},
    )
    joined = {"OUTSCOPE_REGION": "eu-west", "OUTSCOPE_BROKER": "rediss://u:p@h:6379/0"}
    worker = environment(FOLDER / "worker.env.example", tmp_path, all_of_it=True)
    assert read_worker_settings([], {**joined, **worker}).health == ("127.0.0.1", 8082)
