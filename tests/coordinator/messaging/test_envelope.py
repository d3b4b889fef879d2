"""Whatever bytes lie at the broker: a delivery, or a counted refusal."""

import json
import zlib
from base64 import b64encode
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from coordinator.domain.model.topology import Topology
from coordinator.ingest.decode import read
from coordinator.messaging.envelope import MOST_HEADERS, Delivery, Refused, opened
from worker.contract.message import TASK_REPORT

BODY = b'[[{"v": 1}], {}, {"chain": null}]'
HEADERS = {
    "lang": "py",
    "task": TASK_REPORT,
    "id": "1",
    "root_id": "1",
    "parent_id": None,
    "group": None,
    "argsrepr": "",
    "kwargsrepr": "",
    "origin": "1@here",
    "retries": 0,
    "eta": None,
    "expires": None,
    "timelimit": [None, None],
    "ignore_result": True,
}


def envelope(**changed: Any) -> dict[str, Any]:
    return {
        "body": b64encode(BODY).decode(),
        "content-encoding": "utf-8",
        "content-type": "application/json",
        "headers": HEADERS,
        "properties": {"body_encoding": "base64", "delivery_mode": 2, "delivery_tag": "t"},
    } | changed


def of(message: Any) -> Delivery | Refused:
    text = message if isinstance(message, bytes) else json.dumps(message).encode()
    return opened("eu-west", text, 1.0)


def test_what_a_worker_sends_is_delivered_with_the_region_of_its_queue() -> None:
    assert of(envelope()) == Delivery("eu-west", TASK_REPORT, BODY, 1.0)


def test_a_body_may_be_plain_text() -> None:
    assert of(envelope(body=BODY.decode(), properties={})) == of(envelope())


@pytest.mark.parametrize(
    ("message", "reason"),
    [
        (b"", "unreadable_message"),
        (b"x", "unreadable_message"),
        (b"{", "unreadable_message"),
        (b"{}", "unreadable_message"),
        (b'{"a":' * 100_000, "unreadable_message"),
        (envelope(more=1), "unreadable_message"),
        (envelope(body=None), "unreadable_message"),
        (envelope(body="?"), "unreadable_message"),
        (envelope(headers=[]), "unreadable_message"),
        (envelope(headers={**HEADERS, "task": 7}), "unreadable_message"),
        (envelope(headers={**HEADERS, "task": "\ud800"}), "unreadable_message"),
        (envelope(body="\ud800", properties={}), "unreadable_message"),
        (envelope(properties={"body_encoding": 7}), "unreadable_message"),
        (envelope(properties={"body_encoding": "hex"}), "foreign_content"),
        (envelope(headers={**HEADERS, "compression": "application/x-gzip"}), "foreign_header"),
        (envelope(headers={**HEADERS, "reply": "x"}), "foreign_header"),
        (envelope(headers={**HEADERS, "argsrepr": "x" * MOST_HEADERS}), "too_large"),
        (envelope(headers={**HEADERS, "eta": [[[]]] * 40}), "too_deep"),
        (envelope(**{"content-type": "application/x-python-serialize"}), "foreign_content"),
        (envelope(**{"content-type": "application/x-yaml"}), "foreign_content"),
        (envelope(**{"content-encoding": "binary"}), "foreign_content"),
    ],
)
def test_what_we_do_not_write_is_refused(message: Any, reason: str) -> None:
    found = of(message)
    assert isinstance(found, Refused)
    assert (found.region, found.reason) == ("eu-west", reason)
    assert found.why


def test_nothing_is_ever_unpacked() -> None:
    bomb = b64encode(zlib.compress(b" " * 10_000_000)).decode()
    found = of(envelope(body=bomb, headers={**HEADERS, "compression": "application/x-gzip"}))
    assert isinstance(found, Refused)


@pytest.mark.parametrize("depth", [100, 1_000, 100_000])
def test_nesting_is_refused_wherever_it_stands(depth: int) -> None:
    deep = "[" * depth + "]" * depth
    text = json.dumps(envelope(headers={**HEADERS, "eta": "DEEP"}))
    places = [
        text.replace('"DEEP"', deep),
        json.dumps(envelope(properties="DEEP")).replace('"DEEP"', deep),
        json.dumps(envelope(body="DEEP")).replace('"DEEP"', deep),
        json.dumps(envelope(more="DEEP")).replace('"DEEP"', deep),
        deep,
    ]
    for place in places:
        assert isinstance(of(place.encode()), Refused)


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=9),
    lambda inner: (
        st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=4), inner, max_size=4)
    ),
    max_leaves=12,
)
NESTED = st.integers(1, 3_000).map(lambda depth: b"[" * depth + b"]" * depth)
BYTES = st.one_of(
    st.binary(max_size=300),
    NESTED,
    JSON.map(lambda value: json.dumps(value).encode()),
    st.tuples(st.sampled_from(sorted(envelope())), JSON).map(
        lambda change: json.dumps(envelope(**{change[0]: change[1]})).encode()
    ),
    st.tuples(st.sampled_from(sorted(HEADERS)), JSON).map(
        lambda change: json.dumps(envelope(headers={**HEADERS, change[0]: change[1]})).encode()
    ),
    st.one_of(JSON.map(lambda value: json.dumps(value).encode()), NESTED, st.binary()).map(
        lambda body: json.dumps(envelope(body=b64encode(body).decode())).encode()
    ),
    st.tuples(st.integers(0, 600), st.integers(0, 600), st.binary(max_size=9)).map(
        lambda cut: _mutated(*cut)
    ),
)


def _mutated(at: int, until: int, put: bytes) -> bytes:
    """A real message with a piece of it replaced."""
    whole = json.dumps(envelope()).encode()
    return whole[:at] + put + whole[until:]


@given(st.lists(BYTES, max_size=4))
def test_every_message_ends_as_a_delivery_that_can_be_read_or_as_a_refusal(
    messages: list[bytes],
) -> None:
    found = [opened("eu-west", message, 0.0) for message in messages]
    assert all(one.reason and one.why for one in found if isinstance(one, Refused))
    deliveries = [one for one in found if isinstance(one, Delivery)]
    reading = read(deliveries, Topology(), 1_772_000_000_123)
    assert reading.refused.total() + len(reading.reports) >= len(deliveries)
