"""`outscope replay`: stored results in, one line for each change out."""

import csv
import gzip
import io
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest
from backports import zstd
from click.testing import Result
from pyarrow import parquet
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
        checks:
        - {id: claude-api, kind: tcp, host: a.example.com, port: 443, interval: 30s, timeout: 5s}
  - id: internet
    role: reference
    components:
      - id: dns
        checks:
        - {id: internet-api, kind: tcp, host: d.example.com, port: 53, interval: 30s, timeout: 5s}
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
                found = seeds.result(
                    at, service=service, region=region, reason="refused" if fails else "ok"
                )
                lines.append(json.dumps(to_record(found)))
    return lines


def write(path: Path, lines: list[str]) -> None:
    """The lines in the format and packing that the name tells."""
    if path.suffix == ".parquet":
        rows = [{**json.loads(line), "extra": "{}"} for line in lines]
        return parquet.write_table(pa.Table.from_pylist(rows), path)
    content = as_csv(lines) if ".csv" in path.name else "\n".join(lines).encode()
    pack: Callable[[bytes], bytes] = {".gz": gzip.compress, ".zst": zstd.compress}.get(
        path.suffix, bytes
    )
    path.write_bytes(pack(content))
    return None


def as_csv(lines: list[str]) -> bytes:
    text = io.StringIO()
    names = list(json.loads(lines[0]))
    table = csv.DictWriter(text, names)
    table.writeheader()
    for line in lines:
        table.writerow({**json.loads(line), "extra": "", "ok": str(json.loads(line)["ok"]).lower()})
    return text.getvalue().encode()


@pytest.fixture
def replayed(tmp_path: Path) -> Run:
    """Replays lines: `replayed(lines, "--until", "...")`."""
    config = tmp_path / "outscope.yaml"
    config.write_text(CONFIGURATION)

    def run(lines: list[str], *options: str, name: str = "results.ndjson") -> Result:
        if name == "-":
            return CliRunner().invoke(
                app, ["replay", "-", "--config", str(config), *options], input="\n".join(lines)
            )
        path = tmp_path / name
        write(path, lines)
        return CliRunner().invoke(app, ["replay", str(path), "--config", str(config), *options])

    return run


def test_what_came_in_late_counts_as_if_it_had_come_in_in_time(replayed: Run) -> None:
    def late(line: str) -> str:
        record = json.loads(line)
        cut = record["region"] == "eu-west" and record["scheduled_at"] > "2026-03-01T12:35"
        return json.dumps({**record, "received_at": "2026-03-01T13:00:00Z"} if cut else record)

    def incidents(*options: str, lines: list[str]) -> list[dict[str, Any]]:
        said = replayed(lines, *options)
        assert said.exit_code == 0, said.output
        changes = [json.loads(line) for line in said.stdout.splitlines()]
        return [change for change in changes if change["type"] == "incident"]

    cut = [late(line) for line in records()]
    until = ("--until", "2026-03-01T12:51:00Z")
    assert incidents(*until, lines=cut) != incidents(*until, lines=records())
    assert incidents("--timely", *until, lines=cut)[-1] == incidents(*until, lines=records())[-1]


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
    for name in ("r.ndjson.gz", "r.ndjson.zst", "r.csv", "r.csv.gz", "r.csv.zst", "r.parquet", "-"):
        assert replayed(lines, name=name).stdout == plain.stdout, name
    assert replayed(lines[::-1]).stdout == plain.stdout


def test_until_lets_time_go_on_into_silence(replayed: Run) -> None:
    changes = [
        json.loads(line)
        for line in replayed(records(), "--until", "2026-03-01T14:00:00Z").stdout.splitlines()
    ]
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
    said = CliRunner().invoke(
        app, ["replay", str(tmp_path / "no"), "--config", str(tmp_path / "outscope.yaml")]
    )
    assert (said.exit_code, "cannot be read: No such file" in said.stderr) == (1, True)


def test_a_broken_gzip_file_ends_with_1(replayed: Run, tmp_path: Path) -> None:
    (tmp_path / "r.gz").write_bytes(gzip.compress(b"x" * 1000)[:-9])
    (tmp_path / "plain.gz").write_bytes(b"not packed at all")
    (tmp_path / "rotten.gz").write_bytes(gzip.compress(b"x" * 1000)[:10] + b"\xff" * 40)
    for name in ("r.gz", "plain.gz", "rotten.gz"):
        said = CliRunner().invoke(
            app, ["replay", str(tmp_path / name), "--config", str(tmp_path / "outscope.yaml")]
        )
        assert (said.exit_code, "cannot be read" in said.stderr) == (1, True), said.output


def test_a_table_without_a_needed_column_names_it(replayed: Run, tmp_path: Path) -> None:
    rows = [json.loads(line) for line in records(2)]
    for row in rows:
        del row["region"], row["extra"]
    parquet.write_table(pa.Table.from_pylist(rows), tmp_path / "r.parquet")
    (tmp_path / "r.csv").write_bytes(b"id,check,service\n")
    for name, column in (("r.parquet", "region"), ("r.csv", "component")):
        said = CliRunner().invoke(
            app, ["replay", str(tmp_path / name), "--config", str(tmp_path / "outscope.yaml")]
        )
        assert (said.exit_code, f"{name} has no column {column}" in said.stderr) == (
            1,
            True,
        ), said.output


@pytest.mark.parametrize("name", ["r.ndjson", "r.csv", "r.parquet", "r.ndjson.gz", "r.ndjson.zst"])
def test_an_empty_file_is_an_error(replayed: Run, tmp_path: Path, name: str) -> None:
    (tmp_path / name).write_bytes(b"")
    said = CliRunner().invoke(
        app, ["replay", str(tmp_path / name), "--config", str(tmp_path / "outscope.yaml")]
    )
    assert (said.exit_code, said.stdout, name in said.stderr) == (1, "", True), said.output


def test_another_rule_says_what_it_says(replayed: Run) -> None:
    said = replayed(records(), "--rule", "gatus")
    assert said.exit_code == 0, said.output
    changes = [json.loads(line) for line in said.stdout.splitlines()]
    assert [change["scope"] for change in changes if change["type"] == "verdict"] == [
        "none",
        "system_wide",
    ]
    assert {change["type"] for change in changes} == {"verdict", "incident"}


def test_an_unknown_rule_is_refused_with_the_nearest(replayed: Run) -> None:
    said = replayed(records(2), "--rule", "gatu")
    assert (said.exit_code, "did you mean gatus?" in said.stderr) == (2, True)


def test_a_threshold_can_be_set_for_this_once(replayed: Run) -> None:
    lines = records()
    said = replayed(lines, "--set", "judge.silent_after=10m", "--until", "2026-03-01T12:55:00Z")
    assert said.exit_code == 0, said.output
    assert "silent" not in said.stdout
    assert "silent" in replayed(lines, "--until", "2026-03-01T12:55:00Z").stdout


def test_a_setting_that_is_wrong_is_named(replayed: Run) -> None:
    for options, told in (
        (["--set", "judge.silent_aftre=10m"], "silent_after"),
        (["--set", "judge.silent_after=10m", "--rule", "gatus"], "only the rule outscope has"),
    ):
        said = replayed(records(2), *options)
        assert (said.exit_code, told in said.stderr) == (2, True), said.output


def test_results_that_all_come_after_until_are_none(replayed: Run) -> None:
    said = replayed(records(2), "--until", "2020-01-01T00:00:00Z")
    assert (said.exit_code, "holds no results up to then" in said.stderr) == (1, True)
