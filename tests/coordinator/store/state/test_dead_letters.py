"""What could not be taken in is kept, on both databases."""

from dataclasses import replace

import pytest

from coordinator.store import Aside, Store
from coordinator.store.state import dead_letters as module

ASIDE = Aside(
    "eu-west",
    "outscope.report",
    "malformed_report",
    "eu-west: no JSON",
    b"\xff\0 nonsense",
    1_772_000_000_000,
)


async def test_a_message_comes_back_byte_for_byte_with_its_reason(store: Store) -> None:
    assert await store.asides.add([ASIDE]) == 0
    (told,) = await store.asides.all()
    assert (told["id"], told["region"], told["reason"], told["example"]) == (
        ASIDE.id,
        "eu-west",
        "malformed_report",
        "eu-west: no JSON",
    )
    assert (told["size"], told["count"], told["again"]) == (len(ASIDE.body), 1, False)
    assert await store.asides.one(ASIDE.id) == (told, ASIDE.body)
    assert await store.asides.one("nobody") is None


async def test_the_same_message_again_is_counted_and_not_kept_twice(store: Store) -> None:
    await store.asides.add([ASIDE, ASIDE])
    await store.asides.add([replace(ASIDE, at=ASIDE.at + 5000, example="as before")])
    (told,) = await store.asides.all()
    assert (told["count"], told["first_at"], told["last_at"]) == (
        3,
        "2026-02-25T06:13:20.000Z",
        "2026-02-25T06:13:25.000Z",
    )


async def test_a_flood_is_kept_up_to_a_limit_and_what_is_known_goes_on_being_counted(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "MOST_KEPT", 3)
    flood = [replace(ASIDE, body=b"%d" % n) for n in range(5)]
    assert await store.asides.add(flood) == 2
    assert await store.asides.add(flood) == 2
    assert sorted(told["count"] for told in await store.asides.all()) == [2, 2, 2]


async def test_only_a_whole_message_can_be_read_again(store: Store) -> None:
    large, text = replace(ASIDE, body=b"x" * (module.MOST_BODY + 1)), replace(ASIDE, task="")
    await store.asides.add([ASIDE, large, text])
    assert await store.asides.retry([ASIDE.id, large.id, text.id, "nobody"]) == [ASIDE.id]
    ((identifier, wanted),) = await store.asides.wanted()
    assert (identifier, wanted.body, wanted.task) == (ASIDE.id, ASIDE.body, ASIDE.task)
    found = await store.asides.one(large.id)
    assert found is not None
    assert len(found[1]) == module.MOST_BODY


async def test_one_that_was_read_again_is_gone_unless_it_was_refused_once_more(
    store: Store,
) -> None:
    other = replace(ASIDE, body=b"other")
    await store.asides.add([ASIDE, other])
    await store.asides.retry([ASIDE.id, other.id])
    await store.asides.add([other])
    await store.asides.done([ASIDE.id, other.id])
    (told,) = await store.asides.all()
    assert (told["id"], told["count"], told["again"]) == (other.id, 2, False)


async def test_what_is_discarded_is_gone(store: Store) -> None:
    await store.asides.add([ASIDE])
    assert await store.asides.discard([ASIDE.id, "nobody"]) == 1
    assert await store.asides.all() == []
