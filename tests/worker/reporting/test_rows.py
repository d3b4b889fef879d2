"""Rows: whatever a probe returns, the coordinator can read the report."""

import json
import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from worker.contract.message import Report
from worker.contract.outcome import Outcome, Reason, Step, failure, success
from worker.reporting.rows import MAX_DETAIL, MAX_ROW_BYTES, encode_row

# lone surrogates too: targets say what they like
any_text = st.text(st.characters(exclude_categories=()))
any_json = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | any_text,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(any_text, inner, max_size=3),
    max_leaves=6,
)
durations = st.none() | st.floats()
outcomes = st.builds(
    failure,
    st.sampled_from([reason for reason in Reason if reason is not Reason.OK]),
    any_text,
    status_code=st.none() | st.integers(),
    dns_ms=durations,
    total_ms=durations,
    ip=st.none() | any_text,
    extra=st.dictionaries(any_text, any_json | st.binary(), max_size=3),
    trace=st.lists(st.builds(Step, st.floats(), any_text), max_size=3).map(tuple),
)


def read(row: bytes) -> tuple[object, ...]:
    report = Report.model_validate_json(
        b'{"worker":"w","boot":"b","seq":0,"sent_at":1,"rows":[' + row + b"]}"
    )
    return report.rows[0]


@given(outcomes, st.integers(0, 2**62), st.integers(0, 9))
def test_every_outcome_becomes_a_row_that_the_coordinator_reads(
    outcome: Outcome, slot: int, attempt: int
) -> None:
    row = encode_row("web", slot, attempt, 1000, 1001, outcome)
    assert len(row) <= MAX_ROW_BYTES
    assert read(row)[:6] == ("web", slot, attempt, 1000, 1001, False)


def test_a_good_outcome_arrives_as_it_was() -> None:
    seen = success(
        status_code=200, dns_ms=1.23456, total_ms=9.0, ip="192.0.2.1", extra={"protocol": "h2"}
    )
    row = read(encode_row("web", 1, 0, 1000, 1001, seen))
    assert row == (
        "web",
        1,
        0,
        1000,
        1001,
        True,
        "ok",
        "none",
        "",
        200,
        1.235,
        None,
        None,
        None,
        9.0,
        "192.0.2.1",
        {"protocol": "h2"},
    )


def test_the_steps_of_a_failed_look_go_with_it() -> None:
    seen = failure(
        Reason.TLS, "expired", trace=(Step(0.5, "connected"), Step(2.0, "certificate expired"))
    )
    assert json.loads(encode_row("web", 1, 0, 0, 0, seen))[-1] == {
        "trace": [[0.5, "connected"], [2.0, "certificate expired"]]
    }


@pytest.mark.parametrize("value", [math.nan, math.inf, b"bytes", object(), "\ud800"])
def test_what_is_no_json_is_our_own_fault_and_spoils_one_row_only(value: object) -> None:
    row = read(encode_row("web", 1, 0, 0, 0, success(extra={"value": value})))
    assert row[5:8] == (False, "internal", "prober")


def test_what_is_too_long_is_cut_or_refused() -> None:
    assert (
        len(str(read(encode_row("web", 1, 0, 0, 0, failure(Reason.CONTENT, "x" * 10_000)))[8]))
        == MAX_DETAIL
    )
    row = read(encode_row("web", 1, 0, 0, 0, success(extra={"body": "x" * MAX_ROW_BYTES})))
    assert row[6] == "internal"
