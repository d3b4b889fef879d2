"""What passes between HTTP and the broker arrives as it was, and nothing else does."""

import gzip
import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from coordinator.messaging.envelope import Delivery, opened
from coordinator.relay.refusals import RelayError
from coordinator.relay.wire import enveloped, reports_in, told
from worker.contract.message import TASK_REPORT

JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**53), 2**53) | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner),
    max_leaves=8,
)
REPORTS = st.lists(st.dictionaries(st.text(max_size=9), JSON, max_size=5), max_size=6)


@given(REPORTS, st.booleans())
def test_reports_arrive_at_the_broker_as_they_were_sent(
    reports: list[dict[str, Any]], packed: bool
) -> None:
    lines = [json.dumps(report).encode() for report in reports]
    body = b"\n".join(lines)
    found = reports_in(gzip.compress(body) if packed else body, "gzip" if packed else "")
    assert found == lines
    for line, report in zip(found, reports, strict=True):
        delivery = opened("eu-west", enveloped(line, "reports.eu-west", "worker.eu-west.a"), 0.0)
        assert isinstance(delivery, Delivery), delivery
        assert delivery.task == TASK_REPORT
        assert json.loads(delivery.body)[:2] == [[report], {}]


@given(st.binary(max_size=300), st.sampled_from(["", "gzip", "br"]))
def test_any_bytes_are_reports_or_refused_in_a_sentence(body: bytes, coding: str) -> None:
    refused, found = None, []
    try:
        found = reports_in(body, coding)
    except RelayError as error:
        refused = error
    assert refused is None or (refused.code == "invalid_parameter" and len(refused.sentence) > 30)
    assert all(isinstance(json.loads(line), dict) for line in found)


def test_a_message_is_told_without_its_envelope_and_junk_is_left_out() -> None:
    order = enveloped(b'{"order":"o"}', "probes.eu-west", "coordinator")
    answer = json.loads(told("tag", [b"junk", order, b"{}", b'{"body":"","headers":{}}']))
    assert answer["batch"] == "tag"
    (message,) = answer["messages"]
    assert message["said"][0] == [{"order": "o"}]
    assert message["expires"] is None


@pytest.mark.parametrize("lines", [b"{}\n" * 1_001, b"[]", b'{"a":1}{"b":2}', b"\xff"])
def test_a_line_that_is_no_object_is_refused(lines: bytes) -> None:
    with pytest.raises(RelayError):
        reports_in(lines, "")
