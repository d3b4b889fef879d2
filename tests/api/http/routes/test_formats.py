"""A service in the formats of others; our own reader of status pages reads our own."""

from typing import Any
from xml.etree import ElementTree

import httpx
import pytest

from api.documents.badge import badge
from api.documents.statuspage import IncidentsView, SummaryView, WorksView
from coordinator.domain.model.incident import Moment
from coordinator.store import Store
from tests.api import seeds
from tests.api.http.routes.announced import announced
from tests.api.http.routes.test_services import conforms, disrupted
from worker.contract.clock import now
from worker.probes.kinds.vendor_status.statuspage import MAINTENANCE_PATH, PATH, read

BASE = "/v1/services/claude/statuspage"


async def test_a_summary_says_what_is_wrong(configured: Store, api: httpx.AsyncClient) -> None:
    await disrupted(configured)
    answer = await api.get(f"{BASE}/api/v2/summary.json")
    found = answer.json()
    assert conforms(SummaryView, found)
    assert found["status"] == {
        "indicator": "minor",
        "description": "API disrupted in 2 of 5 regions",
    }
    states = {part["name"]: part["status"] for part in found["components"]}
    assert states == {
        "Claude API": "partial_outage",
        "claude.ai": "operational",
        "Claude Console": "operational",
    }
    [incident] = found["incidents"]
    assert incident["status"] == "investigating"
    assert [part["name"] for part in incident["components"]] == ["Claude API"]
    held = {"if-none-match": answer.headers["etag"]}
    assert (await api.get(f"{BASE}/api/v2/summary.json", headers=held)).status_code == 304


async def test_all_well_is_no_indicator(configured: Store, api: httpx.AsyncClient) -> None:
    at = now()
    await seeds.judged(configured, at, seeds.verdict("claude", at))
    status = (await api.get(f"{BASE}/api/v2/status.json")).json()["status"]
    assert status == {"indicator": "none", "description": "All Systems Operational"}
    parts = (await api.get(f"{BASE}/api/v2/components.json")).json()["components"]
    assert {part["status"] for part in parts} == {"operational"}


async def test_what_nobody_judged_is_not_called_operational(
    configured: Store, api: httpx.AsyncClient
) -> None:
    found = (await api.get(f"{BASE}/api/v2/summary.json")).json()
    assert found["status"]["description"] == "Not judged at the moment"
    assert found["components"] == []
    assert b"not judged" in (await api.get("/v1/services/claude/badge.svg")).content


async def test_our_reader_of_status_pages_reads_ours(
    configured: Store, api: httpx.AsyncClient
) -> None:
    at = await disrupted(configured)
    over = seeds.incident(
        "claude", at + 9_000, moment=Moment.RESOLVED, resolved_at=at + 9_000, ended_by=at + 8_000
    )
    await configured.incidents.apply(over)
    answer = await api.get(f"{BASE}{PATH}")
    assert conforms(IncidentsView, answer.json())
    [incident] = read(answer.content)
    assert incident.id == "claude-0001"
    assert incident.status == "resolved"
    assert incident.resolved_at == at + 9_000
    assert incident.updates == 2
    assert list(incident.components) == ["Claude API"]
    assert incident.url == "http://localhost/v1/incidents/claude-0001"


async def test_announced_maintenance_is_scheduled(
    configured: Store, api: httpx.AsyncClient
) -> None:
    at = now()
    await seeds.judged(configured, at, seeds.verdict("claude", at))
    for name, begins, services in (
        ("coming", at + 3_600_000, ["claude/api", "openai"]),
        ("going", at - 60_000, ["claude"]),
        ("other", at, ["openai"]),
    ):
        await announced(configured, name, begins, services)
    whole = (await api.get(f"{BASE}/api/v2/summary.json")).json()
    assert conforms(SummaryView, whole)
    going, coming = whole["scheduled_maintenances"]
    assert (going["status"], coming["status"]) == ("in_progress", "scheduled")
    assert [part["name"] for part in coming["components"]] == ["Claude API"]
    assert len(going["components"]) == 3
    assert "openai" not in str(coming)
    answer = await api.get(f"{BASE}{MAINTENANCE_PATH}")
    assert conforms(WorksView, answer.json())
    assert [one["id"] for one in answer.json()["scheduled_maintenances"]] == [
        one["id"] for one in (going, coming)
    ]
    work = read(answer.content)[1]
    assert (work.title, work.status, work.is_maintenance) == ("Move coming", "scheduled", True)
    assert work.scheduled_for == (at + 3_600_000) // 1000 * 1000


async def test_a_badge_says_it_in_words(configured: Store, api: httpx.AsyncClient) -> None:
    await disrupted(configured)
    answer = await api.get("/v1/services/claude/badge.svg")
    assert answer.headers["content-type"] == "image/svg+xml"
    svg = ElementTree.fromstring(answer.content)
    assert svg.get("aria-label") == "Claude: regional: outage"
    well = await api.get("/v1/services/openai/badge.svg")
    assert b"OpenAI: well" in well.content


def test_names_in_badges_are_text() -> None:
    line: Any = {
        "name": '<script>"&\x1b',
        "state": "well",
        "verdict": {"scope": "none", "severity": "operational"},
    }
    svg = ElementTree.fromstring(badge(line))
    assert svg.get("aria-label") == '<script>"&: well'


@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("/v1/services/nosuch/statuspage/api/v2/summary.json", 404),
        ("/v1/services/claude/statuspage/api/v2/nosuch.json", 404),
        ("/v1/services/nosuch/badge.svg", 404),
        ("/v1/services/internet/badge.svg", 404),
        ("/v1/services/claude/badge.svg?style=flat", 422),
    ],
)
async def test_what_is_not_there_is_a_problem(
    configured: Store, api: httpx.AsyncClient, path: str, status: int
) -> None:
    answer = await api.get(path)
    assert answer.status_code == status
    assert answer.headers["content-type"] == "application/problem+json"
