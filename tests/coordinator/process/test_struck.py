"""A running coordinator, while an operator strikes what an attacker forged in one region."""

import subprocess
import sys
from typing import Any

import pytest

from tests.coordinator.process.conftest import api_is_down, progress
from tests.faults.coordination import ROOT
from tests.faults.coordinator import until
from tests.faults.fleet import Fleet
from worker.contract import clock
from worker.contract.instant import rfc3339

pytestmark = pytest.mark.slow


def region(fleet: Fleet, *arguments: str) -> str:
    line = [sys.executable, "-m", "api.cli", "region", *arguments, "--database", fleet.database]
    return subprocess.run(line, cwd=ROOT, check=True, capture_output=True, text=True).stdout


def going(fleet: Fleet) -> list[dict[str, Any]]:
    return [one for one in fleet.incidents() if one["resolved_at"] is None]


def failed_and_waiting(fleet: Fleet) -> bool:
    """Whether a reporter still keeps a failed look, which a strike made now would not cover."""
    rows = (
        row
        for one in fleet.reporters.values()
        for _, report in list(one.waiting.values())
        for row in report.rows
    )
    return any("refused" in row for row in rows)


def rolled_up(fleet: Fleet, since: int) -> int:
    """Looks of the region in the rollups of minutes that began after a moment."""
    rows = fleet.ask(
        lambda store: store.buckets.between(
            "minute", "claude", since, clock.now(), region="eu-west"
        )
    )
    return sum(row["looks"] for row in rows)


def test_what_is_struck_is_forgotten_by_a_running_coordinator_within_seconds(
    fleet: Fleet,
) -> None:
    with fleet.running():
        progress(fleet)
        until(lambda: fleet.verdict().get("severity") == "operational", "a verdict")
        since = clock.now()
        fleet.reporters["eu-west"].answer = api_is_down
        until(lambda: going(fleet), "an incident of the region", fleet.coordinator.log)
        (incident,) = going(fleet)
        assert incident["regions"] == ["eu-west"]
        region(fleet, "quarantine", "eu-west")
        until(lambda: "quarantined=eu-west" in fleet.coordinator.log(), "the quarantine")
        told = region(fleet, "strike", "eu-west", "--since", rfc3339(since), "--reason", "leaked")
        assert "Strike 1" in told
        until(lambda: fleet.incidents()[0]["withdrawn"], "its end", fleet.coordinator.log)
        assert "struck region=eu-west" in fleet.coordinator.log()
        (after,) = fleet.incidents()
        assert (after["id"], going(fleet)) == (incident["id"], [])
        assert "leaked" in after["reason"]
        assert "yet to see it" not in region(fleet, "strikes")
        until(lambda: fleet.verdict()["severity"] == "operational", "the verdict")
        fleet.reporters["eu-west"].answer = lambda check, at: (
            api_is_down(check, at) if since <= at < clock.now() - 60_000 else (True, "ok", "none")
        )
        region(fleet, "release", "eu-west")
        progress(fleet)
        assert going(fleet) == [], "what comes now is not judged with what was struck"
        region(fleet, "unstrike", "1")
        rebuilds = fleet.coordinator.log().count("rebuilt results=")
        until(
            lambda: fleet.coordinator.log().count("rebuilt results=") > rebuilds,
            "to be judged anew",
            fleet.coordinator.log,
        )
        progress(fleet)
        fleet.coordinator.kill()
        assert len(fleet.incidents()) >= 1


def test_a_strike_while_no_coordinator_runs_is_carried_out_when_it_starts(fleet: Fleet) -> None:
    fleet.answer(api_is_down)
    with fleet.running():
        until(lambda: going(fleet), "an incident", fleet.coordinator.log)
        fleet.answer()
        until(lambda: not failed_and_waiting(fleet), "all that failed to be stored")
        fleet.coordinator.kill()
        (incident,) = going(fleet)
        for name in fleet.reporters:
            region(fleet, "strike", name, "--since", "1h")
        assert going(fleet)
        fleet.coordinator.start()
        until(lambda: not going(fleet), "the end of it", fleet.coordinator.log)
        after = next(one for one in fleet.incidents() if one["id"] == incident["id"])
        assert after["withdrawn"]
