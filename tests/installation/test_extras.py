"""What each extra gives: commands that work, and for those that cannot, one sentence with the line
that mends it.
"""

import json
import re
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
import typer
from typer.core import TyperGroup

from api.cli.app import app
from api.cli.commands import COMMANDS
from tests.installation.environments import Environment, Wheel

pytestmark = pytest.mark.slow

Environments = Callable[[str], Environment]
EXTRAS = (
    "",
    "cli",
    "worker",
    "coordinator",
    "api",
    "embedded",
    "analysis",
    "client",
    "litellm",
    "mcp",
    "otel",
    "all",
)
WITH_COMMANDS = ("cli", "coordinator", "api", "embedded", "analysis", "mcp", "otel", "all")
SENTENCE = re.compile(
    r"outscope[\w -]* needs [\w-]+, which is not installed here;"
    r" install it with: pip install 'outscope\[[\w,]+\]'\n"
)


def paths() -> Iterator[str]:
    """Every command and every command of a group."""
    whole = typer.main.get_command(app)
    assert isinstance(whole, TyperGroup)
    for name in COMMANDS:
        yield name
        command = whole.get_command(None, name)
        if isinstance(command, TyperGroup):
            yield from groups(name, command)


def groups(path: str, group: TyperGroup) -> Iterator[str]:
    for name, command in group.commands.items():
        yield f"{path} {name}"
        if isinstance(command, TyperGroup):
            yield from groups(f"{path} {name}", command)


@pytest.mark.parametrize("extra", EXTRAS)
def test_each_command_explains_itself_or_says_what_it_needs(
    extra: str, environment: Environments, wheel: Wheel
) -> None:
    script = Path(__file__).with_name("every_help.py")
    done = environment(extra).run("python", script, *paths())
    assert done.returncode == 0, done.stderr
    brought = wheel.extras.get(extra, frozenset())
    for path, (code, output, complaint) in json.loads(done.stdout).items():
        wanted = COMMANDS[path.split()[0]].extras
        lacking = frozenset().union(*(wheel.extras[name] for name in wanted)) - brought
        if not lacking or code == 0:
            worker = "usage: outscope-worker" in output  # passes all words on, --help too
            assert worker or f"outscope {path}" in output, (path, complaint)
            continue
        assert code == 2, (path, complaint)
        assert SENTENCE.fullmatch(complaint), path
        assert complaint.startswith(f"outscope {path.split()[0]} needs")


@pytest.mark.parametrize("extra", EXTRAS)
def test_both_programs_start_and_tell_their_version(extra: str, environment: Environments) -> None:
    installed = environment(extra)
    version = installed.run("outscope", "--version")
    assert (version.returncode, version.stderr) == (0, "")
    assert re.fullmatch(r"outscope \d+\.\d+\.\d+\n", version.stdout)
    assert installed.run("outscope-worker", "--version").stdout == version.stdout.replace(
        "outscope", "outscope-worker"
    )
    assert "OUTSCOPE_REGION" in installed.run("outscope-worker", "--help").stdout
    told = installed.run("outscope", "--help")
    if extra in WITH_COMMANDS:
        assert told.returncode == 0, told.stderr
        assert all(f" {name} " in told.stdout for name in COMMANDS)
    else:
        assert told.returncode == 2
        assert SENTENCE.fullmatch(told.stderr)


@pytest.mark.parametrize(
    ("extra", "module"),
    [("worker", "worker"), ("coordinator", "coordinator"), ("embedded", "api")],
)
def test_what_an_extra_is_for_can_be_imported_whole(
    extra: str, module: str, environment: Environments
) -> None:
    code = (
        "import pkgutil, importlib\n"
        f"for found in pkgutil.walk_packages(importlib.import_module({module!r}).__path__,"
        f" {module + '.'!r}):\n"
        "    own = found.name.endswith('__main__')\n"
        "    extras = ('api.client', 'api.mcp', 'coordinator.telemetry')\n"
        "    own = own or found.name.startswith(extras)\n"
        "    own or importlib.import_module(found.name)\n"
    )
    done = environment(extra).run("python", "-c", code)
    assert done.returncode == 0, done.stderr


@pytest.mark.parametrize(
    ("extra", "command", "missing", "mended"),
    [
        ("", "status", "typer", "cli"),
        ("", "", "typer", "all"),
        ("worker", "up", "typer", "all"),
        ("cli", "apply outscope.yaml", "dateutil", "coordinator"),
        ("coordinator", "api", "fastapi", "api"),
        ("coordinator", "up", "authlib", "all"),
        ("api", "probe https://127.0.0.1 --allow 127.0.0.1", "pycurl", "worker,coordinator"),
        ("embedded", "sql SELECT", "duckdb", "analysis"),
        ("embedded", "otel", "opentelemetry", "otel"),
    ],
)
def test_what_is_missing_for_a_command_is_one_sentence_with_the_line_that_mends_it(
    extra: str, command: str, missing: str, mended: str, environment: Environments
) -> None:
    done = environment(extra).run("outscope", *command.split())
    assert done.returncode == 2
    assert done.stdout == ""
    program = " ".join(["outscope", *command.split()[:1]])
    assert done.stderr == (
        f"{program} needs {missing}, which is not installed here;"
        f" install it with: pip install 'outscope[{mended}]'\n"
    )


def test_a_collector_without_the_extra_is_told_before_anything_starts(
    environment: Environments, tmp_path: Path
) -> None:
    where = {"OTEL_EXPORTER_OTLP_ENDPOINT": "http://127.0.0.1:4318"}
    done = environment("embedded").run("outscope", "up", "--data", tmp_path / "data", **where)
    assert done.returncode == 2
    assert re.fullmatch(
        r"outscope up needs opentelemetry[\w-]*, which is not installed here;"
        r" install it with: pip install 'outscope\[all,otel\]'\n",
        done.stderr,
    )
    assert not (tmp_path / "data").exists()


def test_a_worker_without_its_extra_says_so(environment: Environments) -> None:
    flags = ("--region", "eu-west", "--broker", "redis://127.0.0.1:1")
    done = environment("").run("outscope-worker", *flags)
    assert done.returncode == 2
    assert re.fullmatch(
        r"outscope-worker needs \w+, which is not installed here;"
        r" install it with: pip install 'outscope\[worker\]'\n",
        done.stderr,
    )


def test_the_line_mends_it(wheel: Wheel, tmp_path: Path) -> None:
    mended = Environment.made(tmp_path / "venv", wheel, "coordinator")
    question = (
        "sql",
        "SELECT count(*) AS seen FROM results",
        "--data",
        tmp_path / "data",
        "--json",
    )
    configuration = tmp_path / "outscope.yaml"
    configuration.write_text("include: [catalog:regions, catalog:references, catalog:claude]\n")
    applied = mended.run("outscope", "apply", configuration, "--data", tmp_path / "data")
    assert applied.returncode == 0, applied.stderr
    (line,) = re.findall(r"outscope\[(\w+)\]", mended.run("outscope", *question).stderr)
    mended.add(wheel, line)
    done = mended.run("outscope", *question)
    assert (done.stdout, done.stderr) == ('{"seen": 0}\n', "")


def test_the_client_needs_its_extra_alone(environment: Environments) -> None:
    program = "from api.client import AsyncOutscope, Outscope; print(Outscope, AsyncOutscope)"
    done = environment("client").run("python", "-c", program)
    assert done.returncode == 0, done.stderr
