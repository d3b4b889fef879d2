"""`outscope replay`: stored results in, one line for each change out."""

import gzip
import json
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import Result
from typer.testing import CliRunner

from api.cli.app import app
from tests.api import seeds
from worker.contract.result import to_record

CONFIGURATION = """
regions:
  - {id: us-east, name: Virginia, country: US, continent: NA, latitude: 38.9, longitude: -77.5}
  - {id: eu-west, name: Ireland, country: IE, continent: EU, latitude: 53.3, longitude: -6.3}
  - {id: ap-northeast, name: Tokyo, country: JP, continent: AS, latitude: 35.7, longitude: 139.7}
services:
  - id: claude
    name: Claude
    components:
      - id: api
        name: Claude API
        checks: [{id: claude-api, kind: tcp, host: api.example.com, port: 443, interval: 30s, timeout: 5s}]
  - id: internet
    role: reference
    components:
      - id: dns
        checks: [{id: internet-api, kind: tcp, host: dns.example.com, port: 53, interval: 30s, timeout: 5s}]
"""
START = 1_772_368_320_000
REGIONS = ("us-east", "eu-west", "ap-northeast")
Run = Callable[..., Result]


def records(slots: int = 40, down_from: int = 10) -> list[str]:
    """Claude is down everywhere from a slot on, the reference never is."""
    lines = []
    for slot in range(slots):
        for region in REGIONS:
            for service, fails in (("claude", slot >= down_from), ("internet", False)):
                at = START + slot * seeds.INTERVAL_MS
                found = seeds.result(at, service=service, region=region, reason="refused" if fails else "ok")
                lines.append(json.dumps(to_record(found)))
    return lines


@pytest.fixture
def replayed(tmp_path: Path) -> Run:
    """Replays lines: `replayed(lines, "--until", "...")`."""
    config = tmp_path / "outscope.yaml"
    config.write_text(CONFIGURATION)

    def run(lines: list[str], *options: str, name: str = "results.ndjson") -> Result:
        if name == "-":
            return CliRunner().invoke(app, ["replay", "-", "--config", str(config), *options], input="\n".join(lines))
        path = tmp_path / name
        content = "\n".join(lines).encode()
        path.write_bytes(gzip.compress(content) if name.endswith(".gz") else content)
        return CliRunner().invoke(app, ["replay", str(path), "--config", str(config), *options])

    return run


def test_an_outage_of_the_past_is_found_again(replayed: Run) -> None:
    said = replayed(records())
    assert said.exit_code == 0, said.output
    changes = [json.loads(line) for line in said.stdout.splitlines()]
    assert {"verdict", "fitness", "incident"} == {change["type"] for change in changes}
    scopes = [change["scope"] for change in changes if change["type"] == "verdict"]
    assert scopes[-1] == "system_wide"
    assert next(change["event"] for change in changes if change["type"] == "incident") == "opened"


def test_every_way_of_reading_gives_the_same_bytes(replayed: Run) -> None:
    lines = records()
    plain = replayed(lines)
    assert plain.stdout
    assert replayed(lines, name="results.ndjson.gz").stdout == plain.stdout
    assert replayed(lines, name="-").stdout == plain.stdout
    assert replayed(lines[::-1]).stdout == plain.stdout


def test_until_lets_time_go_on_into_silence(replayed: Run) -> None:
    changes = [json.loads(line) for line in replayed(records(), "--until", "2026-03-01T14:00:00Z").stdout.splitlines()]
    assert {change["fitness"] for change in changes if change["type"] == "fitness"} >= {"silent"}


def test_bad_lines_are_told_and_skipped(replayed: Run) -> None:
    lines = records()
    whole = replayed(lines)
    said = replayed([lines[0], "{", "[]", *lines[1:]])
    assert said.exit_code == 1
    assert said.stdout == whole.stdout
    assert "results.ndjson:2: " in said.stderr
    assert "2 lines of" in said.stderr


@pytest.mark.parametrize("until", ["yesterday", "10m", "2026-03-01"])
def test_until_must_be_a_time(replayed: Run, until: str) -> None:
    said = replayed(records(2), "--until", until)
    assert (said.exit_code, "is not a time such as" in said.stderr) == (2, True)


def test_results_that_are_not_there_end_with_1(replayed: Run, tmp_path: Path) -> None:
    said = CliRunner().invoke(app, ["replay", str(tmp_path / "no"), "--config", str(tmp_path / "outscope.yaml")])
    assert (said.exit_code, "cannot be read: No such file" in said.stderr) == (1, True)


def test_a_broken_gzip_file_ends_with_1(replayed: Run, tmp_path: Path) -> None:
    (tmp_path / "r.gz").write_bytes(gzip.compress(b"x" * 1000)[:-9])
    (tmp_path / "plain.gz").write_bytes(b"not packed at all")
    (tmp_path / "rotten.gz").write_bytes(gzip.compress(b"x" * 1000)[:10] + b"\xff" * 40)
    for name in ("r.gz", "plain.gz", "rotten.gz"):
        said = CliRunner().invoke(app, ["replay", str(tmp_path / name), "--config", str(tmp_path / "outscope.yaml")])
        assert (said.exit_code, "cannot be read" in said.stderr) == (1, True), said.output
