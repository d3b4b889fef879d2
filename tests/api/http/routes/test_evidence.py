"""How verdicts came about, over HTTP."""

from typing import Any

import httpx
import pytest
from pydantic import TypeAdapter

from api.documents.evidence import IncidentEvidence, ServiceEvidence
from coordinator.store import Store
from tests.api import seeds
from worker.contract.clock import now
from worker.contract.instant import rfc3339

REACH = (["us-east", "eu-west"], ["api"])


def conforms(shape: Any, found: Any) -> bool:
    """Whether a document has exactly the shape that OpenAPI promises: nothing missing, nothing
    more.
    """
    adapter = TypeAdapter(shape)
    return bool(adapter.dump_python(adapter.validate_python(found)) == found)


async def course(store: Store) -> int:
    """Claude's API failed from three to two minutes ago, and is well since; the moment of now."""
    at = now()
    bad = seeds.verdict(
        "claude", at - 180_000, "regional", "outage", *REACH, "It fails in 2 regions."
    )
    well = seeds.verdict("claude", at - 120_000)
    await seeds.judged(store, at, seeds.verdict("claude", at, reason="It is well now."))
    await store.verdicts.add(seeds.kept(bad), seeds.kept(well))
    over = {
        "opened_at": at - 180_000,
        "resolved_at": at - 60_000,
        "ended_by": at - 120_000,
        "moment": "resolved",
    }
    await store.incidents.apply_lines(
        [
            (seeds.incident("claude", at - 180_000), seeds.kept(bad)),
            (seeds.incident("claude", at - 60_000, **over), None),
        ]
    )
    return at


async def test_a_service_tells_how_its_verdict_came_about(
    configured: Store, api: httpx.AsyncClient
) -> None:
    at = await course(configured)
    answer = await api.get("/v1/services/claude/evidence")
    found = answer.json()
    assert conforms(ServiceEvidence, found)
    assert found["verdict"]["at"] == rfc3339(at)
    assert found["verdict"]["evidence"]["thresholds"]["claim_share"] == 0.9
    assert found["names"]["components"]["web"] == "claude.ai"
    assert found["sentences"][0] == "It is well now."
    assert (
        "Claude API: well in all 5 regions that vote (0 of 50 looks failed)." in found["sentences"]
    )
    again = await api.get(
        "/v1/services/claude/evidence", headers={"If-None-Match": answer.headers["etag"]}
    )
    assert again.status_code == 304


async def test_what_stood_at_a_time_is_what_was_said_last_before_it(
    configured: Store, api: httpx.AsyncClient
) -> None:
    at = await course(configured)

    async def stood(text: str) -> Any:
        return (await api.get("/v1/services/claude/evidence", params={"at": text})).json()

    then = await stood(rfc3339(at - 121_000))
    assert conforms(ServiceEvidence, then)
    assert (then["verdict"]["scope"], then["verdict"]["at"]) == ("regional", rfc3339(at - 180_000))
    assert then["sentences"][0] == "It fails in 2 regions."
    assert len(then["verdict"]["cells"]) == 15
    assert (await stood("1m"))["verdict"]["at"] == rfc3339(at - 120_000)
    assert (await stood(rfc3339(at - 180_000)))["verdict"]["scope"] == "regional"


async def test_what_has_left_the_configuration_can_still_be_explained(
    configured: Store, api: httpx.AsyncClient
) -> None:
    await course(configured)
    document = seeds.configuration()
    del document["services"][0]
    await configured.configurations.save(document, now())
    found = (await api.get("/v1/services/claude/evidence", params={"at": "1s"})).json()
    assert (found["names"]["service"], found["names"]["components"]) == ("claude", {})
    incident = (await api.get("/v1/incidents/claude-0001/evidence")).json()
    assert "api in Virginia" in incident["sentences"][0]
    assert (await api.get("/v1/services/claude/evidence")).json()["code"] == "unknown_service"


async def test_an_incident_tells_the_evidence_of_each_line(
    configured: Store, api: httpx.AsyncClient
) -> None:
    at = await course(configured)
    found = (await api.get("/v1/incidents/claude-0001/evidence")).json()
    assert conforms(IncidentEvidence, found)
    opened, resolved = found["lines"]
    assert (opened["event"], opened["verdict"]["at"]) == ("opened", rfc3339(at - 180_000))
    assert opened["verdict"]["evidence"]["votes"]["api"]["eu-west"] == "bad"
    assert opened["sentences"][0] == "It fails in 2 regions."
    assert (resolved["event"], resolved["verdict"], resolved["sentences"]) == ("resolved", None, [])
    assert (
        found["sentences"][0] == "Outage of Claude, regional: Claude API in Virginia and Ireland."
    )


async def test_before_the_first_verdict_there_is_only_that_to_say(
    configured: Store, api: httpx.AsyncClient
) -> None:
    found = (await api.get("/v1/services/openai/evidence")).json()
    assert conforms(ServiceEvidence, found)
    assert (found["verdict"]["at"], found["verdict"]["evidence"], found["sentences"]) == (
        None,
        {},
        ["No verdict yet."],
    )


@pytest.mark.parametrize(
    ("path", "status", "code"),
    [
        ("/v1/services/nobody/evidence", 404, "unknown_service"),
        ("/v1/services/nobody/evidence?at=1m", 404, "unknown_service"),
        ("/v1/services/%00/evidence?at=1m", 404, "unknown_service"),
        ("/v1/services/claude/evidence?at=1h", 404, "no_verdict"),
        ("/v1/services/openai/evidence?at=1s", 404, "no_verdict"),
        ("/v1/services/claude/evidence?at=0001-01-01T00:00:00Z", 404, "no_verdict"),
        ("/v1/services/claude/evidence?at=yesterday", 422, "invalid_parameter"),
        ("/v1/services/claude/evidence?at=2999-01-01T00:00:00Z", 422, "invalid_parameter"),
        ("/v1/services/claude/evidence?when=1m", 422, "invalid_parameter"),
        ("/v1/incidents/nobody/evidence", 404, "unknown_incident"),
        ("/v1/incidents/%00/evidence", 404, "unknown_incident"),
    ],
)
async def test_what_is_wrongly_asked_is_a_problem(
    configured: Store, api: httpx.AsyncClient, path: str, status: int, code: str
) -> None:
    await course(configured)
    answer = await api.get(path)
    assert (answer.status_code, answer.json()["code"]) == (status, code)
    assert answer.headers["content-type"] == "application/problem+json"
