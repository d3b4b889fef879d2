"""What one client is told: in order, once, filtered; dropped when it takes nothing."""

import asyncio
from contextlib import aclosing

import pytest
from hypothesis import given
from hypothesis import strategies as st

from api.http.live.feed import Feed, SlowError
from api.http.live.frames import Frame, Wants, frame_of
from api.http.live.stream import Beat, Note, told
from coordinator.store import Store
from coordinator.store.state.events import StoredEvent
from tests.api import seeds
from worker.contract.clock import now

EVERYTHING = Wants()


async def says(store: Store, count: int, begin: int = 0) -> None:
    at = now()
    for n in range(begin, begin + count):
        await store.verdicts.add(seeds.kept(seeds.verdict("claude", at + n, reason=f"look {n}")))


async def test_a_listener_who_takes_nothing_is_dropped_and_delays_nobody(api_store: Store) -> None:
    feed = Feed(api_store, every_s=0.01, room=5)
    async with feed.listening() as (slow, _), feed.listening() as (quick, _):
        heard: list[Frame] = []
        for n in range(4):
            await says(api_store, 3, n * 3)
            while len(heard) < (n + 1) * 3:
                heard += await quick.take(10)
        assert [frame.number for frame in heard] == list(range(1, 13))
        async with aclosing(told(feed, EVERYTHING, 0, 1)) as everything:
            numbers = [(await anext(everything)) for _ in range(12)]
        assert [one.number for one in numbers if isinstance(one, Frame)] == list(range(1, 13))
        with pytest.raises(SlowError):
            await slow.take(1)


async def test_the_reader_rests_while_nobody_listens(api_store: Store) -> None:
    feed = Feed(api_store, every_s=0.01)
    async with feed.listening():
        assert feed.listeners == 1
    assert feed.listeners == 0
    await says(api_store, 2)
    async with aclosing(told(feed, EVERYTHING, None, 1)) as stream:
        ready = await anext(stream)
        assert isinstance(ready, Note)
        assert (ready.name, ready.number) == ("ready", 2), "what was before is not told"


async def test_beats_move_on_where_a_client_comes_back(api_store: Store) -> None:
    feed = Feed(api_store, every_s=0.01)
    wants = Wants(services={"openai"})
    async with aclosing(told(feed, wants, None, 1, beat_s=0.2)) as stream:
        assert isinstance(await anext(stream), Note)
        await says(api_store, 3)
        beat = Beat(0)
        while beat.number < 3:
            found = await asyncio.wait_for(anext(stream), 30)
            assert isinstance(found, Beat), "of another service nothing is told"
            beat = found
        assert beat.sse == b"id: 3\n: beat\n\n"


names = st.sampled_from(["a", "b", "c"])
sets = st.frozensets(names)


@given(sets, sets, sets, sets, names)
def test_a_filter_takes_what_meets_it_and_what_is_about_all(
    regions: frozenset[str],
    components: frozenset[str],
    wanted_regions: frozenset[str],
    wanted_components: frozenset[str],
    service: str,
) -> None:
    document = {"regions": sorted(regions), "components": sorted(components)}
    frame = frame_of(StoredEvent(1, 0, "verdict", service, document))
    taken = Wants((), {"a"}, wanted_components, wanted_regions).take(frame)
    meets = all(
        not wanted or not told or wanted & told
        for wanted, told in ((wanted_regions, regions), (wanted_components, components))
    )
    assert taken == (service == "a" and meets)


def test_lines_cannot_be_forged_by_what_is_told() -> None:
    document = {"reason": "x\n\nevent: verdict\r\ndata: {}\u2028", "regions": []}
    sse = frame_of(StoredEvent(7, 0, "verdict", "claude", document)).sse
    assert sse.count(b"\n") == 4
    assert sse.count(b"\r") == 0
