"""The example in the guide runs, and the declarations know its types."""

import re
import shutil
import subprocess
from collections.abc import Callable, Coroutine, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Any

import pytest

from coordinator.store import Store
from tests.api import seeds
from tests.api.server import Server
from worker.contract.clock import now

ROOT = Path(__file__).parents[3]
TYPES = ROOT / "docs/reference/outscope.d.ts"
GUIDE = (ROOT / "docs/how-to/ask-from-javascript.md").read_text(encoding="utf-8")
[EXAMPLE] = re.findall(r"^```js\n(.*?)^```", GUIDE, re.MULTILINE | re.DOTALL)
TYPESCRIPT = "typescript@5.9.3"
STRICT = ("--noEmit", "--strict", "--allowJs", "--checkJs")
MODERN = ("--target", "es2023", "--module", "esnext", "--moduleResolution", "bundler")
EVENTS = "--experimental-eventsource"

Seed = Callable[[Callable[[Store], Coroutine[Any, Any, None]]], None]


@contextmanager
def node(*arguments: str) -> Iterator[IO[str]]:
    """What a program prints, until it is left alone."""
    program = shutil.which("node")
    if (
        program is None
        or subprocess.run([program, EVENTS, "-e", ""], capture_output=True).returncode
    ):
        pytest.skip("there is no node with EventSource")
    with subprocess.Popen([program, *arguments], stdout=subprocess.PIPE, text=True) as running:
        assert running.stdout is not None
        try:
            yield running.stdout
        finally:
            running.kill()


@pytest.mark.slow
def test_the_example_asks_and_follows(api_server: Server, seed: Seed, tmp_path: Path) -> None:
    at = now()

    async def begin(store: Store) -> None:
        await store.configurations.save(seeds.configuration(), at)
        await seeds.judged(store, at, seeds.verdict("claude", at))

    async def strike(store: Store) -> None:
        await store.incidents.apply(seeds.incident("claude", at))

    seed(begin)
    program = tmp_path / "example.mjs"
    program.write_text(EXAMPLE.replace("http://127.0.0.1:8000", api_server.url))
    with node(EVENTS, "--no-warnings", str(program)) as told:
        lines = iter(told.readline, "")
        before = list(iter(lambda: next(lines).strip(), "following"))
        assert before[0].startswith("Claude well ")
        assert before[-1] == "uptime of a day: not known"
        seed(strike)
        assert next(lines).startswith("opened claude API fails in 2 of 5 regions")


@pytest.fixture(scope="module")
def tsc(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The compiler, in a folder of its own."""
    npm = shutil.which("npm")
    folder = tmp_path_factory.mktemp("typescript")
    quiet = ("--silent", "--no-audit", "--no-fund", "--ignore-scripts")
    if npm is None or shutil.which("node") is None:
        pytest.skip("there is no npm")
    done = subprocess.run(
        [npm, "install", *quiet, "--prefix", str(folder), TYPESCRIPT],
        capture_output=True,
        timeout=300,
    )
    if done.returncode:
        pytest.skip("npm cannot bring typescript")
    return folder / "node_modules" / "typescript" / "bin" / "tsc"


def compiled(tsc: Path, folder: Path, source: str) -> str:
    """What the compiler finds wrong with a program beside the declarations."""
    shutil.copy(TYPES, folder / "outscope.d.ts")
    program = folder / "example.mjs"
    program.write_text(source)
    files = (str(folder / "outscope.d.ts"), str(program))
    done = subprocess.run(
        ["node", str(tsc), *STRICT, *MODERN, *files], capture_output=True, text=True, timeout=300
    )
    return done.stdout + done.stderr


@pytest.mark.slow
def test_the_declarations_know_what_the_example_reads(tsc: Path, tmp_path: Path) -> None:
    assert compiled(tsc, tmp_path, EXAMPLE) == ""


@pytest.mark.slow
@pytest.mark.parametrize(
    ("right", "wrong", "said"),
    [
        ("service.headline", "service.headlin", "headlin"),
        ('"/v1/services"', '"/v1/servics"', "servics"),
        ("incident.reason", "incident.severity.nothing", "nothing"),
    ],
)
def test_a_misspelt_field_or_address_is_found(
    tsc: Path, tmp_path: Path, right: str, wrong: str, said: str
) -> None:
    assert right in EXAMPLE
    assert said in compiled(tsc, tmp_path, EXAMPLE.replace(right, wrong))
