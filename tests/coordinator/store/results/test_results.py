"""Results in the store, on both databases."""

import asyncio
from collections.abc import Callable

import pytest

from coordinator.store import ResultFilter, Store, open_store
from worker.contract.outcome import Blame, Reason
from worker.contract.result import Result

Make = Callable[..., Result]


async def test_what_was_added_comes_back_unchanged(store: Store, make_result: Make) -> None:
    result = make_result(
        ok=False,
        reason=Reason.TLS,
        blame=Blame.TARGET,
        detail="the certificate of «größe» is wrong 🙂",
        status_code=503,
        dns_ms=0.1,
        connect_ms=1e-9,
        tls_ms=3.3333333333333335,
        ttfb_ms=4.0,
        total_ms=123456.789,
        ip="2a00:1450:4001:82b::200e",
        asn=4_200_000_000,
        ip_country="IE",
        extra={"z": 1, "a": [1.5, None, {"b": "ü"}], "big": 2**53},
    )
    await store.results.add([result])
    assert await store.results.recent(0) == [result]


async def test_only_new_results_are_returned_and_kept(store: Store, make_result: Make) -> None:
    first, second = make_result(1), make_result(2)
    assert await store.results.add([first]) == [first]
    assert await store.results.add([first, second, second]) == [second]
    assert await store.results.add([first, second]) == []
    assert await store.results.recent(0) == [first, second]


async def test_of_the_same_id_the_first_is_kept(store: Store, make_result: Make) -> None:
    first = make_result(1)
    second = make_result(1, detail="told again")
    assert await store.results.add([first, second]) == [first]
    await store.results.add([second])
    assert await store.results.recent(0) == [first]


async def test_nothing_is_added_of_nothing(store: Store) -> None:
    assert await store.results.add([]) == []
    assert await store.results.last_received_at() is None


async def test_recent_begins_at_the_moment_and_is_oldest_first(
    store: Store, make_result: Make
) -> None:
    results = [make_result(n) for n in range(10)]
    await store.results.add(results[::-1])
    assert await store.results.recent(results[4].received_at) == results[4:]
    assert await store.results.last_received_at() == results[9].received_at


async def test_many_results_are_one_batch(store: Store, make_result: Make) -> None:
    results = [make_result(n) for n in range(3000)]
    assert len(await store.results.add(results)) == 3000
    assert len(await store.results.add(results)) == 0


async def test_pages_are_newest_first_and_meet_without_overlap(
    store: Store, make_result: Make
) -> None:
    results = [make_result(n, scheduled_at=1000 + n // 3) for n in range(25)]
    await store.results.add(results)
    seen: list[Result] = []
    cursor = None
    while True:
        page = await store.results.page(cursor=cursor, limit=4)
        seen += page.items
        cursor = page.next
        if cursor is None:
            break
    assert [(r.scheduled_at, r.id) for r in seen] == sorted(
        ((r.scheduled_at, r.id) for r in results), reverse=True
    )


async def test_a_new_result_does_not_shift_the_next_page(store: Store, make_result: Make) -> None:
    await store.results.add([make_result(n) for n in range(6)])
    page = await store.results.page(limit=3)
    await store.results.add([make_result(100)])
    rest = await store.results.page(cursor=page.next, limit=10)
    assert [r.scheduled_at for r in rest.items] == [make_result(n).scheduled_at for n in (2, 1, 0)]


@pytest.mark.parametrize("cursor", ["", "x", "MTAw", "💥", "LTEgeA==x"])
async def test_a_cursor_of_somebody_else_is_a_value_error(store: Store, cursor: str) -> None:
    with pytest.raises(ValueError, match="cursor"):
        await store.results.page(cursor=cursor)


@pytest.mark.parametrize(
    ("wanted", "expected"),
    [
        (ResultFilter(region="us-east"), [1]),
        (ResultFilter(ok=False), [2]),
        (ResultFilter(ok=True, reason="ok"), [0, 1, 3]),
        (ResultFilter(reason="timeout"), [2]),
        (
            ResultFilter(service="claude", component="api", check="claude-api", worker="eu-west-1"),
            [0, 1, 2],
        ),
        (ResultFilter(service="openai"), [3]),
        (ResultFilter(service="nobody"), []),
        (ResultFilter(since=1_772_000_001_000, until=1_772_000_003_000), [1, 2]),
    ],
)
async def test_filters_narrow_pages_and_chunks_alike(
    store: Store, make_result: Make, wanted: ResultFilter, expected: list[int]
) -> None:
    results = [
        make_result(0),
        make_result(1, region="us-east"),
        make_result(2, ok=False, reason=Reason.TIMEOUT, blame=Blame.PATH),
        make_result(3, service="openai"),
    ]
    await store.results.add(results)
    assert (await store.results.page(wanted)).items == [results[n] for n in reversed(expected)]
    assert [r async for chunk in store.results.chunks(wanted, size=2) for r in chunk] == [
        results[n] for n in expected
    ]


async def test_chunks_are_in_order_of_receipt(store: Store, make_result: Make) -> None:
    results = [make_result(n, received_at=5000 - n) for n in range(23)]
    await store.results.add(results)
    chunks = [chunk async for chunk in store.results.chunks(size=5)]
    assert [len(chunk) for chunk in chunks] == [5, 5, 5, 5, 3]
    assert [r for chunk in chunks for r in chunk] == results[::-1]


async def test_two_processes_that_add_the_same_results_agree(
    store_url: str, make_result: Make
) -> None:
    results = [make_result(n) for n in range(500)]
    async with open_store(store_url) as one, open_store(store_url) as other:
        kept = await asyncio.gather(
            *(
                store.results.add(results[n : n + 100])
                for n in range(0, 500, 50)
                for store in (one, other)
            ),
            return_exceptions=True,
        )
        new = [r for answer in kept if isinstance(answer, list) for r in answer]
        assert len(await one.results.recent(0)) == 500
        assert len(new) == len({r.id for r in new}) == 500


async def test_a_value_that_no_table_can_hold_stores_nothing(
    store: Store, make_result: Make
) -> None:
    with pytest.raises(Exception, match=r"int|large|range"):
        await store.results.add([make_result(1), make_result(2, scheduled_at=10**30)])
    assert await store.results.recent(0) == []
