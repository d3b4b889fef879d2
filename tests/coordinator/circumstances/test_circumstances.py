"""From announcements and dependencies to what incidents, events and messages say."""

import asyncio
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from coordinator.circumstances.announcing import (
    AnnouncementError,
    announce,
    announcement_from,
    upcoming,
)
from coordinator.circumstances.bearing import Circumstances
from coordinator.configuration import Configuration, from_document
from coordinator.domain.model.incident import Incident, IncidentEvent, Moment
from coordinator.notifying.deciding import Deciding
from coordinator.store import Store
from tests.coordinator.domain.notifying.incidents import incident, over
from worker.contract.clock import now
from worker.contract.instant import rfc3339

MINUTE = 60_000
HOUR = 60 * MINUTE


def configured(**told: Any) -> Configuration:
    def service(name: str, shown: str, part: str, **more: Any) -> dict[str, Any]:
        parts = [{"id": part, "name": f"{shown} {part}", "checks": []}]
        return {"id": name, "name": shown, "role": "service", "components": parts, **more}

    services = [
        service("claude", "Claude", "api"),
        service("shop", "Our shop", "buy", depends_on=["claude/api"], hold_opening_ms=60_000),
        service("desk", "Help desk", "chat", depends_on=["claude"]),
    ]
    regions = [{"id": "eu-west", "name": "Ireland"}, {"id": "us-east", "name": "Virginia"}]
    return from_document({"regions": regions, "services": services, **told})


def entry(begins: int, lasts_ms: int = HOUR, **told: Any) -> dict[str, Any]:
    time = datetime.fromtimestamp(begins / 1000, UTC).replace(tzinfo=None)
    return {
        "id": "deploy",
        "title": "Deployment",
        "begins": time.isoformat(timespec="seconds"),
        "lasts_ms": lasts_ms,
        **told,
    }


class Desk:
    """The loop's two steps, at moments of the test's own."""

    def __init__(self, store: Store, public_url: str = "") -> None:
        self.store = store
        self.circumstances = Circumstances(store)
        self.deciding = Deciding(store, public_url)

    async def configure(self, configuration: Configuration) -> None:
        await self.circumstances.configure(configuration)
        self.deciding.configure(configuration, {"me": ["me"]})

    async def at(self, at: int) -> int:
        await self.circumstances.step(at)
        return await self.deciding.say(at, self.circumstances)

    async def begins(self, name: str, service: str, at: int, *components: str) -> Incident:
        times = {"started_by": at, "started_after": at - 1000, "opened_at": at}
        one = incident(name, service, components=components, **times)
        await self.store.incidents.apply(IncidentEvent(at, Moment.OPENED, one))
        return one

    async def ends(self, one: Incident, at: int) -> None:
        await self.store.incidents.apply(IncidentEvent(at, Moment.RESOLVED, over(one, at)))

    async def said(self) -> list[str]:
        found = (await self.store.deliveries.page(limit=1000)).items
        return [one["title"] for one in reversed(found)]

    async def told(self, name: str) -> dict[str, Any]:
        found = await self.store.incidents.get(name)
        assert found is not None
        return found[0]


ME = [{"id": "me", "to": ["json://127.0.0.1:9"]}]


async def test_messages_wait_in_a_window_and_are_said_when_it_is_outlasted(store: Store) -> None:
    desk, begin = Desk(store), now() // 1000 * 1000
    await desk.configure(configured(notify=ME, maintenance=[entry(begin, services=["claude"])]))
    one = await desk.begins("claude-1", "claude", begin + MINUTE, "api")
    quick = await desk.begins("claude-2", "claude", begin + 2 * MINUTE, "api")
    assert await desk.at(begin + 3 * MINUTE) == 0
    told = (await desk.told(one.id))["maintenance"]
    assert told == {
        "state": "within",
        "window": "deploy",
        "title": "Deployment",
        "source": "configuration",
        "since": rfc3339(begin),
        "until": rfc3339(begin + HOUR),
    }
    await desk.ends(quick, begin + 20 * MINUTE)
    assert await desk.at(begin + 61 * MINUTE) == 0
    assert await desk.at(begin + 62 * MINUTE) == 1
    assert (await desk.told(one.id))["maintenance"]["state"] == "outlasted"
    assert (await desk.told(quick.id))["maintenance"]["state"] == "within"
    await desk.ends(one, begin + 70 * MINUTE)
    assert await desk.at(begin + 70 * MINUTE) == 1
    text = (await store.deliveries.page()).items[-1]["text"]
    assert "Maintenance: announced, Deployment, until" in text
    assert "outlasted it" in text
    events = [one for one in await store.events.after(0, 100) if one.type == "incident.explained"]
    notes = [one.document["note"] for one in events]
    assert [note.partition(",")[0] for note in notes] == [
        "Maintenance: within announced maintenance",
        "Maintenance: within announced maintenance",
        "Maintenance: announced",
    ]
    again = Desk(store)  # as after a restart: nothing is told twice
    await again.configure(configured(notify=ME, maintenance=[entry(begin, services=["claude"])]))
    assert await again.at(begin + 71 * MINUTE) == 0
    assert len([e for e in await store.events.after(0, 100) if e.type == events[0].type]) == 3


async def test_an_operator_announces_and_cancels(store: Store) -> None:
    desk, begin = Desk(store), now() // 1000 * 1000
    configuration = configured(notify=ME)
    await store.configurations.save(dict(configuration.document), begin)
    await desk.configure(configuration)
    given = {"id": "net", "from": rfc3339(begin), "for": "2h", "services": ["claude/api"]}
    given["from"] = f"{given['from'][:19]}Z"
    notes = await announce(store, announcement_from(given), "me@here", begin)
    assert notes[0].startswith("net comes from ")
    with pytest.raises(AnnouncementError, match="announced already"):
        await announce(store, announcement_from(given), "me@here", begin)
    wider = announcement_from({**given, "id": "wide", "services": ["claude"]})
    await desk.begins("claude-1", "claude", begin + MINUTE, "api")
    assert await desk.at(begin + 2 * MINUTE) == 0
    notes = await announce(store, wider, "me@here", begin)
    assert notes[1:] == [n for n in notes if n.startswith("It overlaps with net (operator)")]
    assert len(notes) == 2
    await desk.at(begin + 2 * MINUTE + 2000)
    assert [one.window for one in await upcoming(store, begin + 3 * MINUTE)] == ["net", "wide"]
    for name in ("net", "wide"):
        assert await store.maintenance.cancel(name, begin + 4 * MINUTE)
        assert not await store.maintenance.cancel(name, begin + 4 * MINUTE)
    assert await upcoming(store, begin + 5 * MINUTE) == []
    assert await desk.at(begin + 5 * MINUTE) == 0
    assert await desk.at(begin + 6 * MINUTE) == 1
    recorded = await store.maintenance_times.between(begin, begin + 24 * HOUR)
    assert [(one.window, one.until) for one in recorded] == [
        ("net", begin + 5 * MINUTE),
        ("wide", begin + 5 * MINUTE),
    ]


async def test_what_cannot_be_announced_is_refused_in_a_sentence(store: Store) -> None:
    at = now()
    await store.configurations.save(dict(configured().document), at)
    past = {"id": "x", "from": "2020-01-01T00:00Z", "for": "1h"}
    with pytest.raises(AnnouncementError, match="is over already"):
        await announce(store, announcement_from(past), "me", at)
    strange = {"id": "x", "from": "2100-01-01T00:00Z", "for": "1h", "services": ["claude/apx"]}
    with pytest.raises(AnnouncementError, match="did you mean `claude/api`"):
        await announce(store, announcement_from(strange), "me", at)
    for wrong in (
        {"id": "x", "feed": "https://x.example.com/a.ics"},
        {"id": "x", "from": "2100-01-01T00:00Z"},
        {"id": "x", "from": "2100-01-01T00:00Z", "until": "2099-01-01T00:00Z"},
        {"id": "x", "from": "yesterday", "for": "1h"},
    ):
        with pytest.raises(ValueError):
            announcement_from(wrong)


async def test_a_calendar_in_a_file_counts_and_is_kept_while_it_is_away(
    store: Store, tmp_path: Path
) -> None:
    desk, begin = Desk(store), now() // 1000 * 1000
    stamp = f"{datetime.fromtimestamp(begin / 1000, UTC):%Y%m%dT%H%M%SZ}"
    event = (
        f"BEGIN:VEVENT\r\nUID:1\r\nDTSTART:{stamp}\r\nDURATION:PT1H\r\nSUMMARY:Vendor\r\nEND:VEVENT"
    )
    file = tmp_path / "calendar.ics"
    file.write_text(f"BEGIN:VCALENDAR\r\nVERSION:2.0\r\n{event}\r\nEND:VCALENDAR\r\n")
    source = {"id": "cal", "feed": file.as_uri(), "every_ms": 60_000, "services": ["claude"]}
    await desk.configure(configured(notify=ME, maintenance=[source]))
    await desk.begins("claude-1", "claude", begin + MINUTE, "api")
    await desk.circumstances.step(begin + MINUTE)
    await read(desk)
    assert await desk.at(begin + MINUTE + 2000) == 0
    assert (await desk.told("claude-1"))["maintenance"]["source"] == "feed:cal"
    file.unlink()
    again = Desk(store)
    await again.configure(configured(notify=ME, maintenance=[source]))
    assert await again.at(begin + 2 * MINUTE) == 0
    await read(again)
    assert await again.at(begin + 2 * MINUTE + 2000) == 0
    kept = await store.standings.all("maintenance")
    assert kept["feed:cal"]["troubles"] == ["it could not be read: No such file or directory"]


async def read(desk: Desk) -> None:
    """Wait for what is being read."""
    busy = desk.circumstances._calendar.reading._busy
    async with asyncio.timeout(60):
        while busy:
            await asyncio.gather(*busy.values())


async def test_what_a_vendors_page_announces_counts(
    store: Store, make_result: Callable[..., Any]
) -> None:
    desk, begin = Desk(store), now() // 1000 * 1000
    work = {
        "id": "m1",
        "title": "Database",
        "scheduled_for": rfc3339(begin),
        "scheduled_until": rfc3339(begin + HOUR),
        "components": ["api"],
    }
    result = make_result(check="page", scheduled_at=begin, extra={"maintenance": [work, {}]})
    await store.results.add([result])
    source = {"id": "vendor", "page": "page", "every_ms": 60_000}
    await desk.configure(configured(notify=ME, maintenance=[source]))
    await desk.begins("claude-1", "claude", begin + MINUTE, "api")
    await desk.circumstances.step(begin + MINUTE)
    await read(desk)
    assert await desk.at(begin + MINUTE + 2000) == 0
    assert (await desk.told("claude-1"))["maintenance"]["title"] == "Database"


async def test_a_cascade_is_one_message_and_each_incident_says_its_cause(store: Store) -> None:
    desk, begin = Desk(store), now()
    await desk.configure(configured(notify=ME))
    shop = await desk.begins("shop-1", "shop", begin, "buy")
    assert await desk.at(begin + 1000) == 0  # held: what it depends on may follow
    await desk.begins("claude-1", "claude", begin + 20_000, "api")
    await desk.begins("desk-1", "desk", begin + 30_000, "chat")
    assert await desk.at(begin + 31_000) == 1
    (title,) = await desk.said()
    assert title == (
        "Claude: all of it disrupted everywhere; 2 of your services are down because Claude is"
    )
    told = await desk.told("desk-1")
    assert told["probably_caused_by"]["incident"] == "claude-1"
    assert told["probably_caused_by"]["probability"] > 0.9
    claude = await store.incidents.one("claude-1")
    assert claude is not None
    await desk.ends(claude, begin + 3 * MINUTE)
    assert await desk.at(begin + 3 * MINUTE) == 1
    assert await desk.at(begin + 5 * MINUTE) == 0
    await desk.ends(shop, begin + 6 * MINUTE)
    assert await desk.at(begin + 14 * MINUTE) == 1  # one is left, long after its cause was over
    assert (await desk.said())[-1].startswith("Help desk: ")


async def test_a_beginning_is_held_only_so_long_and_an_end_never(store: Store) -> None:
    desk, begin = Desk(store), now()
    await desk.configure(configured(notify=ME))
    shop = await desk.begins("shop-1", "shop", begin, "buy")
    assert await desk.at(begin + 59_000) == 0
    assert await desk.at(begin + 60_000) == 1
    await desk.ends(shop, begin + 61_000)
    assert await desk.at(begin + 61_000) == 1


async def test_who_asks_only_for_what_is_downstream_is_told_the_cause(store: Store) -> None:
    desk, begin = Desk(store), now()
    await desk.configure(configured(notify=[{**ME[0], "services": ["shop"]}]))
    await desk.begins("claude-1", "claude", begin, "api")
    await desk.begins("shop-1", "shop", begin + 10_000, "buy")
    assert await desk.at(begin + 11_000) == 1
    (found,) = (await store.deliveries.page()).items
    assert "Probably caused by: Claude (99%)" in found["text"]
