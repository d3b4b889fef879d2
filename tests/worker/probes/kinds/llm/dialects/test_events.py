"""Server-sent events, however the body was cut into pieces."""

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from worker.probes.kinds.llm.dialects.events import Event, events

STREAM = (
    "\ufeff: hello\r\nevent: a\r\ndata: one\r\ndata:two\r\n\r\ndata\n\nevent: b\rid: 3\rdata: ünï:"
    " x\r\rdata: lost"
).encode()


def whole(body: bytes) -> list[Event]:
    return list(events(body, [(len(body), 1.0)]))


def test_lines_end_in_three_ways_and_fields_without_meaning_are_passed_over() -> None:
    assert whole(STREAM) == [
        Event(1.0, "a", "one\ntwo"),
        Event(1.0, "", ""),
        Event(1.0, "b", "ünï: x"),
    ]


@pytest.mark.parametrize(
    "last", ["data: 2", "data: 2\n", "data: 2\r\n", "data: 2\r", "id: x\ndata:2"]
)
def test_an_event_that_the_bodys_end_ends_is_told_apart(last: str) -> None:
    body = f"data: 1\n\n{last}".encode()
    arrivals = [(9, 1.0), (len(body), 2.0)]

    assert list(events(body, arrivals)) == [Event(1.0, "", "1")]
    assert list(events(body, arrivals, ended=True)) == [
        Event(1.0, "", "1"),
        Event(2.0, "", "2", whole=False),
    ]


def test_an_event_was_whole_when_its_empty_line_was_there() -> None:
    body = b"data: 1\n\ndata: 2\n\n"
    arrivals = [(3, 10.0), (8, 20.0), (9, 30.0), (12, 40.0), (len(body), 50.0)]

    assert [(event.at_ms, event.data) for event in events(body, arrivals)] == [
        (30.0, "1"),
        (50.0, "2"),
    ]


def test_nothing_makes_no_events() -> None:
    assert list(events(b"", [])) == []
    assert list(events(b"data: x\n", [(8, 1.0)])) == []


@pytest.mark.parametrize("body", [b"a" * 1_000_000, b"data:\n" * 150_000, b"\r" * 1_000_000])
def test_a_flood_is_read_at_once(body: bytes) -> None:
    began = time.process_time()
    whole(body)

    assert time.process_time() - began < 2


@given(st.binary(max_size=200))
def test_any_bytes_can_be_read(body: bytes) -> None:
    for event in whole(body):
        assert event.at_ms == 1.0


@given(st.lists(st.integers(1, len(STREAM)), unique=True).map(sorted))
def test_moments_never_go_back(sizes: list[int]) -> None:
    arrivals = [(size, float(size)) for size in [*sizes, len(STREAM)]]
    moments = [event.at_ms for event in events(STREAM, arrivals)]

    assert moments == sorted(moments)
    assert len(moments) == 3
