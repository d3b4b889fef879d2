"""Invitations over HTTP: one line that lets in a worker, or renews the key of one."""

from typing import Any

import httpx
import pytest
from pydantic import TypeAdapter

from api.documents.invitations import Invitations, Invited
from coordinator.access.scopes import Scope
from coordinator.joining.meeting import STANDING, Meeting
from coordinator.joining.token import digest_of
from coordinator.store import Store
from tests.api.http.access.asking import asking, bearer, token_of
from worker.contract.clock import now

URL = "https://outscope.example.com"
MEETING = Meeting("rediss://broker.example.com:6379/0", "PEM", "KEY")


async def invite(client: httpx.AsyncClient, known: str, /, **asked: Any) -> httpx.Response:
    return await client.post("/v1/invitations", json=asked, headers=bearer(known))


async def test_the_line_is_told_once_and_only_its_digest_is_stored(
    api_database: str, configured: Store
) -> None:
    await configured.standings.put(STANDING, STANDING, now(), MEETING.document())
    operator, _ = await token_of(configured, Scope.OPERATE)
    async with asking(api_database, environ={"OUTSCOPE_PUBLIC_URL": URL}) as (api, _):
        made = await invite(api, operator, region="eu-west", network="203.0.113.0/24")
        told = TypeAdapter(Invited).validate_python(made.json())
        listed = await api.get("/v1/invitations", headers=bearer(operator))
    assert (made.status_code, made.headers["cache-control"]) == (201, "no-store")
    words = told["line"].split()
    assert words[:4] == ["outscope-worker", "join", URL, "--token"]
    assert (told["note"], told["region"]) == ("", "eu-west")
    (kept,) = await configured.invitations.open(now())
    assert (kept.digest, kept.network) == (digest_of(words[4]), "203.0.113.0/24")
    found = TypeAdapter(Invitations).validate_python(listed.json())
    assert (found["api"], [one["id"] for one in found["items"]]) == (URL, [kept.id])
    assert words[4] not in listed.text
    ((_, line), *_) = await configured.audit.latest(1)
    assert (line.what, line.about) == ("worker invited", "eu-west")
    assert line.who.startswith("tests (")


async def test_what_is_still_missing_is_noted(api_database: str, configured: Store) -> None:
    operator, _ = await token_of(configured, Scope.OPERATE)
    async with asking(api_database) as (api, _):
        made = (await invite(api, operator, region="eu-west", api=URL)).json()
        assert "start the coordinator" in made["note"]
        here = Meeting("redis://127.0.0.1:6379/0")
        await configured.standings.put(STANDING, STANDING, now(), here.document())
        made = (await invite(api, operator, region="eu-west", api=URL)).json()
        assert "on this machine alone" in made["note"]


WRONG: dict[str, tuple[dict[str, Any], str]] = {
    "a region that is near": ({"region": "eu-wset"}, "did you mean `eu-west`?"),
    "a span": ({"region": "eu-west", "expires": "31d"}, "not from 1s to 30d"),
    "no span": ({"region": "eu-west", "expires": "soon"}, "not a duration"),
    "a network": ({"region": "eu-west", "network": "10.0.0.1/8"}, "did you mean 10.0.0.0/8?"),
    "no TLS": ({"region": "eu-west", "api": "http://outscope.example.com"}, "without TLS"),
    "no address": ({"region": "eu-west", "api": "outscope"}, "is no address of an API"),
    "another field": ({"region": "eu-west", "token": "x"}, "Extra inputs"),
}


@pytest.mark.parametrize("case", WRONG)
async def test_what_cannot_be_is_refused_in_a_sentence(
    case: str, api_database: str, configured: Store
) -> None:
    asked, sentence = WRONG[case]
    operator, _ = await token_of(configured, Scope.OPERATE)
    async with asking(api_database) as (api, _):
        answer = await invite(api, operator, **asked)
    assert (answer.status_code, answer.json()["code"]) == (422, "invalid_parameter")
    assert sentence in answer.json()["detail"]
    assert await configured.invitations.open(now()) == []


async def test_nobody_renews_a_key_that_is_not_there(api_database: str, configured: Store) -> None:
    operator, _ = await token_of(configured, Scope.OPERATE)
    async with asking(api_database) as (api, _):
        answer = await invite(api, operator, region="eu-west", worker="nobody", api=URL)
    assert (answer.status_code, answer.json()["code"]) == (404, "not_joined")


async def test_a_withdrawn_one_lets_nobody_in(api_database: str, configured: Store) -> None:
    await configured.standings.put(STANDING, STANDING, now(), MEETING.document())
    operator, _ = await token_of(configured, Scope.OPERATE)
    async with asking(api_database) as (api, _):
        made = (await invite(api, operator, region="eu-west", api=URL)).json()
        (kept,) = await configured.invitations.open(now())
        path = f"/v1/invitations/{kept.id}"
        assert (await api.delete(path, headers=bearer(operator))).status_code == 204
        again = await api.delete(path, headers=bearer(operator))
        assert (again.status_code, again.json()["code"]) == (404, "unknown_invitation")
        asked = {"token": made["line"].split()[4], "secret_sha256": "0" * 64, "at": now()}
        refused = await api.post("/v1/join", json=asked)
        assert refused.json()["code"] == "token_expired"
    assert [line.what for _, line in await configured.audit.latest(3)] == [
        "join refused",
        "invitation withdrawn",
        "worker invited",
    ]
