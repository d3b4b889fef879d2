"""The demo is right: every verdict becomes what its script makes true, and a replay says the same
again.
"""

import asyncio
import json
import subprocess
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import orjson
import pytest

from coordinator.store import open_store
from tests.e2e.running import outscope
from worker.contract.instant import rfc3339
from worker.contract.result import to_record

pytestmark = pytest.mark.slow


def test_every_verdict_becomes_what_the_script_makes_true_and_a_replay_says_the_same(
    tmp_path: Path,
) -> None:
    kept, done = played(tmp_path / "first")
    if done.returncode:  # it plays by the clock: a machine that stood still meanwhile fails it
        kept, done = played(tmp_path / "second")
    assert done.returncode == 0, done.stdout + done.stderr
    assert "all right" in done.stdout
    for said in (
        "sa-east unfit",
        "aster regional",
        "bramble component",
        "cinder system_wide",
        "oc-southeast silent",
    ):
        assert said in done.stdout
    assert "\x1b" not in done.stdout
    live, until = asyncio.run(exported(kept, tmp_path / "results.ndjson"))
    replayed = again(tmp_path / "results.ndjson", kept / "outscope.yaml", until)
    assert len(live) >= 12
    assert [written(line) for line in replayed] == [written(line) for line in live]


def played(kept: Path) -> tuple[Path, subprocess.CompletedProcess[str]]:
    """The demo, once, and where it kept its data."""
    command = outscope("demo", "--once", "--keep", kept)
    return kept, subprocess.run(command, capture_output=True, text=True, timeout=400, check=False)


async def exported(kept: Path, results: Path) -> tuple[list[Mapping[str, Any]], str]:
    """Write all stored results; the verdicts stored live, in order, and the moment of the last
    result.
    """
    async with open_store(f"sqlite://{kept}/data/outscope.db") as store:
        with results.open("wb") as file:
            async for chunk in store.results.chunks():
                chunk.sort(key=lambda result: result.received_at)
                file.writelines(orjson.dumps(to_record(result)) + b"\n" for result in chunk)
        last = await store.results.last_received_at()
        services = await store.standings.all("service")
        lines = [
            line
            for service in services
            for line in await store.verdicts.history(service, limit=1_000)
        ]
    assert last is not None
    return sorted(lines, key=by_time), rfc3339(last)


def again(results: Path, config: Path, until: str) -> list[Mapping[str, Any]]:
    """The verdicts of a replay."""
    done = subprocess.run(
        outscope("replay", results, "--config", config, "--until", until),
        capture_output=True,
        check=True,
        timeout=120,
    )
    lines = [json.loads(line) for line in done.stdout.splitlines()]
    return sorted((line for line in lines if line["type"] == "verdict"), key=by_time)


def written(line: Mapping[str, Any]) -> bytes:
    """Byte for byte, with its keys in one order."""
    return orjson.dumps(line, option=orjson.OPT_SORT_KEYS)


def by_time(line: Mapping[str, Any]) -> tuple[str, str]:
    return line["at"], line["service"]
