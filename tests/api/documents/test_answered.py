"""Looks by the place that answered them."""

from typing import Any

import httpx
from pydantic import TypeAdapter

from api.documents.answered import AnsweredFrom, answered_from
from coordinator.store import Store
from worker.contract.clock import now
from worker.contract.outcome import Blame, Reason
from worker.contract.result import Result


def look(
    region: str, slot: int, *, ok: bool = True, blame: Blame = Blame.TARGET, **fields: Any
) -> Result:
    at = now() - 1000
    reason = Reason.OK if ok else Reason.STATUS
    result = Result(
        id=f"{region}-{slot}",
        check="claude-api",
        service="claude",
        component="api",
        kind="http",
        region=region,
        worker=f"{region}-1",
        scheduled_at=at,
        started_at=at,
        received_at=at,
        attempt=0,
        ok=ok,
        reason=reason,
        blame=Blame.NONE if ok else blame,
    )
    return result._replace(**{"ip": "1.1.1.1", "asn": 13335, "ip_country": "US", **fields})


def test_a_region_that_two_places_answer_has_two_groups_and_the_busier_comes_first() -> None:
    groups = answered_from(
        [
            look("eu-west", 1, extra={"edge": "DUB"}),
            look("eu-west", 2, extra={"edge": "LHR"}, ok=False),
            look("eu-west", 3, extra={"edge": "LHR"}),
            look("us-east", 4, asn=None, ip_country=None),
        ]
    )
    told = [
        (g["region"], g["country"], g["asn"], g["edge"], g["looks"], g["failed"]) for g in groups
    ]
    assert told == [
        ("eu-west", "US", 13335, "LHR", 2, 1),
        ("eu-west", "US", 13335, "DUB", 1, 0),
        ("us-east", None, None, None, 1, 0),
    ]


def test_what_nobody_answered_is_in_no_group_and_our_own_faults_are_no_failures() -> None:
    assert answered_from([look("eu-west", 1, ip=None, ok=False)]) == []
    assert [
        g["failed"] for g in answered_from([look("eu-west", 1, ok=False, blame=Blame.PROBER)])
    ] == [0]


async def test_the_places_that_answered_a_service_lately_are_told(
    configured: Store, api: httpx.AsyncClient
) -> None:
    old = look("eu-west", 1)._replace(id="old", scheduled_at=now() - 3_600_000)
    await configured.results.add(
        [old, look("eu-west", 2), look("us-east", 3, ok=False, extra={"edge": "IAD"})]
    )
    told = (await api.get("/v1/services/claude/answered-from")).json()
    adapter = TypeAdapter(AnsweredFrom)
    assert adapter.dump_python(adapter.validate_python(told)) == told
    assert [(g["region"], g["edge"], g["looks"], g["failed"]) for g in told["groups"]] == [
        ("eu-west", None, 1, 0),
        ("us-east", "IAD", 1, 1),
    ]


async def test_a_service_that_is_not_configured_is_not_found(
    configured: Store, api: httpx.AsyncClient
) -> None:
    answer = await api.get("/v1/services/nonsense/answered-from")
    assert answer.status_code == 404
