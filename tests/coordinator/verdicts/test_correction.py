"""What becomes of incidents when a backlog arrives that tells more of them."""

import asyncio
from dataclasses import replace
from typing import Any

import pytest

from coordinator.configuration import Configuration, from_document
from coordinator.domain.engine import Engine
from coordinator.domain.model.incident import IncidentEvent, Moment
from coordinator.store import Store
from coordinator.verdicts.correction import Corrections
from worker.contract.instant import parse_rfc3339
from worker.contract.outcome import Blame, Reason
from worker.contract.result import STANDING, Result, result_id
from worker.contract.standing.schedule import phase

START = 1_789_214_400_000
REGIONS = ("eu-west", "us-east", "ap-south")
CUT = "eu-west"
STEP_MS = 2_000
SERVICES = {"api": "claude", "web": "claude", "ref-a": "net-a", "ref-b": "net-b"}


def at(seconds: float) -> int:
    return START + round(seconds * 1000)


@pytest.fixture
def configuration(document: dict[str, Any]) -> Configuration:
    for region in document["regions"]:
        region["simulated"] = True
    return from_document(document)


def look(check: str, region: str, due: int, *, ok: bool, received_at: int) -> Result:
    return Result(
        id=result_id(check, region, f"{region}-1", due // STEP_MS, 0),
        check=check,
        service=SERVICES[check],
        component=check,
        kind="http",
        region=region,
        worker=f"{region}-1",
        scheduled_at=due,
        started_at=due + 3,
        received_at=received_at,
        attempt=0,
        ok=ok,
        reason=Reason.OK if ok else Reason.REFUSED,
        blame=Blame.NONE if ok else Blame.TARGET,
        total_ms=20.0,
        extra={STANDING: True} if received_at - due > 10_000 else {},
    )


def story(until: float, down: tuple[float, float], cut: tuple[float, float]) -> list[Result]:
    """The api is down everywhere for a while, and one region is cut off for another."""
    found = []
    for check in SERVICES:
        for region in REGIONS:
            for due in range(at(0) + phase(check, region, STEP_MS), at(until), STEP_MS):
                ok = check != "api" or not at(down[0]) <= due < at(down[1])
                kept = region == CUT and at(cut[0]) <= due < at(cut[1])
                received = at(cut[1]) + (due // STEP_MS) % 500 if kept else due + 50
                found.append(look(check, region, due, ok=ok, received_at=received))
    return sorted(found, key=lambda one: (one.received_at, one.id))


class Live:
    """The judge as it is live, with what it says stored, and history corrected beside it."""

    def __init__(self, store: Store, configuration: Configuration) -> None:
        self.store, self.configuration = store, configuration
        self.engine = Engine(configuration.judged, configuration.rules)
        self.corrections = Corrections(store)
        self.corrections.configure(configuration.topology)

    async def go(self, results: list[Result], until: int) -> None:
        """Take in what was received by then, second by second."""
        waiting = [one for one in results if one.received_at < until]
        begin = max(self.engine.judged_at or 0, at(0))
        for now in range(begin // 1000 * 1000 + 1000, until + 1, 1000):
            new = [one for one in waiting if now - 1000 <= one.received_at < now]
            await self.store.results.add(new)
            self.engine.observe(new)
            self.corrections.note(new)
            said = self.engine.advance(now)
            events = [event for event in said if isinstance(event, IncidentEvent)]
            await self.store.incidents.apply(*events)
            await self.corrections.step(self.engine, self.configuration, now)
            await self._settled(now)

    async def _settled(self, now: int) -> None:
        """What is judged beside it is done before time goes on."""
        task = self.corrections._task
        if task is not None:
            await asyncio.wait([task])
            await self.corrections.step(self.engine, self.configuration, now)

    async def heir(self) -> "Live":
        """Who judges on after this one was killed: with what is stored, and nothing else."""
        heir = Live(self.store, self.configuration)
        stored = [one for one in await self.store.results.recent(0) if one.received_at < self.now]
        heir.engine.restore(stored, await self.store.incidents.open(), self.now, None)
        return heir

    @property
    def now(self) -> int:
        """Up to when it judged."""
        assert self.engine.judged_at is not None
        return self.engine.judged_at

    async def told(self) -> tuple[dict[str, tuple[int, int | None]], list[dict[str, Any]]]:
        """When the one incident began and ended in each region, and the lines of its timeline."""
        (incident,) = (await self.store.incidents.page()).items
        found = await self.store.incidents.get(incident["id"])
        assert found is not None
        parts = {
            part["name"]: (
                parse_rfc3339(part["since"]),
                None if part["until"] is None else parse_rfc3339(part["until"]),
            )
            for part in found[0]["parts"]
            if part["axis"] == "region"
        }
        return parts, await self.store.incidents.evidence(incident["id"])


async def test_an_open_incident_is_told_anew_and_stays_so_when_it_ends(
    store: Store, configuration: Configuration
) -> None:
    live = Live(store, configuration)
    results = story(600, down=(60, 150), cut=(90, 210))
    await live.go(results, at(230))
    parts, lines = await live.told()
    assert abs(parts[CUT][0] - at(60)) <= STEP_MS
    assert parts[CUT][1] is not None
    assert abs(parts[CUT][1] - at(150)) <= 2 * STEP_MS
    revised = [line for line in lines if line["event"] == Moment.REVISED]
    assert len(revised) <= 1
    assert all("of looks from eu-west arrived at" in line["reason"] for line in revised)
    await live.go(results, at(600))
    parts, lines = await live.told()
    assert lines[-1]["event"] == Moment.RESOLVED
    assert all(
        since - at(60) <= STEP_MS and over is not None and abs(over - at(150)) <= 2 * STEP_MS
        for since, over in parts.values()
    )


async def test_a_cut_longer_than_what_the_judge_remembers_is_told_right(
    store: Store, configuration: Configuration
) -> None:
    live = Live(store, configuration)
    results = story(1_900, down=(60, 300), cut=(200, 1_800))
    await live.go(results, at(1_900))
    parts, lines = await live.told()
    assert abs(parts[CUT][0] - at(60)) <= STEP_MS
    over = parts[CUT][1]
    assert over is not None
    assert abs(over - at(300)) <= 2 * STEP_MS
    said = [line["reason"] for line in lines if line["event"] == Moment.REVISED]
    why = "26 minutes of looks from eu-west arrived at 12:30 UTC. Told anew: "
    assert [reason for reason in said if reason.startswith(why)]


async def test_without_anything_that_failed_nothing_is_judged_again(
    store: Store, configuration: Configuration
) -> None:
    live = Live(store, configuration)
    await live.go(story(260, down=(1_000, 1_001), cut=(90, 210)), at(260))
    assert (await store.incidents.page()).items == []
    assert live.corrections._begun_s == 0.0


async def test_too_many_results_leave_history_as_it_was_told(
    store: Store,
    configuration: Configuration,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    monkeypatch.setattr("coordinator.verdicts.correction.MOST_RESULTS", 100)
    live = Live(store, configuration)
    await live.go(story(240, down=(60, 150), cut=(90, 210)), at(240))
    assert "history_not_corrected" in caplog.text
    _, lines = await live.told()
    assert Moment.OPENED in {line["event"] for line in lines}
    assert Moment.REVISED not in {line["event"] for line in lines}


async def test_an_incident_that_was_withdrawn_stays_so(
    store: Store, configuration: Configuration
) -> None:
    live = Live(store, configuration)
    results = story(260, down=(60, 150), cut=(90, 210))
    await live.go(results, at(180))
    (opened,) = await store.incidents.open()
    gone = IncidentEvent(at(181), Moment.WITHDRAWN, replace(opened, withdrawn=True))
    await store.incidents.apply(gone)
    live.engine = Engine(configuration.judged, configuration.rules)
    live.engine.advance(at(200))
    await live.go(results, at(225))
    lines = await store.incidents.evidence(opened.id)
    assert Moment.REVISED not in {line["event"] for line in lines}


async def test_what_goes_wrong_with_the_past_does_not_end_the_judging_of_the_present(
    store: Store,
    configuration: Configuration,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    def broken(*_: object) -> None:
        raise RuntimeError("nobody thought of this")

    monkeypatch.setattr("coordinator.verdicts.correction.as_told", broken)
    live = Live(store, configuration)
    await live.go(story(230, down=(60, 150), cut=(90, 210)), at(230))
    assert "history_not_corrected" in caplog.text
    assert len(await store.incidents.open()) == 1


async def test_what_arrived_before_a_crash_is_told_anew_after_it(
    store: Store, configuration: Configuration
) -> None:
    results = story(260, down=(60, 150), cut=(90, 210))
    live = Live(store, configuration)
    await live.go(results, at(213))
    heir = await live.heir()
    await heir.go(results, at(260))
    parts, lines = await heir.told()
    assert abs(parts[CUT][0] - at(60)) <= STEP_MS
    assert parts[CUT][1] is not None
    assert abs(parts[CUT][1] - at(150)) <= 2 * STEP_MS
    revised = [line for line in lines if line["event"] == Moment.REVISED]
    assert len(revised) == 1
    assert "2 minutes of looks from eu-west arrived at" in revised[0]["reason"]


async def test_a_crash_behind_the_correction_and_before_its_mark_tells_nothing_twice(
    store: Store, configuration: Configuration, monkeypatch: pytest.MonkeyPatch
) -> None:
    results = story(260, down=(60, 150), cut=(90, 210))
    live = Live(store, configuration)
    await live.go(results, at(205))

    async def killed(*_: object) -> None:
        raise RuntimeError("killed")

    with monkeypatch.context() as crash:
        crash.setattr("coordinator.verdicts.seen_to.save", killed)
        with pytest.raises(RuntimeError, match="killed"):
            await live.go(results, at(260))
    _, before = await live.told()
    assert [line["event"] for line in before].count(Moment.REVISED) == 1
    heir = await live.heir()
    await heir.go(results, at(260))
    _, lines = await heir.told()
    assert [line["event"] for line in lines].count(Moment.REVISED) == 1


async def test_when_the_store_is_away_meanwhile_history_is_told_anew_when_it_is_back(
    store: Store,
    configuration: Configuration,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    results = story(260, down=(60, 150), cut=(90, 210))
    live = Live(store, configuration)
    await live.go(results, at(212))
    monkeypatch.setattr("coordinator.verdicts.correction.REST", 0)

    async def away(*_: object) -> None:
        raise OSError("the database is away")

    with monkeypatch.context() as broken:
        broken.setattr("coordinator.verdicts.learned.load", away)
        await live.go(results, at(220))
    assert "history_not_corrected_yet" in caplog.text
    await live.go(results, at(260))
    _, lines = await live.told()
    assert [line["event"] for line in lines].count(Moment.REVISED) == 1
