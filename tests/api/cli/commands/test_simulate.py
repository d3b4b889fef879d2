"""`outscope simulate`: a scenario in, results, configuration and truth out."""

import gzip
import json
import os
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import Result
from typer import Typer
from typer.testing import CliRunner

from api.cli.app import app as outscope
from api.cli.commands.simulate import simulate
from api.cli.options.configuration_file import load_or_exit
from worker.contract.result import from_record

SMALL = ("--regions", "3", "--workers", "1", "--components", "2", "--lasts", "30m")
Run = Callable[..., Result]


@pytest.fixture
def run() -> Run:
    app = Typer(pretty_exceptions_enable=False)
    app.command()(simulate)
    return lambda *words: CliRunner().invoke(app, [str(word) for word in words])


def test_it_writes_results_the_configuration_and_the_truth(run: Run, tmp_path: Path) -> None:
    results, config, truth = (
        tmp_path / "r.ndjson",
        tmp_path / "outscope.yaml",
        tmp_path / "truth.json",
    )
    ran = run(
        "region-100",
        "--seed",
        4,
        "--out",
        results,
        "--config-out",
        config,
        "--truth-out",
        truth,
        *SMALL,
    )
    assert (ran.exit_code, ran.output) == (0, "")
    found = [from_record(json.loads(line)) for line in results.read_text().splitlines()]
    topology = load_or_exit(config).topology
    assert {result.check for result in found} == set(topology.check)
    assert {result.region for result in found} == set(topology.region)
    told = json.loads(truth.read_text())
    assert told["family"] == "disruption"
    (only,) = told["truths"]
    assert only["scope"] == "regional"
    assert len(only["regions"]) == 1
    assert only["share"] == 1.0


def test_the_same_arguments_write_the_same_bytes(run: Run, tmp_path: Path) -> None:
    one, other, plain = tmp_path / "a.ndjson.gz", tmp_path / "b.ndjson.gz", tmp_path / "c.ndjson"
    for path in (one, other, plain):
        assert run("quiet-day", "--out", path, *SMALL).exit_code == 0
    assert one.read_bytes() == other.read_bytes()
    assert gzip.decompress(one.read_bytes()) == plain.read_bytes()


def test_without_a_file_the_results_go_to_standard_output(run: Run) -> None:
    ran = run("quiet-day", "--noise", "none", "--looks", "shared", "--interval", "1m", *SMALL)
    assert ran.exit_code == 0
    assert len(ran.output.splitlines()) == 3 * 14 * 30


def test_the_weather_can_be_one_in_which_workers_are_sick(run: Run) -> None:
    usual, sick = (
        run(
            "quiet-day",
            "--noise",
            noise,
            "--regions",
            3,
            "--components",
            2,
            "--lasts",
            "12h",
            "--interval",
            "5m",
        )
        for noise in ("normal", "sick")
    )
    assert (usual.exit_code, sick.exit_code) == (0, 0)
    assert sick.output.count('"ok":false') > usual.output.count('"ok":false')


def test_the_list_names_every_scenario_with_its_sentence(run: Run) -> None:
    ran = run("--list")
    assert ran.exit_code == 0
    assert (
        "region-100                 disruption  100 % of the service's requests fail in one region."
        in ran.output
    )
    assert "key-revoked                ours        Our key" in ran.output


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        ((), "name a scenario; --list names all"),
        (("region-20",), "there is no scenario region-20; did you mean region-30?"),
        (("blip-30s", "--regions", "2"), "blip-30s needs 3 regions, not 2"),
        (
            ("blip-30s", "--workers", "99"),
            "99 workers a region cannot be simulated; choose 1 to 10",
        ),
        (("blip-30s", "--interval", "1s"), "1000 milliseconds between looks cannot be simulated"),
        (("blip-30s", "--interval", "soon"), "'soon' is not a duration"),
        (("record:GCP:1",), "record:GCP:1 is in a folder of records; name it with --records"),
        (("blip-30s", "--records", "/nonexistent"), "/nonexistent has no usable records"),
        (
            ("blip-30s", "--out", "/nonexistent/r.ndjson"),
            "/nonexistent/r.ndjson cannot be written: No such file",
        ),
        (
            ("blip-30s", "--config-out", "/nonexistent/o.yaml"),
            "/nonexistent/o.yaml cannot be written: No such file",
        ),
    ],
)
def test_a_mistake_is_one_sentence_and_exit_code_1(
    run: Run, words: tuple[str, ...], sentence: str
) -> None:
    ran = run(*words)
    assert ran.exit_code == 1
    assert ran.stderr.startswith(sentence)
    assert len(ran.stderr.splitlines()) == 1


def test_no_file_is_left_behind_when_writing_fails(run: Run, tmp_path: Path) -> None:
    (tmp_path / "taken" / "results.ndjson.gz").mkdir(parents=True)
    assert run("blip-30s", "--out", tmp_path / "taken", *SMALL).exit_code == 2
    assert [path.name for path in tmp_path.rglob("*")] == ["taken", "results.ndjson.gz"]


def test_a_record_is_played_from_its_folder(run: Run, tmp_path: Path) -> None:
    incident = {
        "number": "17",
        "begin": "2022-03-01T10:00:00+00:00",
        "created": "2022-03-01T10:41:00+00:00",
        "end": "2022-03-01T10:30:00+00:00",
        "external_desc": "Global: errors",
    }
    (tmp_path / "gcp_incidents.json").write_text(json.dumps([incident, {}]))
    truth = tmp_path / "truth.json"
    folder = ("--records", tmp_path)
    ran = run(
        "record:GCP:17",
        *folder,
        "--truth-out",
        truth,
        "--out",
        tmp_path / "r.ndjson",
        "--regions",
        3,
    )
    assert ran.exit_code == 0
    assert ran.stderr == "records left out because it has no begin: 1\n"
    assert json.loads(truth.read_text())["published_at"] is not None
    assert "record:GCP:17" in run("--list", *folder).output


@pytest.mark.slow
def test_its_results_can_be_replayed(run: Run, tmp_path: Path) -> None:
    results, config = tmp_path / "r.ndjson.gz", tmp_path / "outscope.yaml"
    small = ("--regions", 5, "--workers", 1, "--components", 3, "--lasts", "35m")
    assert run("service-100", "--out", results, "--config-out", config, *small).exit_code == 0
    replayed = CliRunner().invoke(outscope, ["replay", str(results), "--config", str(config)])
    assert replayed.exit_code == 0
    said = [json.loads(line) for line in replayed.output.splitlines()]
    assert any(line["type"] == "verdict" and line["scope"] == "system_wide" for line in said)


def test_with_confirm_the_looks_that_the_judge_asked_for_are_results_too(
    run: Run, tmp_path: Path
) -> None:
    plain, confirmed = tmp_path / "plain.ndjson", tmp_path / "confirmed.ndjson"
    for out, extra in ((plain, ()), (confirmed, ("--confirm",))):
        assert run("service-100", "--seed", 5, "--out", out, *SMALL, *extra).exit_code == 0
    asked = {line for line in confirmed.read_text().splitlines() if json.loads(line)["attempt"] > 0}
    assert asked
    every, regular = (
        set(plain.read_text().splitlines()),
        set(confirmed.read_text().splitlines()) - asked,
    )
    assert regular <= every
    assert len(every - regular) < 0.02 * len(every), "only what comes in after the end is left out"
    assert len(asked) < 0.15 * len(every)


def test_a_device_is_written_to_and_never_replaced(run: Run, tmp_path: Path) -> None:
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    reader = os.open(pipe, os.O_RDONLY | os.O_NONBLOCK)
    try:
        ran = run("quiet-day", "--truth-out", pipe, "--out", tmp_path / "r.ndjson", *SMALL)
        assert ran.exit_code == 0
        assert json.loads(os.read(reader, 65_536))["scenario"] == "quiet-day"
        assert pipe.is_fifo()
    finally:
        os.close(reader)


def test_it_is_a_command_of_outscope() -> None:
    assert (
        "Write what workers would report"
        in CliRunner().invoke(outscope, ["simulate", "--help"]).output
    )
