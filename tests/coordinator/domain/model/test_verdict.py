import json

import orjson

from coordinator.domain.model.rules import VERSION
from coordinator.domain.model.verdict import WIDTH, Scope, widest
from tests.scenarios.internet import Silence, Trouble, results, topology
from tests.scenarios.trial import FAST, at, try_results
from worker.contract.instant import parse_rfc3339
from worker.contract.outcome import Reason

NET = topology()


def test_a_document_carries_all_that_a_reader_needs_to_recompute_it() -> None:
    troubles = [
        Trouble(
            at(10),
            services=["claude"],
            components=["c1"],
            regions=["r1", "r2"],
            reason=Reason.STATUS,
        ),
        Trouble(at(10), regions=["r4"]),
    ]
    silence = Silence(at(10), at(60), ["r5"])
    trial = try_results(NET, results(NET, at(0), at(40), troubles, [silence]))
    document = trial.engine.verdicts()["claude"].to_document()
    assert list(document) == [
        "service",
        "at",
        "severity",
        "scope",
        "regions",
        "components",
        "confidence",
        "reason",
        "cells",
        "evidence",
    ]
    assert json.loads(orjson.dumps(document)) == document
    assert (document["severity"], document["scope"], document["regions"]) == (
        "outage",
        "regional",
        ["r1", "r2"],
    )
    evidence = document["evidence"]
    assert evidence["rules_version"] == VERSION
    assert evidence["thresholds"]["alarm_share"] == FAST.alarm_share
    assert evidence["regions"] == {"bad": 2, "heard": 3, "enabled": 5}
    assert evidence["unfit"] == {"r4": "fails at 7 of 7 independent places where others succeed"}
    assert list(evidence["silent"]) == ["r5"]
    assert evidence["votes"]["c1"] == {
        "r1": "bad",
        "r2": "bad",
        "r3": "well",
        "r4": "unknown",
        "r5": "unknown",
    }
    cell = next(
        cell for cell in document["cells"] if (cell["component"], cell["region"]) == ("c1", "r1")
    )
    assert cell["reasons"] == {"status": cell["bad"]}
    assert (
        parse_rfc3339(cell["last_good"])
        < at(10)
        <= parse_rfc3339(cell["first_bad"])
        <= parse_rfc3339(cell["last_bad"])
    )


def test_the_sentence_names_what_where_and_why() -> None:
    troubles = [Trouble(at(10), services=["claude"], components=["c1"], regions=["r1", "r2"])]
    trial = try_results(NET, results(NET, at(0), at(40), troubles))
    reason = trial.engine.verdicts()["claude"].reason
    assert reason.startswith("C1 disrupted in 2 of 5 regions heard (Ireland, Virginia): ")
    assert reason.endswith(" looks timed out.")
    assert trial.engine.verdicts()["openai"].reason == "Openai is well in all 5 regions."


def test_confidence_grows_with_what_was_heard_and_is_never_certain() -> None:
    heard = []
    for regions in (3, 5, 8):
        net = topology(regions=regions)
        trial = try_results(
            net, results(net, at(0), at(40), [Trouble(at(10), services=["claude"])])
        )
        heard.append(trial.engine.verdicts()["claude"].confidence)
    assert heard == [0.8, 0.95, 0.98]


def test_slow_answers_are_degraded_and_no_outage() -> None:
    slow = Trouble(at(10), services=["claude"], reason=Reason.SLOW)
    trial = try_results(NET, results(NET, at(0), at(40), [slow]))
    verdict = trial.engine.verdicts()["claude"]
    assert (verdict.scope, verdict.severity) == ("system_wide", "degraded")
    assert {cell.state for cell in verdict.cells} == {"degraded"}


def test_the_widest_scope_reaches_furthest_and_not_knowing_reaches_nowhere() -> None:
    assert widest(Scope) is Scope.SYSTEM_WIDE
    assert widest((Scope.REGIONAL, Scope.COMPONENT, Scope.UNKNOWN)) is Scope.COMPONENT
    assert widest((Scope.UNKNOWN, Scope.NONE)) is Scope.UNKNOWN
    assert set(WIDTH) == set(Scope)
