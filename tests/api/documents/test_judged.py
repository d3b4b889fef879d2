"""What the real judge writes is what the API promises."""

from typing import Any

import pytest
from pydantic import TypeAdapter

from api.documents.evidence import ServiceEvidence, names_of, service_evidence
from api.documents.overview import Overview
from api.documents.picture.picture import Picture
from api.documents.services import Matrix, ServiceDetail
from api.explanation import explain
from coordinator.configuration import from_document
from coordinator.domain.engine import Engine
from coordinator.domain.model.rules import Rules
from coordinator.verdicts.current_state import CurrentState
from tests.api import seeds
from worker.contract.instant import Instant
from worker.contract.result import Result, result_id

TOPOLOGY = from_document(seeds.configuration()).topology
START: Instant = 1_772_368_320_000


def looks(slots: int, failing: dict[str, str]) -> list[Result]:
    """Every check from every region for so many slots; `failing` gives the reason for a region
    where Claude fails.
    """
    results = []
    for slot in range(slots):
        at = START + slot * seeds.INTERVAL_MS
        for check in TOPOLOGY.checks:
            for region in check.regions:
                reason = (
                    failing.get(region, "ok") if check.service == "claude" and slot > 5 else "ok"
                )
                found = seeds.result(
                    at, region=region, reason=reason, check=check.id, service=check.service
                )
                worker, number = f"{region}-1", check.slot(at)
                identity = result_id(check.id, region, worker, number, 0)
                changes = {
                    "id": identity,
                    "service": check.service,
                    "component": check.component,
                    "check": check.id,
                }
                results.append(found._replace(**changes))
    return results


def picture(failing: dict[str, str]) -> Picture:
    """What stands after half an hour."""
    engine = Engine(TOPOLOGY, Rules())
    results = looks(30, failing)
    engine.observe(results)
    end = results[-1].received_at
    engine.advance(end)
    standings: dict[str, dict[str, Any]] = {"service": {}, "region": {}, "worker": {}}
    for kind, subject, _, document in CurrentState().changes(engine, end):
        standings[kind][subject] = dict(document)
    return Picture(1, TOPOLOGY, standings["service"], standings["region"])


def conforms(shape: Any, found: Any) -> bool:
    """Whether it has exactly this shape."""
    adapter = TypeAdapter(shape)
    return bool(adapter.dump_python(adapter.validate_python(found)) == found)


def test_a_quiet_half_hour_is_all_well() -> None:
    quiet = picture({})
    assert conforms(Overview, quiet.overview())
    assert quiet.overview()["headline"] == "Both services are well"
    assert [service["headline"] for service in quiet.services] == [
        "All well, seen from all 5 regions"
    ] * 2


def test_a_regional_disruption_is_told_in_the_shapes_of_the_api() -> None:
    disrupted = picture({"eu-west": "timeout", "us-east": "status"})
    assert conforms(Overview, disrupted.overview())
    assert conforms(ServiceDetail, disrupted.detail("claude"))
    assert conforms(Matrix, disrupted.matrix("claude"))
    claude = disrupted.services[0]
    assert (claude["state"], claude["headline"]) == ("bad", "Disrupted in 2 of 5 regions")


def test_a_system_wide_outage_is_down_everywhere() -> None:
    down = picture(dict.fromkeys(seeds.REGIONS, "refused"))
    assert conforms(ServiceDetail, down.detail("claude"))
    assert [service["headline"] for service in down.services] == [
        "Down everywhere",
        "All well, seen from all 5 regions",
    ]


@pytest.mark.parametrize(
    "failing",
    [
        {},
        {"eu-west": "timeout", "us-east": "status"},
        {"eu-west": "unauthorized"},
        dict.fromkeys(seeds.REGIONS, "refused"),
    ],
)
def test_every_real_verdict_can_be_explained(failing: dict[str, str]) -> None:
    detail = picture(failing).detail("claude")
    assert detail is not None
    found = service_evidence("claude", detail["verdict"], names_of(TOPOLOGY, "claude"))
    assert conforms(ServiceEvidence, found)
    titles = [
        section.title
        for section in explain(found["verdict"], names_of(TOPOLOGY, "claude")).sections
    ]
    assert titles == [
        "What is said",
        "What was seen",
        "Who does not vote",
        "What explains it best",
        "What decides",
        "Compute it again",
    ]
    assert not [
        line for line in found["sentences"] if "None" in line or "nan" in line or "{" in line
    ]
