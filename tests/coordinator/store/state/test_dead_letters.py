"""What could not be taken in is kept, on both databases."""

from dataclasses import replace

import pytest

from coordinator.store import DeadLetter, Store
from coordinator.store.state import dead_letters as module

DEAD_LETTER = DeadLetter(
    "eu-west",
    "outscope.report",
    "malformed_report",
    "eu-west: no JSON",
    b"\xff\0 nonsense",
    1_772_000_000_000,
)


async def test_a_message_comes_back_byte_for_byte_with_its_reason(store: Store) -> None:
    assert await store.dead_letters.add([DEAD_LETTER]) == 0
    (told,) = await store.dead_letters.all()
    assert (told["id"], told["region"], told["reason"], told["example"]) == (
        DEAD_LETTER.id,
        "eu-west",
        "malformed_report",
        "eu-west: no JSON",
    )
    assert (told["size"], told["count"], told["again"]) == (len(DEAD_LETTER.body), 1, False)
    assert await store.dead_letters.one(DEAD_LETTER.id) == (told, DEAD_LETTER.body)
    assert await store.dead_letters.one("nobody") is None


async def test_the_same_message_again_is_counted_and_not_kept_twice(store: Store) -> None:
    await store.dead_letters.add([DEAD_LETTER, DEAD_LETTER])
    await store.dead_letters.add(
        [replace(DEAD_LETTER, at=DEAD_LETTER.at + 5000, example="as before")]
    )
    (told,) = await store.dead_letters.all()
    assert (told["count"], told["first_at"], told["last_at"]) == (
        3,
        "2026-02-25T06:13:20.000Z",
        "2026-02-25T06:13:25.000Z",
    )


async def test_a_flood_is_kept_up_to_a_limit_and_what_is_known_goes_on_being_counted(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "MOST_KEPT", 3)
    flood = [replace(DEAD_LETTER, body=b"%d" % n) for n in range(5)]
    assert await store.dead_letters.add(flood) == 2
    assert await store.dead_letters.add(flood) == 2
    assert sorted(told["count"] for told in await store.dead_letters.all()) == [2, 2, 2]


async def test_only_a_whole_message_can_be_read_again(store: Store) -> None:
    large, text = (
        replace(DEAD_LETTER, body=b"x" * (module.MOST_BODY + 1)),
        replace(DEAD_LETTER, task=""),
    )
    await store.dead_letters.add([DEAD_LETTER, large, text])
    assert await store.dead_letters.retry([DEAD_LETTER.id, large.id, text.id, "nobody"]) == [
        DEAD_LETTER.id
    ]
    ((identifier, wanted),) = await store.dead_letters.wanted()
    assert (identifier, wanted.body, wanted.task) == (
        DEAD_LETTER.id,
        DEAD_LETTER.body,
        DEAD_LETTER.task,
    )
    found = await store.dead_letters.one(large.id)
    assert found is not None
    assert len(found[1]) == module.MOST_BODY


async def test_one_that_was_read_again_is_gone_unless_it_was_refused_once_more(
    store: Store,
) -> None:
    other = replace(DEAD_LETTER, body=b"other")
    await store.dead_letters.add([DEAD_LETTER, other])
    await store.dead_letters.retry([DEAD_LETTER.id, other.id])
    await store.dead_letters.add([other])
    await store.dead_letters.done([DEAD_LETTER.id, other.id])
    (told,) = await store.dead_letters.all()
    assert (told["id"], told["count"], told["again"]) == (other.id, 2, False)


async def test_what_is_discarded_is_gone(store: Store) -> None:
    await store.dead_letters.add([DEAD_LETTER])
    assert await store.dead_letters.discard([DEAD_LETTER.id, "nobody"]) == 1
    assert await store.dead_letters.all() == []
