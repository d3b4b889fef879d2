"""A coordinator that is killed or stands still goes on where it was, and declares what it
missed.
"""

import signal
import time
from pathlib import Path
from typing import Any

import pytest

from coordinator.configuration import from_document
from tests.coordinator.process.conftest import REGIONS, api_is_down, progress
from tests.faults.broker import Broker
from tests.faults.coordinator import until
from tests.faults.fleet import Fleet
from worker.contract.clock import now
from worker.contract.standing.schedule import phase

pytestmark = pytest.mark.slow


def web_is_down(check: str, _scheduled_at: int) -> tuple[bool, str, str]:
    """What a region sees when the other component is down there."""
    return (False, "refused", "target") if check == "web" else (True, "ok", "none")


def claude_is_down(check: str, _scheduled_at: int) -> tuple[bool, str, str]:
    """What a region sees when the whole service is down there."""
    return (True, "ok", "none") if check.startswith("ref-") else (False, "refused", "target")


def test_killed_again_and_again_it_loses_nothing_and_invents_nothing(fleet: Fleet) -> None:
    with fleet.running():
        for pause_s in (0.3, 1.1, 2.2, 0.7, 1.6):
            progress(fleet, 6)
            time.sleep(pause_s)
            fleet.coordinator.kill()
            fleet.coordinator.start()
        progress(fleet)
        until(lambda: fleet.waiting() < 5, "that workers can forget all")
        assert fleet.coordinator.stop() == 0
    assert fleet.receipted() <= {result.id for result in fleet.stored()}
    assert fleet.incidents() == []
    assert fleet.verdict()["severity"] == "operational"


def test_killed_when_a_backlog_had_arrived_it_sees_to_it_afterwards(fleet: Fleet) -> None:
    with fleet.running():
        progress(fleet)
        found = fleet.ask(lambda store: store.configurations.current())
        assert found is not None
        interval_ms = from_document(found[1]).topology.check["api"].interval_ms
        first = (now() - 600_000) // interval_ms
        reporter = next(iter(fleet.reporters.values()))
        offset_ms = phase("api", reporter.region, interval_ms)
        moments = {slot: slot * interval_ms + offset_ms for slot in range(first, first + 30)}
        fleet.answer(api_is_down)
        rows = [reporter.row("api", slot, at) for slot, at in moments.items()]
        fleet.answer()
        reporter.report(*((*row[:4], row[3], *row[5:]) for row in rows))
        last = max(moments.values())
        until(
            lambda: last in {result.scheduled_at for result in fleet.stored()},
            "the backlog",
            fleet.coordinator.log,
        )
        fleet.coordinator.kill()  # it would have waited for more of it
        fleet.coordinator.start()
        until(
            lambda: "arrived_late looks=30 failed=30" in fleet.coordinator.log(),
            "that it sees to it",
            fleet.coordinator.log,
        )
        until(lambda: "history_corrected" in fleet.coordinator.log(), "its correction")


def test_killed_during_an_outage_it_goes_on_with_the_same_incident(fleet: Fleet) -> None:
    with fleet.running():
        progress(fleet)
        fleet.answer(api_is_down)
        until(lambda: fleet.incidents(), "the incident", fleet.coordinator.log)
        for _ in range(2):
            fleet.coordinator.kill()
            fleet.coordinator.start()
            progress(fleet, 12)
        (incident,) = fleet.incidents()
        assert incident["resolved_at"] is None
        assert fleet.verdict()["components"] == ["api"]


def test_killed_during_two_disruptions_of_one_service_it_goes_on_with_both(
    valkey: Broker, tmp_path: Path, document: dict[str, Any]
) -> None:
    document["regions"] += [
        {**document["regions"][0], "id": region} for region in ("sa-east", "oc-southeast")
    ]
    fleet = Fleet(
        valkey, f"sqlite://{tmp_path}/store.db", tmp_path, (*REGIONS, "sa-east", "oc-southeast")
    )
    fleet.apply(document)
    with fleet.running():
        until(
            lambda: fleet.verdict().get("scope") == "none",
            "that all is well",
            fleet.coordinator.log,
        )
        fleet.reporters["eu-west"].answer = web_is_down
        until(lambda: fleet.incidents(), "the first incident", fleet.coordinator.log)
        fleet.answer(api_is_down)
        fleet.reporters["eu-west"].answer = claude_is_down
        until(lambda: len(fleet.incidents()) == 2, "the second incident", fleet.coordinator.log)
        before = [(incident["id"], incident["components"]) for incident in fleet.incidents()]
        for _ in range(2):
            fleet.coordinator.kill()
            fleet.coordinator.start()
            progress(fleet, 40)
        assert [
            (incident["id"], incident["components"]) for incident in fleet.incidents()
        ] == before
        assert {incident["resolved_at"] for incident in fleet.incidents()} == {None}
    for identifier, _ in before:
        lines = fleet.ask(lambda store, wanted=identifier: store.incidents.evidence(wanted))
        assert all(line["evidence"]["evidence"]["hypotheses"] for line in lines)


def test_a_pause_between_two_lives_is_declared(fleet: Fleet) -> None:
    with fleet.running():
        progress(fleet)
        fleet.coordinator.kill()
        time.sleep(6)
        fleet.coordinator.start()
        until(lambda: fleet.gaps(), "the gap", fleet.coordinator.log)
        gaps = fleet.gaps()
    assert {gap["reason"] for gap in gaps} == {"paused"}
    assert {gap["region"] for gap in gaps} == set(REGIONS)
    seen = {(r.check, r.region, r.scheduled_at // 2000) for r in fleet.stored()}
    assert not seen & {
        (gap["check"], gap["region"], slot)
        for gap in gaps
        for slot in range(gap["first_slot"], gap["last_slot"] + 1)
    }


def test_a_process_that_stood_still_goes_on_without_a_burst(fleet: Fleet) -> None:
    with fleet.running():
        progress(fleet)
        fleet.coordinator.signal(signal.SIGSTOP)
        time.sleep(6)
        ordered = sum(len(r.lateness_ms) for r in fleet.reporters.values())
        fleet.coordinator.signal(signal.SIGCONT)
        time.sleep(1)
        assert sum(len(r.lateness_ms) for r in fleet.reporters.values()) - ordered <= 24
        until(
            lambda: any(gap["reason"] == "paused" for gap in fleet.gaps()),
            "the gap",
            fleet.coordinator.log,
        )
        progress(fleet)
