"""`GET /v1/replay`: what the command prints, over HTTP, bounded, and ended when nobody listens."""

import http.client
import json
import time
from collections.abc import Callable
from pathlib import Path
from tempfile import gettempdir
from typing import Any
from urllib.parse import urlsplit

import httpx
import pytest
from typer.testing import CliRunner

from api.cli.app import app
from api.http.replaying import job
from coordinator.store import Store
from tests.api import seeds
from tests.api.server import Server
from worker.contract.clock import now
from worker.contract.instant import rfc3339

REGIONS = tuple(seeds.REGIONS)
PATIENCE_S = 120
OURS = ("progress", "end", "problem")


def configuration() -> dict[str, Any]:
    """The configuration of all tests, with what each check looks at."""
    found = seeds.configuration()
    for service in found["services"]:
        for component in service["components"]:
            for check in component["checks"]:
                check["params"] = {"host": "a.example.com", "port": 443}
    return found


async def story(store: Store, slots: int = 60) -> int:
    """Claude fails everywhere in the middle third, and is well at the end; when it began."""
    begin = now() // seeds.INTERVAL_MS * seeds.INTERVAL_MS - slots * seeds.INTERVAL_MS
    await store.configurations.save(configuration(), begin)
    for slot in range(slots):
        at = begin + slot * seeds.INTERVAL_MS
        down = slots // 3 <= slot < 2 * slots // 3
        looks = [
            seeds.result(at, service=service, region=region, reason="refused" if fails else "ok")
            for region in REGIONS
            for service, fails in (("claude", down), ("openai", False), ("internet", False))
        ]
        await store.results.add(looks)
    return begin


@pytest.fixture
async def begun(api_store: Store) -> str:
    return rfc3339(await story(api_store))


def said(text: str) -> list[dict[str, Any]]:
    """The lines of an answer that the command prints, too."""
    lines = [json.loads(line) for line in text.splitlines()]
    assert lines[-1]["type"] == "end"
    return [line for line in lines if line["type"] not in OURS]


@pytest.mark.slow
@pytest.mark.parametrize(
    ("query", "options"),
    [
        ({}, []),
        ({"rule": "gatus"}, ["--rule", "gatus"]),
        (
            {"set": "judge.alarm_share=0.99, judge.resolve_after=1m"},
            ["--set", "judge.alarm_share=0.99", "--set", "judge.resolve_after=1m"],
        ),
    ],
)
def test_it_says_what_the_command_says(
    seed: Callable[..., None],
    api_server: Server,
    api_database: str,
    tmp_path: Path,
    query: dict[str, str],
    options: list[str],
) -> None:
    seed(story)
    begun, until = (rfc3339(now() - ago) for ago in (3_600_000, 0))
    asked = {"since": begun, "until": until, **query}
    answer = httpx.get(f"{api_server.url}/v1/replay", params=asked, timeout=PATIENCE_S)
    assert (answer.status_code, answer.headers["cache-control"]) == (200, "no-store")
    folder = tmp_path / "span"
    run = CliRunner()
    took = ["dataset", str(folder), "--since", begun, "--until", until, "--database", api_database]
    assert run.invoke(app, took).exit_code == 0
    configured = ["--config", str(folder / "outscope.yaml")]
    printed = run.invoke(app, ["replay", str(folder), *configured, *options])
    assert printed.exit_code == 0
    told = said(answer.text)
    assert told == [json.loads(line) for line in printed.stdout.splitlines()]
    assert [line["service"] for line in told if line["type"] == "incident"].count("claude") >= 2


@pytest.mark.parametrize(
    ("query", "sentence"),
    [
        ({"rule": "weather"}, "is no rule; there is outscope"),
        ({"set": "judge.silent_afer=5m"}, "did you mean judge.silent_after?"),
        ({"set": "silent_after=5m"}, "is not of the form judge.THRESHOLD=VALUE"),
        ({"set": "judge.silent_after=soon"}, "judge.silent_after"),
        ({"rule": "gatus", "set": "judge.silent_after=5m"}, "only the rule outscope has"),
        ({"since": "8d"}, "longer than 7 days; choose a shorter one"),
        ({"since": "3d", "until": "2d"}, "no results of that span are kept"),
    ],
)
async def test_what_cannot_be_replayed_says_what_to_do(
    begun: str, api: httpx.AsyncClient, query: dict[str, str], sentence: str
) -> None:
    answer = await api.get("/v1/replay", params=query)
    assert (answer.status_code, answer.json()["code"]) == (422, "invalid_parameter")
    assert sentence in answer.json()["detail"]


@pytest.mark.usefixtures("apart")
async def test_a_span_that_is_too_large_is_refused_before_it_is_judged(
    begun: str, api: httpx.AsyncClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(job, "MOST_RESULTS", 100)
    answer = await api.get("/v1/replay", params={"since": begun})
    assert answer.status_code == 422
    assert "choose a shorter one, or let `outscope dataset`" in answer.json()["detail"]
    assert folders() == []


async def test_nothing_can_be_judged_where_nothing_is_configured(api: httpx.AsyncClient) -> None:
    answer = await api.get("/v1/replay")
    assert (answer.status_code, answer.json()["code"]) == (404, "not_configured")


@pytest.mark.slow
@pytest.mark.usefixtures("apart")
async def test_one_that_takes_too_long_is_ended_and_says_so(
    begun: str, api: httpx.AsyncClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(job, "PATIENCE_S", 0.0)
    monkeypatch.setattr(job, "BEAT_S", 0.01)
    answer = await api.get("/v1/replay", params={"since": begun}, timeout=PATIENCE_S)
    last = json.loads(answer.text.splitlines()[-1])
    assert last["type"] == "problem"
    assert "choose a shorter span" in last["detail"]
    assert folders() == []


def folders() -> list[Path]:
    return list(Path(gettempdir()).glob("outscope-replay-*"))


def processes() -> list[bytes]:
    """The replays of this test that run."""
    found = []
    for entry in Path("/proc").glob("[0-9]*/cmdline"):
        try:
            found.append(entry.read_bytes())
        except OSError:
            continue
    own = f"{gettempdir()}/outscope-replay-".encode()
    return [line for line in found if own in line]


@pytest.fixture
def apart(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What is written for a while is written into a folder of this test."""
    import tempfile

    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))


@pytest.mark.slow
@pytest.mark.usefixtures("apart")
def test_one_at_a_time_for_each_client_and_a_reader_that_goes_away_ends_it(
    api_server: Server, seed: Callable[..., None]
) -> None:
    async def write(store: Store) -> None:
        await story(store, slots=2_000)

    seed(write)
    host = urlsplit(api_server.url).netloc
    reader = http.client.HTTPConnection(host, timeout=PATIENCE_S)
    reader.request("GET", "/v1/replay?since=3d")
    answer = reader.getresponse()
    assert answer.status == 200
    assert len(folders()) == 1
    with httpx.Client(base_url=api_server.url, timeout=PATIENCE_S) as other:
        refused = other.get("/v1/replay?since=3d")
        assert (refused.status_code, refused.json()["code"]) == (429, "too_many_replays")
        assert int(refused.headers["retry-after"]) > 0
        assert json.loads(answer.readline())["type"] == "progress"
        assert len(processes()) == 1
        answer.close()
        reader.close()
        deadline = time.monotonic() + PATIENCE_S
        while processes() or folders():
            assert time.monotonic() < deadline, "it goes on although nobody listens"
            time.sleep(0.1)
        again = other.get("/v1/replay?since=10m")
        assert again.status_code == 200
