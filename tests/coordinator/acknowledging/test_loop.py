"""The loop keeps every wording and revises its rows when either side is edited; each row has its
event.
"""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from coordinator.acknowledging.loop import AcknowledgingLoop
from coordinator.configuration.configuration import from_document
from coordinator.domain.acknowledging.hearing import Span
from coordinator.domain.model.incident import IncidentEvent, Moment
from coordinator.store import Store
from tests.api.acknowledged import PAGE, look, told
from tests.coordinator.domain.acknowledging.made import MINUTE, at, incident, over
from worker.contract.instant import rfc3339
from worker.contract.result import Result


@pytest.fixture
def watched(document: dict[str, Any]) -> dict[str, Any]:
    """The configuration with a check that reads the vendor's page every two minutes."""
    check = {
        "id": PAGE,
        "kind": "vendor_status",
        "interval_ms": 2 * MINUTE,
        "timeout_ms": 1000,
        "votes": False,
        "params": {"provider": "statuspage", "components": {"Claude API": "api"}},
    }
    document["services"][0]["components"][0]["checks"].append(check)
    return document


@pytest.fixture
def loop(store: Store, watched: dict[str, Any]) -> AcknowledgingLoop:
    return AcknowledgingLoop(store, from_document(watched))


async def rows_of(store: Store, service: str = "claude") -> list[dict[str, Any]]:
    return (await store.acknowledgements.page(service, 0)).items


async def news(store: Store) -> list[dict[str, Any]]:
    events = await store.events.after(0, 500)
    return [dict(one.document) for one in events if one.type == "acknowledgement"]


async def test_from_silence_to_an_admission_that_is_edited_and_taken_away(
    store: Store, loop: AcknowledgingLoop
) -> None:
    await store.results.add([look(-2), look(0), look(2), look(4)])
    await store.incidents.apply(IncidentEvent(at(2), Moment.OPENED, incident()))
    await loop.once(at(5))
    (row,) = await rows_of(store)
    assert (row["state"], row["green_ms"]) == ("nothing_yet", 4 * MINUTE)
    await store.results.add(
        [look(6, told()), look(8, told()), look(8.1, region="us-east", heard=False)]
    )
    await loop.once(at(9))
    held = await rows_of(store)
    assert [(one["state"], one["vendor"]["status"]) for one in held] == [
        ("acknowledged", "investigating")
    ]
    assert held[0]["lag"]["most_ms"] == 6 * MINUTE
    await store.results.add(
        [look(10, told("identified", title="Worse")), look(12), look(14), look(18)]
    )
    await loop.once(at(19))
    (row,) = await store.acknowledgements.of_incident("claude-0001")
    assert (row["vendor"]["title"], row["vendor"]["gone_by"]) == ("Worse", rfc3339(at(12)))
    edits = await store.vendors.edits(PAGE, "v1")
    assert [edit.words.title if edit.words else None for edit in edits] == ["Errors", "Worse", None]
    kept = [(one["acknowledgement"]["state"], one["note"][:29]) for one in await news(store)]
    assert kept[:1] == [("nothing_yet", "The vendor has said nothing o")]
    assert ("void", "The vendor's word and what we") in kept
    assert kept[-1] == ("acknowledged", "The vendor said so since 2026")


async def test_a_second_loop_goes_on_where_the_first_was_and_tells_nothing_twice(
    store: Store, loop: AcknowledgingLoop, watched: dict[str, Any]
) -> None:
    await store.results.add([look(0), look(2, told()), look(4, told())])
    await store.incidents.apply(IncidentEvent(at(2), Moment.OPENED, incident()))
    await loop.once(at(5))
    before = (await rows_of(store), await news(store))
    again = AcknowledgingLoop(store, from_document(watched))
    await again.once(at(5))
    await again.once(at(5))
    assert (await rows_of(store), await news(store)) == before


async def test_looks_that_arrive_in_another_order_make_the_same_rows(
    store: Store, loop: AcknowledgingLoop
) -> None:
    looks = [
        look(0),
        look(2),
        look(4, told()),
        look(6, told("identified")),
        look(8, told("identified")),
    ]
    await store.incidents.apply(IncidentEvent(at(2), Moment.OPENED, incident()))
    await loop.once(at(2))
    for number, one in enumerate(reversed(looks)):
        late = replace_received(one, at(9) + number)
        await store.results.add([late])
        await loop.once(at(9) + number)
    await loop.once(at(10))
    edits = await store.vendors.edits(PAGE, "v1")
    assert [(edit.after, edit.first_at, edit.last_at) for edit in edits] == [
        (at(2), at(4), at(4)),
        (at(4), at(6), at(8)),
    ]
    assert await store.vendors.heard([PAGE], 0) == [Span(at(0), at(14))]
    (row,) = await rows_of(store)
    assert (row["seen_by"], row["green_ms"]) == (rfc3339(at(4)), 3 * MINUTE)


def replace_received(one: Result, received_at: int) -> Result:
    return one._replace(received_at=received_at)


async def test_an_incident_that_is_withdrawn_leaves_a_void_row_and_a_statement_we_never_saw(
    store: Store, loop: AcknowledgingLoop
) -> None:
    await store.results.add([look(0), look(2, told()), look(4, told())])
    found = incident()
    await store.incidents.apply(IncidentEvent(at(2), Moment.OPENED, found))
    await loop.once(at(5))
    gone = replace(found, withdrawn=True, resolved_at=at(6), ended_by=at(6))
    await store.incidents.apply(IncidentEvent(at(6), Moment.WITHDRAWN, gone))
    await loop.once(at(13))
    (row,) = await rows_of(store)
    assert (row["state"], row["incident_id"]) == ("unseen", None)
    assert [one["acknowledgement"]["state"] for one in await news(store)][-2:] == ["unseen", "void"]


async def test_a_page_that_cannot_be_read_is_not_heard_and_becomes_never_only_when_it_was(
    store: Store, loop: AcknowledgingLoop
) -> None:
    await store.results.add([look(minutes, heard=False) for minutes in range(0, 60, 2)])
    await store.incidents.apply(IncidentEvent(at(65), Moment.RESOLVED, over()))
    await loop.once(at(70))
    assert [row["state"] for row in await rows_of(store)] == ["not_heard"]
    await store.results.add([look(72), look(74)])
    await loop.once(at(75))
    assert [row["state"] for row in await rows_of(store)] == ["nothing_yet"]
    await loop.once(at(65 + 24 * 60 + 5))
    assert [row["state"] for row in await rows_of(store)] == ["never"]


async def test_a_check_under_another_name_still_knows_what_the_page_said(
    store: Store, loop: AcknowledgingLoop, watched: dict[str, Any]
) -> None:
    await store.results.add([look(0), look(2, told(components=["api"])), look(4, told())])
    await store.incidents.apply(IncidentEvent(at(2), Moment.OPENED, incident()))
    await loop.once(at(5))
    watched["services"][0]["components"][0]["checks"][-1]["id"] = "renamed"
    loop.configure(from_document(watched))
    await loop.once(at(7))
    assert [row["state"] for row in await rows_of(store)] == ["acknowledged"]


async def test_a_component_that_is_mapped_later_joins_what_was_said_before(
    store: Store, watched: dict[str, Any], make_result: Callable[..., Result]
) -> None:
    params = watched["services"][0]["components"][0]["checks"][-1]["params"]
    params["components"] = {"Something else": "web"}
    loop = AcknowledgingLoop(store, from_document(watched))
    await store.results.add([make_result(0), look(0), look(2, told()), look(4, told())])
    await store.incidents.apply(IncidentEvent(at(2), Moment.OPENED, incident()))
    await loop.once(at(5))
    assert [row["state"] for row in await rows_of(store)] == ["nothing_yet"]
    params["components"] = {"claude API": "api"}
    loop.configure(from_document(watched))
    await loop.once(at(6))
    assert [row["state"] for row in await rows_of(store)] == ["acknowledged"]
    assert len(await store.vendors.edits(PAGE, "v1")) == 1
