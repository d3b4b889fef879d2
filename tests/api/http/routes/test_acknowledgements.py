"""What vendors say over HTTP: by incident, by vendor, as a stream."""

import httpx
import pytest
from pydantic import TypeAdapter

from api.documents.acknowledgements import (
    Acknowledgements,
    IncidentAcknowledgements,
    Scorecard,
    Scorecards,
)
from api.documents.events import AcknowledgementEvent
from coordinator.store import Store
from tests.api.acknowledged import PAGE, acknowledged

LONG = {"window": "9999d"}


async def test_an_incident_tells_four_clocks_and_every_wording(
    api_store: Store, api: httpx.AsyncClient
) -> None:
    await acknowledged(api_store)
    answer = await api.get("/v1/incidents/claude-0001/acknowledgements")
    found = answer.json()
    TypeAdapter(IncidentAcknowledgements).validate_python(found)
    (row,) = found["items"]
    assert found["watched"] is True
    assert row["observed_start"] == {
        "after": "2026-03-01T12:30:00.000Z",
        "by": "2026-03-01T12:31:00.000Z",
    }
    assert row["claimed_start"] == "2026-03-01T12:31:00.000Z"  # the newest wording tells none
    assert row["published_at"] == "2026-03-01T12:49:00.000Z"
    assert (row["seen_after"], row["seen_by"]) == (
        "2026-03-01T12:42:00.000Z",
        "2026-03-01T12:50:00.000Z",
    )
    assert row["lag"] == {"best_ms": 1_080_000, "least_ms": 660_000, "most_ms": 1_200_000}
    assert row["reach"]["components_missing"] == ["console", "web"]
    assert row["sentence"].endswith("but not of console and web; its state: resolved.")
    assert [one["status"] for one in row["wordings"]] == ["investigating", "resolved"]
    assert [one["claimed_start"] for one in row["wordings"]] == ["2026-03-01T12:31:00.000Z", None]


async def test_a_vendor_has_a_scorecard_and_the_rows_behind_it(
    api_store: Store, api: httpx.AsyncClient
) -> None:
    await acknowledged(api_store)
    card = (await api.get("/v1/vendors/claude/scorecard", params=LONG)).json()
    TypeAdapter(Scorecard).validate_python(card)
    assert {name: card[name] for name in ("pages", "incidents", "acknowledged", "unseen")} == {
        "pages": [PAGE],
        "incidents": 2,
        "acknowledged": 1,
        "unseen": 1,
    }
    assert (card["nothing_yet"], card["share_acknowledged"]) == (1, 1.0)
    assert card["lag_median"] == card["lag_p90"]
    assert (card["scope_told"], card["share_scope_right"]) == (1, 0.0)
    assert card["false_reassurance_minutes"] == 19 + 28
    every = (await api.get("/v1/vendors", params=LONG)).json()
    TypeAdapter(Scorecards).validate_python(every)
    assert [one["vendor"] for one in every["items"]] == ["claude"]
    rows = (
        await api.get("/v1/vendors/claude/acknowledgements", params={**LONG, "limit": 2})
    ).json()
    TypeAdapter(Acknowledgements).validate_python(rows)
    assert [row["state"] for row in rows["items"]] == ["unseen", "nothing_yet"]
    more = {**LONG, "limit": 2, "cursor": rows["next"]}
    rest = (await api.get("/v1/vendors/claude/acknowledgements", params=more)).json()
    assert ([row["incident_id"] for row in rest["items"]], rest["next"]) == (["claude-0001"], None)


async def test_what_is_asked_wrongly_gets_one_sentence(
    api_store: Store, api: httpx.AsyncClient
) -> None:
    await acknowledged(api_store)
    for path, status, said in (
        ("/v1/vendors/claude/scorecard?window=soon", 422, "'soon' is no length of time"),
        ("/v1/vendors/openai/scorecard", 404, "No check reads what the vendor of 'openai' says"),
        ("/v1/vendors/nobody/scorecard", 404, "No service 'nobody' is configured"),
        ("/v1/incidents/nobody/acknowledgements", 404, "There is no incident 'nobody'"),
        ("/v1/vendors/claude/acknowledgements?cursor=x", 400, "is not a cursor"),
    ):
        answer = await api.get(path)
        assert (answer.status_code, said in answer.json()["detail"]) == (status, True), answer.text


async def test_an_incident_of_a_vendor_whose_page_nobody_reads_has_no_rows(
    configured: Store, api: httpx.AsyncClient
) -> None:
    from tests.api import seeds

    await configured.incidents.apply(seeds.incident("openai", 1_772_368_327_000))
    found = (await api.get("/v1/incidents/openai-0001/acknowledgements")).json()
    assert (found["watched"], found["items"]) == (False, [])
    assert (await api.get("/v1/vendors")).json() == {"items": []}


@pytest.mark.parametrize("wanted", ["", "type=acknowledgement", "component=web"])
async def test_rows_are_events_of_their_own_kind(api_store: Store, wanted: str) -> None:
    from api.http.live.frames import Wants, frame_of

    await acknowledged(api_store)
    events = [one for one in await api_store.events.after(0, 100) if one.type == "acknowledgement"]
    frames = [frame_of(one) for one in events]
    for frame in frames:
        TypeAdapter(AcknowledgementEvent).validate_json(frame.json)
    name, _, value = wanted.partition("=")
    wants = Wants(**{f"{name}s": (value,)}) if name else Wants()
    assert [wants.take(frame) for frame in frames] == [True] * 3
