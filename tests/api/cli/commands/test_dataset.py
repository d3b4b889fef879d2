"""`outscope dataset`, `outscope sql` and `outscope archive` on a database of results, some of them
archived.
"""

import asyncio
import json
import re
import subprocess
import sys
from collections.abc import Callable
from hashlib import sha256
from itertools import chain
from operator import attrgetter
from pathlib import Path

import orjson
import pytest
import yaml
from click.testing import Result as Ran
from typer.testing import CliRunner

from api.cli.app import app
from api.configuration import parameter_models
from coordinator.configuration import load_configuration
from coordinator.evaluation.simulator import Play, Shape, scenario
from coordinator.evaluation.simulator.fleet.configuration import document
from coordinator.store import open_store
from coordinator.store.results.striking import Found, Strike
from worker.contract.clock import now
from worker.contract.result import Result, to_record

DAY_MS = 86_400_000
PLACES = Path(__file__).parents[4]
pytestmark = pytest.mark.slow
Run = Callable[..., Ran]


@pytest.fixture(scope="module")
def play() -> Play:
    return scenario("region-100").build(Shape(3, 1, components=2, others=(1,)), 1)


@pytest.fixture(scope="module")
def results(play: Play) -> list[Result]:
    """What was seen in the play, as if it had been some days ago."""
    back = ((play.until - now()) // DAY_MS + 4) * DAY_MS
    times = ("scheduled_at", "started_at", "received_at")
    found: dict[str, Result] = {}
    for result in sorted(chain.from_iterable(play.stream()), key=attrgetter("received_at", "id")):
        found.setdefault(result.id, result)  # the store takes a repeat once
    return [
        result._replace(**{name: getattr(result, name) - back for name in times})
        for result in found.values()
    ]


@pytest.fixture(scope="module")
def database(play: Play, results: list[Result], tmp_path_factory: pytest.TempPathFactory) -> str:
    """A play that lies days back, and some results of today's."""
    folder = tmp_path_factory.mktemp("data")
    url = f"sqlite://{folder / 'outscope.db'}"
    source = folder / "outscope.yaml"
    source.write_text(yaml.safe_dump({**document(play.topology), "judge": {"silent_after": "95s"}}))
    configured = load_configuration(source, parameter_models())

    async def fill() -> None:
        async with open_store(url) as store:
            await store.configurations.save(configured.document, 1)
            await store.results.add(results)
            await store._database.fetch("DELETE FROM rollup_due")

    asyncio.run(fill())
    return url


@pytest.fixture
def run(database: str) -> Run:
    def told(*arguments: object, **env: str) -> Ran:
        given = {"OUTSCOPE_DATABASE": database, "COLUMNS": "160", **env}
        return CliRunner().invoke(app, [str(argument) for argument in arguments], env=given)

    return told


def test_a_dataset_explains_itself_and_replays_to_the_same_verdicts(
    run: Run, results: list[Result], tmp_path: Path
) -> None:
    folder = tmp_path / "dataset"
    ran = run("dataset", folder)
    assert ran.exit_code == 0, ran.output

    readme = (folder / "README.md").read_text()
    assert "outscope replay . --config outscope.yaml" in readme
    manifest = json.loads((folder / "manifest.json").read_text())["files"]
    for name, told in manifest.items():
        assert sha256((folder / name).read_bytes()).hexdigest() == told["sha256"]
    assert manifest["results/00000.parquet"]["rows"] == len(results)
    schema = json.loads((folder / "schema.json").read_text())
    assert schema["results"]["columns"][0]["name"] == "id"

    direct = tmp_path / "direct.ndjson"
    direct.write_bytes(b"".join(orjson.dumps(to_record(result)) + b"\n" for result in results))
    replayed = [
        run("replay", source, "--config", folder / "outscope.yaml") for source in (folder, direct)
    ]
    assert [ran.exit_code for ran in replayed] == [0, 0], replayed[0].output
    assert replayed[0].stdout == replayed[1].stdout
    assert '"scope":"regional"' in replayed[0].stdout

    assert run("dataset", folder).exit_code == 2
    counted = run("sql", "--from", folder, "select count(*) as n from results", "--json")
    assert json.loads(counted.stdout) == {"n": len(results)}


def test_sql_reads_hot_and_archived_results_as_one(
    run: Run, play: Play, results: list[Result]
) -> None:
    question = "select count(*) as n, count(distinct id) as ids, sum(total_ms) as ms from results"
    before = json.loads(run("sql", question, "--json").stdout)
    assert before["n"] == before["ids"] == len(results)

    ran = run("archive", "--json", OUTSCOPE_KEEP_RESULTS="1d")
    assert json.loads(ran.stdout)["rows"] == json.loads(ran.stdout)["deleted"] == len(results)
    status = json.loads(run("archive", "--status", "--json").stdout)
    assert status["rows"] == len(results)
    assert status["bytes_a_result"] < 120
    assert run("archive", "--verify").stdout.startswith(
        f"{status['files']} of {status['files']} files are whole"
    )

    assert json.loads(run("sql", question, "--json").stdout) == pytest.approx(before)
    assert "no_such_column" in run("sql", "select no_such_column from results").stderr
    table = run("sql", "select region, count(*) as looks from results group by 1 order by 1").stdout
    assert play.topology.regions[0].id in table


def test_what_was_struck_is_in_a_view_of_its_own_and_in_no_dataset_archived_or_not(
    run: Run, database: str, play: Play, results: list[Result], tmp_path: Path
) -> None:
    region = play.topology.regions[0].id
    number = sum(result.region == region for result in results)

    async def strike() -> Strike:
        async with open_store(database) as store:
            await store.striking.strike(region, 0, now(), Found(), ("leaked", "me", now()))
            return (await store.striking.standing())[0]

    async def undo(one: Strike) -> None:
        async with open_store(database) as store:
            await store.striking.undo(one, now())

    one = asyncio.run(strike())
    question = "select (select count(*) from results) as n, (select count(*) from struck) as struck"
    told = json.loads(run("sql", question, "--json").stdout)
    folder = tmp_path / "dataset"
    assert run("dataset", folder).exit_code == 0
    written = json.loads(
        run("sql", "--from", folder, "select count(*) as n from results", "--json").stdout
    )
    asyncio.run(undo(one))
    assert told == {"n": len(results) - number, "struck": number}
    assert written == {"n": len(results) - number}


@pytest.mark.parametrize("command", [("dataset", "new"), ("sql", "select 1")])
def test_an_archive_that_cannot_be_opened_is_told(
    run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, command: tuple[str, str]
) -> None:
    monkeypatch.chdir(tmp_path)
    ran = run(*command, "--archive", "ftp://nowhere")
    assert ran.exit_code == 1
    assert (
        "'ftp://nowhere' is not understood; write a folder, s3://bucket/folder, or off"
        in ran.stderr
    )


@pytest.mark.parametrize("question", ["", ";"])
def test_a_question_that_asks_nothing_is_refused(run: Run, question: str) -> None:
    ran = run("sql", question)
    assert (ran.exit_code, ran.stderr[:16]) == (1, "nothing is asked")


@pytest.mark.parametrize(
    "statement",
    [
        "copy (select 1) to '{file}'",
        "explain analyze copy (select 1) to '{file}'",
        "-- select\nexplain analyze copy (select 1) to '{file}'",
        "/* explain select */ copy results to '{file}' (format parquet)",
        "attach '{file}'",
        "export database '{file}'",
        "create table '{file}' as select 1",
        "install httpfs",
        "set memory_limit = '1GB'",
        "select 1; copy (select 1) to '{file}'",
    ],
)
def test_a_question_writes_nothing(run: Run, tmp_path: Path, statement: str) -> None:
    ran = run("sql", "--", statement.format(file=tmp_path / "file"))
    assert ran.exit_code == 1
    assert re.match("only questions are answered|one question at a time", ran.stderr)
    assert list(tmp_path.iterdir()) == []
    assert run("sql", "explain analyze select 1").exit_code == 0


@pytest.mark.parametrize("command", [("backup",), ("restore", "some.tar.zst")])
def test_a_database_that_is_none_is_told(run: Run, command: tuple[str, ...]) -> None:
    ran = run(*command, "--database", "garbage")
    assert ran.exit_code == 1
    assert ran.stderr.startswith("database URL 'garbage' is not understood; write sqlite:///")


def test_the_recipes_of_the_guide_run(run: Run, tmp_path: Path) -> None:
    """Every block of Python in the notebook page, one after the other, as a reader would."""
    folder = tmp_path / "dataset"
    assert run("dataset", folder).exit_code == 0
    page = (PLACES / "docs" / "how-to" / "analyse-in-a-notebook.md").read_text()
    code = "\n".join(re.findall(r"```python\n(.*?)```", page, re.S))
    ended = subprocess.run(
        [sys.executable, "-c", code],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )
    assert ended.returncode == 0, ended.stderr
    assert "eu-" in ended.stdout or "us-" in ended.stdout
