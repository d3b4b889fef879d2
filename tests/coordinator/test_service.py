"""The coordinator as a real process, with a real broker, a real database, and workers reduced to their wire."""

import copy
import signal
import time
from pathlib import Path
from typing import Any

import pytest

from coordinator.configuration import from_document
from coordinator.replay import replay
from tests.faults.broker import Broker
from tests.faults.coordination import CoordinatorProcess
from tests.faults.coordinator import until
from tests.faults.fleet import Fleet
from worker.contract import clock

pytestmark = pytest.mark.slow

REGIONS = ("eu-west", "us-east", "ap-south")


def api_is_down(check: str, _scheduled_at: int) -> tuple[bool, str, str]:
    """What every region sees when one component is down."""
    return (False, "refused", "target") if check == "api" else (True, "ok", "none")


def web_is_down(check: str, _scheduled_at: int) -> tuple[bool, str, str]:
    """What a region sees when the other component is down there."""
    return (False, "refused", "target") if check == "web" else (True, "ok", "none")


def claude_is_down(check: str, _scheduled_at: int) -> tuple[bool, str, str]:
    """What a region sees when the whole service is down there."""
    return (True, "ok", "none") if check.startswith("ref-") else (False, "refused", "target")


@pytest.fixture
def fleet(valkey: Broker, tmp_path: Path, document: dict[str, Any]) -> Fleet:
    """On SQLite, with the configuration applied; not yet running."""
    fleet = Fleet(valkey, f"sqlite://{tmp_path}/store.db", tmp_path, REGIONS)
    fleet.apply(document)
    return fleet


def progress(fleet: Fleet, results: int = 24, within_s: float = 40) -> None:
    """Wait until so many more results were receipted."""
    before = len(fleet.receipted())
    until(lambda: len(fleet.receipted()) >= before + results, within_s, "results", fleet.coordinator.log)


def test_results_come_in_are_judged_and_receipted_and_a_replay_agrees(fleet: Fleet, document: dict[str, Any]) -> None:
    with fleet.running():
        until(lambda: fleet.verdict().get("severity") == "operational", 40, "a verdict", fleet.coordinator.log)
        fleet.answer(api_is_down)
        until(lambda: fleet.verdict().get("scope") == "component", 60, "the outage", fleet.coordinator.log)
        until(lambda: fleet.incidents(), 60, "the incident", fleet.coordinator.log)
        assert fleet.coordinator.stop() == 0
    assert fleet.receipted() <= {result.id for result in fleet.stored()}
    assert {result.ip_country for result in fleet.stored()} == {"US"}
    configuration = from_document(document)
    told = list(replay(fleet.stored(), configuration.topology, configuration.rules))
    live = fleet.ask(lambda store: store.verdicts.history("claude", 0, 100))[::-1]
    assert [line for line in told if line["type"] == "verdict"][: len(live)] == live
    (incident,) = fleet.incidents()
    assert next(line["id"] for line in told if line["type"] == "incident") == incident["id"]
    assert incident["components"] == ["api"]


def test_killed_again_and_again_it_loses_nothing_and_invents_nothing(fleet: Fleet) -> None:
    with fleet.running():
        for pause_s in (0.3, 1.1, 2.2, 0.7, 1.6):
            progress(fleet, 6)
            time.sleep(pause_s)
            fleet.coordinator.kill()
            fleet.coordinator.start()
        progress(fleet)
        until(lambda: fleet.waiting() < 5, 30, "that workers can forget all")
        assert fleet.coordinator.stop() == 0
    assert fleet.receipted() <= {result.id for result in fleet.stored()}
    assert fleet.incidents() == []
    assert fleet.verdict()["severity"] == "operational"


def test_killed_during_an_outage_it_goes_on_with_the_same_incident(fleet: Fleet) -> None:
    with fleet.running():
        progress(fleet)
        fleet.answer(api_is_down)
        until(lambda: fleet.incidents(), 60, "the incident", fleet.coordinator.log)
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
    document["regions"] += [{**document["regions"][0], "id": region} for region in ("sa-east", "oc-southeast")]
    fleet = Fleet(valkey, f"sqlite://{tmp_path}/store.db", tmp_path, (*REGIONS, "sa-east", "oc-southeast"))
    fleet.apply(document)
    with fleet.running():
        until(lambda: fleet.verdict().get("scope") == "none", 40, "that all is well", fleet.coordinator.log)
        fleet.reporters["eu-west"].answer = web_is_down
        until(lambda: fleet.incidents(), 60, "the first incident", fleet.coordinator.log)
        fleet.answer(api_is_down)
        fleet.reporters["eu-west"].answer = claude_is_down
        until(lambda: len(fleet.incidents()) == 2, 60, "the second incident", fleet.coordinator.log)
        before = [(incident["id"], incident["components"]) for incident in fleet.incidents()]
        for _ in range(2):
            fleet.coordinator.kill()
            fleet.coordinator.start()
            progress(fleet, 40)
        assert [(incident["id"], incident["components"]) for incident in fleet.incidents()] == before
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
        until(lambda: fleet.gaps(), 40, "the gap", fleet.coordinator.log)
        gaps = fleet.gaps()
    assert {gap["reason"] for gap in gaps} == {"paused"}
    assert {gap["region"] for gap in gaps} == set(REGIONS)
    seen = {(r.check, r.region, r.scheduled_at // 2000) for r in fleet.stored()}
    assert not seen & {
        (gap["check"], gap["region"], slot) for gap in gaps for slot in range(gap["first_slot"], gap["last_slot"] + 1)
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
        until(lambda: any(gap["reason"] == "paused" for gap in fleet.gaps()), 40, "the gap", fleet.coordinator.log)
        progress(fleet)


def test_a_second_coordinator_is_refused_and_the_first_goes_on(fleet: Fleet, tmp_path: Path) -> None:
    with fleet.running():
        second = CoordinatorProcess(fleet.broker.url, fleet.database, tmp_path / "second")
        second.start(ready=False)
        assert second.wait(25) == 3
        assert f"another coordinator (process {fleet.coordinator.pid} " in second.log()
        assert "Traceback" not in second.log()
        progress(fleet, 6)


def test_it_stops_when_told_and_the_next_one_starts_at_once(fleet: Fleet) -> None:
    with fleet.running():
        progress(fleet, 6)
        began = time.monotonic()
        assert fleet.coordinator.stop() == 0
        fleet.coordinator.start()
        assert time.monotonic() - began < 12
        assert "takes_over" not in fleet.coordinator.log()
        assert "Traceback" not in fleet.coordinator.log()


def test_it_waits_for_the_first_configuration(valkey: Broker, tmp_path: Path, document: dict[str, Any]) -> None:
    fleet = Fleet(valkey, f"sqlite://{tmp_path}/store.db", tmp_path, REGIONS)
    with fleet.running(ready=False):
        until(lambda: "waiting for a configuration" in fleet.coordinator.log(), 20)
        fleet.apply(document)
        progress(fleet, 6)


def test_told_to_stop_while_it_waits_for_a_configuration_it_stops(valkey: Broker, tmp_path: Path) -> None:
    process = CoordinatorProcess(valkey.url, f"sqlite://{tmp_path}/store.db", tmp_path / "process")
    process.start(ready=False)
    until(lambda: "waiting for a configuration" in process.log(), 20)
    assert process.stop() == 0


def test_a_new_configuration_is_in_force_within_seconds(fleet: Fleet, document: dict[str, Any]) -> None:
    def ordered() -> set[str]:
        return {result.check for result in fleet.stored()[-12:]}

    with fleet.running():
        progress(fleet, 12)
        changed = copy.deepcopy(document)
        changed["services"][0]["components"][0]["checks"][0]["id"] = "api-v2"
        changed["regions"].append({**document["regions"][0], "id": "sa-east"})
        fleet.apply(changed)
        until(lambda: "api-v2" in ordered() and "api" not in ordered(), 30, "the change", fleet.coordinator.log)
        with fleet.broker.client() as client:
            until(lambda: client.llen("probes.sa-east"), 15, "orders for the new region")


def test_what_is_wrong_is_refused_and_counted_and_the_rest_goes_on(fleet: Fleet) -> None:
    with fleet.running():
        progress(fleet, 6)
        reporter = fleet.reporters["eu-west"]
        for poison in (None, [], {"v": 9}, {"worker": "x"}, "text"):
            reporter.send(poison)
        reporter.send({}, task="outscope.nonsense")
        reporter.report(reporter.row("nobody", 1, clock.now()), reporter.row("api", 1, clock.now()))
        until(lambda: len(fleet.ask(lambda store: store.refusals.all())) == 3, 20, "the refusals")
        counts = {row["reason"]: row["count"] for row in fleet.ask(lambda store: store.refusals.all())}
        assert counts == {"malformed_report": 5, "unknown_task": 1, "unknown_check": 1}
        progress(fleet, 6)
        until(lambda: fleet.told().get("refused") == 7, 10, "the counters")
        set_aside = fleet.ask(lambda store: store.asides.all())
        assert sum(told["count"] for told in set_aside) == 7
        assert {told["reason"] for told in set_aside} == set(counts)


def test_an_empty_region_gets_no_more_orders_and_its_looks_are_declared(fleet: Fleet) -> None:
    gone = fleet.reporters.pop("ap-south")
    with fleet.running(), fleet.broker.client() as client:
        until(lambda: any(g["reason"] == "no_worker" for g in fleet.gaps("ap-south")), 45, "the gap")
        waiting = client.llen("probes.ap-south")
        time.sleep(3)
        assert client.llen("probes.ap-south") == waiting < 60
        with gone:
            until(lambda: any(order.issued_at for order in gone.orders), 20, "orders for the region that is back")
            until(lambda: gone.receipted, 20, "its results")
    assert {gap["reason"] for gap in fleet.gaps("eu-west")} <= {"paused"}


def test_after_a_restart_of_the_broker_everything_arrives(fleet: Fleet) -> None:
    with fleet.running():
        progress(fleet)
        fleet.broker.kill()
        time.sleep(4)
        fleet.broker.start()
        began = time.monotonic()
        progress(fleet, 6)
        assert time.monotonic() - began < 20
        until(lambda: fleet.waiting() < 5, 30, "that workers can forget all")
        assert fleet.incidents() == []
    assert fleet.receipted() <= {result.id for result in fleet.stored()}


def test_on_postgresql_it_outlives_a_restart_of_the_database(
    valkey: Broker, tmp_path: Path, document: dict[str, Any], postgres_url: str, postgres_server: Any
) -> None:
    fleet = Fleet(valkey, postgres_url, tmp_path, REGIONS)
    fleet.apply(document)
    with fleet.running():
        progress(fleet)
        postgres_server.stop()
        time.sleep(4)
        postgres_server.start()
        progress(fleet)
        until(lambda: fleet.waiting() < 5, 30, "that workers can forget all")
        fleet.coordinator.kill()
        fleet.coordinator.start()
        progress(fleet, 6)
        assert fleet.coordinator.stop() == 0
    assert fleet.receipted() <= {result.id for result in fleet.stored()}


@pytest.mark.parametrize(
    ("environment", "sentence"),
    [
        ({"OUTSCOPE_BROKER": "http://user:secret@x"}, "OUTSCOPE_BROKER is not a broker URL"),
        ({"OUTSCOPE_BROKER": ""}, "OUTSCOPE_BROKER is missing"),
        ({"OUTSCOPE_DATABASE": ""}, "OUTSCOPE_DATABASE is missing"),
        ({"OUTSCOPE_DATABASE": "mysql://user:secret@x/y"}, "sqlite:///path"),
        ({"OUTSCOPE_DATABASE_FILE": "/nowhere"}, "/nowhere"),
    ],
)
def test_a_bad_setting_stops_the_start_with_a_sentence(
    tmp_path: Path, environment: dict[str, str], sentence: str
) -> None:
    process = CoordinatorProcess("redis://127.0.0.1:1/0", f"sqlite://{tmp_path}/x.db", tmp_path / "process")
    process._environment |= environment
    process.start(ready=False)
    assert process.wait(20) == 2
    assert sentence in process.log()
    assert "secret" not in process.log()
    assert "Traceback" not in process.log()
