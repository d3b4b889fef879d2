"""What did not arrive, over HTTP: reports that were set aside, and messages that were given up."""

from collections.abc import AsyncIterator

import httpx
import pytest
from pydantic import TypeAdapter

from api.documents.left_behind import DeadLetters, Notices, WholeDeadLetter
from coordinator.access.scopes import Scope
from coordinator.store import DeadLetter, Store
from coordinator.store.state.dead_letters import MOST_BODY
from tests.api import seeds
from tests.api.http.access.asking import asking, bearer, token_of
from tests.coordinator.store.notices.letters import letter
from worker.contract.clock import now

LETTER = DeadLetter("eu-west", "outscope.report", "malformed", "no <b>id", b"\xff{", now())


@pytest.fixture
async def operator(api_database: str, configured: Store) -> AsyncIterator[httpx.AsyncClient]:
    """A client of an operator."""
    token, _ = await token_of(configured, Scope.OPERATE)
    async with asking(api_database) as (api, _):
        api.headers.update(bearer(token))
        yield api


async def test_a_report_is_listed_shown_and_read_again(
    operator: httpx.AsyncClient, configured: Store
) -> None:
    await configured.dead_letters.add([LETTER])
    listed = (await operator.get("/v1/dead-letters")).json()
    (told,) = TypeAdapter(DeadLetters).validate_python(listed)["items"]
    assert (told["id"], told["reason"], told["again"]) == (LETTER.id, "malformed", False)
    whole = (await operator.get(f"/v1/dead-letters/{LETTER.id}")).json()
    assert TypeAdapter(WholeDeadLetter).validate_python(whole)["body"] == "\\xff{"
    answer = await operator.post(f"/v1/dead-letters/{LETTER.id}/retry")
    assert (answer.status_code, answer.json()["again"]) == (202, True)
    ((identifier, _),) = await configured.dead_letters.wanted()
    assert identifier == LETTER.id
    ((_, line),) = await configured.audit.latest(1)
    assert (line.what, line.about) == ("report read again", f"{LETTER.id} of eu-west")


async def test_what_is_no_whole_message_cannot_be_read_again_but_discarded(
    operator: httpx.AsyncClient, configured: Store
) -> None:
    large = DeadLetter("eu-west", "outscope.report", "large", "", b"x" * (MOST_BODY + 1), now())
    await configured.dead_letters.add([large])
    path = f"/v1/dead-letters/{large.id}"
    refused = await operator.post(f"{path}/retry")
    assert (refused.status_code, refused.json()["code"]) == (409, "cannot_retry")
    assert (await operator.delete(path)).status_code == 204
    for gone in (operator.delete(path), operator.post(f"{path}/retry"), operator.get(path)):
        answer = await gone
        assert (answer.status_code, answer.json()["code"]) == (404, "unknown_dead_letter")
    whats = [line.what for _, line in await configured.audit.latest(9)]
    assert whats.count("report discarded") == 1
    assert "report read again" not in whats


async def test_a_message_that_was_given_up_is_sent_again(
    operator: httpx.AsyncClient, configured: Store
) -> None:
    at = now()
    await configured.notice_threads.say([], [letter(), letter(name="other-1")], at)
    first, other = await configured.deliveries.due(at, 10)
    await configured.deliveries.give_up(first.id, at, "410 Gone")
    page = (await operator.get("/v1/notices", params={"state": "given_up"})).json()
    (told,) = TypeAdapter(Notices).validate_python(page)["items"]
    assert (told["id"], told["why"], told["state"]) == (first.id, "410 Gone", "given_up")
    assert len((await operator.get("/v1/notices")).json()["items"]) == 2
    path = f"/v1/notices/{first.id}/again"
    assert (await operator.post(path)).status_code == 204
    assert {one.id for one in await configured.deliveries.due(now(), 10)} == {first.id, other.id}
    again = await operator.post(path)
    assert (again.status_code, again.json()["code"]) == (404, "not_given_up")
    ((_, line),) = await configured.audit.latest(1)
    assert (line.what, line.about) == ("message sent again", str(first.id))


async def test_messages_come_in_pages(operator: httpx.AsyncClient, configured: Store) -> None:
    letters = [letter(name=f"i-{n}") for n in range(5)]
    await configured.notice_threads.say([], letters, seeds.parse_rfc3339("2026-03-01T00:00:00Z"))
    seen: list[int] = []
    query: dict[str, str] = {"limit": "2"}
    while True:
        page = (await operator.get("/v1/notices", params=query)).json()
        seen += [one["id"] for one in page["items"]]
        if page["next"] is None:
            break
        query["cursor"] = page["next"]
    assert seen == sorted(seen, reverse=True)
    assert len(set(seen)) == 5
