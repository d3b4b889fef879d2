"""Incidents of a service or region for feed readers and calendars."""

from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from typing import Any
from xml.etree import ElementTree

import httpx
import pytest
from icalendar import Calendar

from coordinator.circumstances.ical import windows_in
from coordinator.configuration.circumstances.windows import Source
from coordinator.domain.model.incident import Moment
from coordinator.store import Store
from tests.api import seeds
from tests.api.http.access.asking import asking
from tests.api.http.routes.announced import announced
from worker.contract.clock import now
from worker.contract.instant import rfc3339

ATOM = "{http://www.w3.org/2005/Atom}"
HOSTILE = "<b>\x00down</b> & ]]>\r\nBEGIN:VALARM; \\n"
TEXT = "<b>down</b> & ]]>"


async def struck(store: Store, **changes: Any) -> int:
    """An incident in us-east and eu-west with a reason that tries to be more than text."""
    at = now()
    await seeds.judged(store, at, seeds.verdict("claude", at))
    await store.incidents.apply(seeds.incident("claude", at, reason=HOSTILE, **changes))
    return at


async def over(store: Store, at: int, **changes: Any) -> None:
    begun = {"opened_at": at, "started_after": at - 90_000, "started_by": at - 60_000}
    resolved = {"moment": Moment.RESOLVED, "resolved_at": at + 9_000, "reason": "It is over."}
    told = {**begun, **resolved, **changes}
    await store.incidents.apply(seeds.incident("claude", at + 9_000, **told))


@pytest.mark.parametrize("whose", ["services/claude", "regions/eu-west"])
async def test_an_atom_feed_has_an_entry_for_each_line(
    configured: Store, api: httpx.AsyncClient, whose: str
) -> None:
    await struck(configured)
    answer = await api.get(f"/v1/{whose}/incidents.atom")
    assert answer.headers["content-type"].startswith("application/atom+xml")
    feed = ElementTree.fromstring(answer.content)
    [entry] = feed.findall(f"{ATOM}entry")
    assert str(entry.findtext(f"{ATOM}content")).startswith(TEXT)
    assert entry.findtext(f"{ATOM}title") == "Claude: opened, regional"
    for parent in (feed, entry):  # what RFC 4287 wants
        for name in ("id", "title", "updated"):
            assert parent.findtext(f"{ATOM}{name}")


@pytest.mark.parametrize("whose", ["services/claude", "regions/eu-west"])
async def test_rss_tells_the_same_and_its_text_is_no_markup_for_readers_of_html(
    configured: Store, api: httpx.AsyncClient, whose: str
) -> None:
    at = await struck(configured)
    await over(configured, at, ended_by=at + 8_000)
    answer = await api.get(f"/v1/{whose}/incidents.rss")
    assert answer.headers["content-type"].startswith("application/rss+xml")
    root = ElementTree.fromstring(answer.content)
    assert (root.tag, root.get("version")) == ("rss", "2.0")
    [channel] = root
    assert all(channel.findtext(name) for name in ("title", "link", "description"))
    itself = channel.find(f"{ATOM}link")
    assert itself is not None
    assert itself.get("href") == f"http://localhost/v1/{whose}/incidents.rss"
    last, first = channel.findall("item")
    assert last.findtext("title") == "Claude: resolved, regional"
    assert str(first.findtext("description")).startswith("&lt;b&gt;down&lt;/b&gt; &amp; ]]&gt;")
    assert first.findtext("link") == "http://localhost/incidents/claude-0001"
    guids = {item.findtext("guid") for item in (last, first)}
    assert len(guids) == 2
    assert parsedate_to_datetime(str(first.findtext("pubDate"))) == moment(at)


async def test_a_calendar_begins_when_it_was_certain_and_says_the_interval(
    configured: Store, api: httpx.AsyncClient
) -> None:
    at = await struck(configured)
    [goes_on] = await events(api, "services/claude")
    assert goes_on.start == moment(at - 60_000)
    assert goes_on.end == moment(at) + timedelta(seconds=1), "as long as it was spoken of at least"
    assert "It goes on" in goes_on["DESCRIPTION"]
    await over(configured, at, ended_after=at + 2_000, ended_by=at + 8_000)
    [event] = await events(api, "services/claude")
    assert event["UID"] == goes_on["UID"]
    assert event.end == moment(at + 8_000) + timedelta(seconds=1)
    for told in (at - 90_000, at - 60_000, at + 2_000, at + 8_000):
        assert rfc3339(told)[11:19] in event["DESCRIPTION"]
    assert event["STATUS"] == "CONFIRMED"
    assert [one["UID"] for one in await events(api, "regions/eu-west")] == [event["UID"]]


async def test_what_nobody_saw_end_and_what_was_withdrawn_say_so(
    configured: Store, api: httpx.AsyncClient
) -> None:
    at = await struck(configured)
    await over(configured, at)
    [event] = await events(api, "services/claude")
    assert "Nobody saw its end" in event["DESCRIPTION"]
    await over(configured, at + 1_000, moment=Moment.WITHDRAWN, withdrawn=True)
    [event] = await events(api, "services/claude")
    assert event["STATUS"] == "CANCELLED"


async def test_text_ends_no_line_of_a_calendar(configured: Store, api: httpx.AsyncClient) -> None:
    await struck(configured)
    answer = await api.get("/v1/services/claude/incidents.ics")
    assert answer.headers["content-type"].startswith("text/calendar")
    assert b"\x00" not in answer.content
    assert not [line for line in answer.text.splitlines() if line.startswith("BEGIN:VALARM")]
    [event] = Calendar.from_ical(answer.content).walk("VEVENT")
    assert event["DESCRIPTION"].startswith(TEXT)
    held = {"if-none-match": answer.headers["etag"]}
    again = await api.get("/v1/services/claude/incidents.ics", headers=held)
    assert again.status_code == 304


async def test_the_calendar_of_a_service_has_its_announced_maintenance(
    configured: Store, api: httpx.AsyncClient
) -> None:
    at = now()
    await announced(configured, "mine", at + 3_600_000, ["claude/api", "openai"])
    await announced(configured, "other", at + 3_600_000, ["openai"])
    [event] = await events(api, "services/claude")
    assert event["SUMMARY"] == "Claude: Move mine"
    assert event.start == moment(at + 3_600_000)
    assert event["CATEGORIES"].cats == ["maintenance"]
    body = (await api.get("/v1/services/claude/incidents.ics")).content
    assert b"openai" not in body, "whoever sees a public service learns of no other one"
    read, troubles = windows_in(body, Source("feed:ours", frozenset(), frozenset()))
    assert ([one.title for one in read], troubles) == (["Claude: Move mine"], [])


async def test_a_region_tells_what_reached_it_once_and_nothing_else(
    configured: Store, api: httpx.AsyncClient
) -> None:
    await struck(configured, regions=("us-east",))
    assert len(await events(api, "regions/us-east")) == 1
    assert await events(api, "regions/eu-west") == []


@pytest.mark.parametrize("form", ["atom", "rss", "ics"])
@pytest.mark.parametrize("whose", ["services", "regions"])
async def test_nothing_and_nobody(
    configured: Store, api: httpx.AsyncClient, whose: str, form: str
) -> None:
    known = {"services": "openai", "regions": "eu-west"}[whose]
    answer = await api.get(f"/v1/{whose}/{known}/incidents.{form}")
    assert answer.status_code == 200
    if form != "ics":
        assert b"<entry>" not in answer.content
        assert b"<item>" not in answer.content
        assert ElementTree.fromstring(answer.content).tag
    missing = await api.get(f"/v1/{whose}/nosuch/incidents.{form}")
    assert missing.status_code == 404
    assert missing.headers["content-type"] == "application/problem+json"


async def test_links_lead_to_where_a_proxy_answers(api_database: str, configured: Store) -> None:
    await struck(configured)
    async with asking(api_database, root_path="/outscope") as (api, _):
        body = (await api.get("/v1/services/claude/incidents.rss")).text
    assert "http://localhost/outscope/v1/services/claude/incidents.rss" in body
    assert "http://localhost/outscope/incidents/claude-0001" in body


async def events(api: httpx.AsyncClient, whose: str) -> list[Any]:
    answer = await api.get(f"/v1/{whose}/incidents.ics")
    return list(Calendar.from_ical(answer.content).walk("VEVENT"))


def moment(instant: int) -> datetime:
    return datetime.fromtimestamp(instant // 1000, UTC)
