"""Is it me? What a caller may look at, and what it saw, weighed with the fleet's cells."""

import json
from typing import Any

import httpx
import pytest

from api.documents.located import Located
from api.documents.own_looks import OwnLooks
from coordinator.store import Store
from tests.api import seeds
from tests.api.http.routes.test_here import GERMANY, JAPAN, calling, said
from tests.api.http.routes.test_services import conforms
from worker.contract.clock import now

WELL = {"of": "claude/api", "ok": True, "ms": 84}
FAILED = {"of": "claude/api", "ok": False}
ANSWERED = [{"of": f"internet/{one}", "ok": True} for one in ("a", "b", "c", "d")]
SILENT = [{**one, "ok": False} for one in ANSWERED]


async def told(database: str, address: str, **sight: Any) -> dict[str, Any]:
    async with calling(database, address) as client:
        answer = await client.post("/v1/here/looks", json={"service": "claude", **sight})
    assert answer.status_code == 200, answer.text
    found: dict[str, Any] = answer.json()
    assert conforms(Located, found)
    assert sum(found["chances"].values()) == pytest.approx(1, abs=0.001)
    return found


async def test_a_caller_gets_the_looks_and_what_the_fleet_sees_near_it(
    configured: Store, api_database: str
) -> None:
    await said(configured, "regional", "outage", ["ap-northeast"], ["api"])
    async with calling(api_database, JAPAN) as client:
        found = (await client.get("/v1/here/looks?service=claude")).json()
    assert conforms(OwnLooks, found)
    assert found["country"] == "JP"
    assert found["near"][0]["region"] == "ap-northeast"
    assert found["fleet"]["disrupted_in"] == ["ap-northeast"]
    assert found["fleet"]["reaches"][0]["everywhere"] is False
    assert found["fleet"]["reaches"][0]["near"] == pytest.approx(1 / 3)


async def test_the_looks_hold_nothing_that_may_be_a_secret(
    api_store: Store, api: httpx.AsyncClient
) -> None:
    document = seeds.configuration()
    checks = document["services"][0]["components"][0]["checks"]
    checks[0] |= {
        "kind": "http",
        "params": {"url": "https://api.example.com/v1?k=hunter2", "headers": {"x-key": "hunter2"}},
    }
    await api_store.configurations.save(document, now())
    await said(api_store)
    answer = await api.get("/v1/here/looks?service=claude")
    assert "hunter2" not in answer.text
    look = answer.json()["looks"][0]
    assert (look["params"]["url"], look["reaches_only"]) == ("https://api.example.com/v1", True)


async def test_what_fails_for_the_caller_alone_is_its_machine_or_its_network(
    configured: Store, api_database: str
) -> None:
    await said(configured)
    alone = await told(api_database, JAPAN, looks=[FAILED] * 2, references=ANSWERED)
    assert alone["whose"] == "here"
    assert alone["sentence"] == "your machine or your network; well in 3 of 3 regions near you"
    dead = await told(api_database, JAPAN, looks=[FAILED], references=SILENT, link="down")
    assert dead["whose"] == "machine"
    assert dead["seen"] == {
        "looks": 1,
        "failed": 1,
        "references": 4,
        "references_failed": 4,
        "link": "down",
    }


async def test_what_fails_near_the_caller_is_its_regions(
    configured: Store, api_database: str
) -> None:
    near = ["ap-northeast", "oc-southeast", "eu-west"]
    await said(configured, "regional", "outage", near, ["api"])
    found = await told(api_database, JAPAN, looks=[FAILED], references=ANSWERED)
    assert found["whose"] == "region"
    assert found["sentence"] == "your region (3 of 3 regions near you)"
    named = await told(
        api_database, "127.0.0.1", looks=[WELL], references=ANSWERED, region="eu-west"
    )
    assert named["fleet"]["seen_from"][0] == "eu-west"


async def test_what_fails_everywhere_is_everybodys(configured: Store, api_database: str) -> None:
    await said(configured, "component", "outage", list(seeds.REGIONS), ["api"])
    found = await told(api_database, GERMANY, looks=[FAILED], references=ANSWERED)
    assert found["whose"] == "everybody"


async def test_when_all_is_well_it_is_nobodys_and_an_answer_after_ten_seconds_is_none(
    configured: Store, api_database: str
) -> None:
    await said(configured)
    well = await told(api_database, GERMANY, looks=[WELL], references=ANSWERED)
    late = await told(api_database, GERMANY, looks=[{**WELL, "ms": 10_000}], references=ANSWERED)
    assert (well["whose"], late["whose"]) == ("nobody", "here")


async def test_without_a_fleet_that_is_heard_nobody_can_tell(
    configured: Store, api_database: str
) -> None:
    found = await told(api_database, GERMANY, looks=[FAILED], references=ANSWERED)
    assert (found["whose"], found["fleet"]["heard"]) == ("unknown", False)
    assert found["sentence"] == "cannot tell; nobody else could be asked"


@pytest.mark.parametrize(
    ("body", "status", "sentence"),
    [
        ("{", 422, "body"),
        ("[]", 422, "body"),
        ('{"service": "nosuch"}', 404, "No service 'nosuch' is judged here"),
        ('{"service": "internet"}', 404, "No service 'internet' is judged here"),
        ('{"service": "claude", "region": "nowhere"}', 422, "no region 'nowhere' is configured"),
        ('{"service": "claude", "links": "up"}', 422, "links"),
        ('{"service": "claude", "link": "maybe"}', 422, "link"),
        (
            '{"service": "claude", "looks": [{"of": "api", "ok": true, "ms": -1}]}',
            422,
            "looks.0.ms",
        ),
        ('{"service": "claude", "looks": [{"of": "<b>", "ok": true}]}', 422, "looks.0.of"),
        (json.dumps({"service": "claude", "looks": [WELL] * 61}), 422, "looks"),
        ("x" * 20_000, 413, "at most 16384 bytes"),
    ],
)
async def test_bad_input_is_told(
    configured: Store, api: httpx.AsyncClient, body: str, status: int, sentence: str
) -> None:
    answer = await api.post("/v1/here/looks", content=body)
    assert answer.status_code == status, answer.text
    assert sentence in answer.json()["detail"]


@pytest.mark.parametrize(
    ("query", "status"), [("", 422), ("service=nosuch", 404), ("service=claude&region=x", 422)]
)
async def test_a_question_for_looks_that_makes_no_sense_is_told(
    configured: Store, api: httpx.AsyncClient, query: str, status: int
) -> None:
    assert (await api.get(f"/v1/here/looks?{query}")).status_code == status
