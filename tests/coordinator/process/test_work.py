"""A running coordinator judges and receipts what comes in, and orders what is configured."""

import copy
import time
from typing import Any

import pytest

from coordinator.configuration import from_document
from coordinator.evaluation.replay import replay
from tests.coordinator.process.conftest import api_is_down, progress
from tests.faults.coordinator import until
from tests.faults.fleet import Fleet
from worker.contract import clock

pytestmark = pytest.mark.slow


def test_results_come_in_are_judged_and_receipted_and_a_replay_agrees(
    fleet: Fleet, document: dict[str, Any]
) -> None:
    with fleet.running():
        until(
            lambda: fleet.verdict().get("severity") == "operational",
            "a verdict",
            fleet.coordinator.log,
        )
        fleet.answer(api_is_down)
        until(
            lambda: fleet.verdict().get("scope") == "component",
            "the outage",
            fleet.coordinator.log,
        )
        until(lambda: fleet.incidents(), "the incident", fleet.coordinator.log)
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


def test_a_new_configuration_is_in_force_within_seconds(
    fleet: Fleet, document: dict[str, Any]
) -> None:
    def ordered() -> set[str]:
        return {result.check for result in fleet.stored()[-12:]}

    with fleet.running():
        progress(fleet, 12)
        changed = copy.deepcopy(document)
        changed["services"][0]["components"][0]["checks"][0]["id"] = "api-v2"
        changed["regions"].append({**document["regions"][0], "id": "sa-east"})
        fleet.apply(changed)
        until(
            lambda: "api-v2" in ordered() and "api" not in ordered(),
            "the change",
            fleet.coordinator.log,
        )
        with fleet.broker.client() as client:
            until(lambda: client.llen("probes.sa-east"), "orders for the new region")


def test_what_is_wrong_is_refused_and_counted_and_the_rest_goes_on(fleet: Fleet) -> None:
    with fleet.running():
        progress(fleet, 6)
        reporter = fleet.reporters["eu-west"]
        for poison in (None, [], {"v": 9}, {"worker": "x"}, "text"):
            reporter.send(poison)
        reporter.send({}, task="outscope.nonsense")
        reporter.report(reporter.row("nobody", 1, clock.now()), reporter.row("api", 1, clock.now()))
        until(lambda: len(fleet.ask(lambda store: store.refusals.all())) == 4, "the refusals")
        counts = {
            row["reason"]: row["count"] for row in fleet.ask(lambda store: store.refusals.all())
        }
        assert counts == {
            "malformed_report": 5,
            "unknown_task": 1,
            "unknown_check": 1,
            "impossible_value": 1,
        }
        progress(fleet, 6)
        until(lambda: fleet.told().get("refused") == 8, "the counters")
        set_aside = fleet.ask(lambda store: store.dead_letters.all())
        assert sum(told["count"] for told in set_aside) == 8
        assert {told["reason"] for told in set_aside} == set(counts)


def test_an_empty_region_gets_no_more_orders_and_its_looks_are_declared(fleet: Fleet) -> None:
    gone = fleet.reporters.pop("ap-south")
    with fleet.running(), fleet.broker.client() as client:
        until(lambda: any(g["reason"] == "no_worker" for g in fleet.gaps("ap-south")), "the gap")
        waiting = client.llen("probes.ap-south")
        time.sleep(3)
        assert client.llen("probes.ap-south") == waiting < 60
        with gone:
            until(
                lambda: any(order.issued_at for order in gone.orders),
                "orders for the region that is back",
            )
            until(lambda: gone.receipted, "its results")
    assert {gap["reason"] for gap in fleet.gaps("eu-west")} <= {"paused"}
