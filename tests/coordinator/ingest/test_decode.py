"""Reading reports: whatever arrives ends in results and counted refusals."""

import json
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from coordinator.domain.model.standpoint import read_standpoint
from coordinator.domain.model.topology import Check, Region, Topology
from coordinator.geodata.places import NOWHERE, Place
from coordinator.ingest.decode import MOST_BODY, read
from coordinator.ingest.decoded import Reading
from coordinator.ingest.plausible import Slots
from coordinator.messaging.consumer import Delivery
from worker.contract.message import TASK_REPORT
from worker.contract.outcome import Blame, Reason
from worker.contract.result import result_id
from worker.contract.standing.schedule import phase

NOW = 1_772_000_000_123
TOPOLOGY = Topology(
    checks=(
        Check("api", "claude", "c-api", "http", 30_000, 1000, ("eu-west", "us-east")),
        Check("web", "claude", "c-web", "tcp", 30_000, 1000, ("us-east",)),
    )
)
SLOT = NOW // 30_000 - 1


def due(slot: int, check: str = "api", region: str = "eu-west") -> int:
    """When a look of the topology above is due."""
    return slot * 30_000 + phase(check, region, 30_000)


LOOK: list[Any] = ["api", SLOT, 0, due(SLOT), NOW - 40, False, "timeout", "path", "slow", None]
ROW: list[Any] = [*LOOK, 1.0, 2.0, None, None, 9.5, None, {}]


def report(*rows: Any, **fields: Any) -> dict[str, Any]:
    return {
        "v": 1,
        "worker": "w1",
        "boot": "b",
        "seq": 7,
        "sent_at": NOW,
        "vitals": None,
        "rows": list(rows),
    } | fields


def row(**fields: Any) -> list[Any]:
    names = [
        "check",
        "slot",
        "attempt",
        "scheduled_at",
        "started_at",
        "ok",
        "reason",
        "blame",
        "detail",
        "status_code",
    ]
    names += ["dns_ms", "connect_ms", "tls_ms", "ttfb_ms", "total_ms", "ip", "extra"]
    found = dict(zip(names, ROW, strict=True)) | fields
    if "scheduled_at" not in fields and found["slot"] < SLOT:
        found["scheduled_at"] = due(found["slot"], found["check"])
    return list(found.values())


def reading_of(body: Any, region: str = "eu-west", task: str = TASK_REPORT) -> Reading:
    text = body if isinstance(body, bytes) else json.dumps([[body], {}, {"chain": None}]).encode()
    return read([Delivery(region, task, text, 0.0)], TOPOLOGY, NOW)


def test_a_row_becomes_a_result_with_what_the_check_and_the_queue_say() -> None:
    reading = reading_of(report(ROW))
    (result,) = reading.results
    assert (result.service, result.component, result.kind) == ("claude", "c-api", "http")
    assert (result.region, result.worker, result.received_at) == ("eu-west", "w1", NOW)
    assert result.id == result_id("api", "eu-west", "w1", SLOT, 0)
    assert (result.ok, result.reason, result.blame, result.total_ms) == (
        False,
        Reason.TIMEOUT,
        Blame.PATH,
        9.5,
    )
    assert [(region, r.worker, r.seq) for region, r in reading.reports] == [("eu-west", "w1", 7)]
    assert not reading.refused


def test_the_region_is_the_queue_whatever_the_message_claims() -> None:
    reading = reading_of(
        report(row(scheduled_at=due(SLOT, region="us-east")), region="ap-south"), region="us-east"
    )
    assert reading.results[0].region == "us-east"


def test_a_heartbeat_is_a_report_without_results() -> None:
    reading = reading_of(report(vitals={"version": "1", "unknown": 1}))
    assert len(reading.reports) == 1
    assert reading.reports[0][1].vitals is not None
    assert not reading.results


@pytest.mark.parametrize(
    ("bad", "reason"),
    [
        (row(check="nobody"), "unknown_check"),
        (row(check="web"), "wrong_region"),
        (row(scheduled_at=10**30), "impossible_value"),
        (row(scheduled_at=-1), "impossible_value"),
        (row(started_at=NOW + 30_001), "impossible_value"),
        (row(slot=SLOT + 3, scheduled_at=due(SLOT + 3)), "impossible_value"),
        (row(scheduled_at=due(SLOT) + 1), "impossible_value"),
        (row(slot=SLOT - 1, scheduled_at=due(SLOT)), "impossible_value"),
        (row(attempt=1, slot=SLOT - 1, scheduled_at=NOW - 50), "impossible_value"),
        (row(slot=2**70), "impossible_value"),
        (row(attempt=-1), "impossible_value"),
        (row(status_code=10**12), "impossible_value"),
        (row(reason="because"), "malformed_row"),
        (row(ok=None), "malformed_row"),
        (row(extra=[]), "malformed_row"),
        (row(scheduled_at="soon"), "malformed_row"),
        (ROW[:5], "malformed_row"),
        (None, "malformed_row"),
        ({}, "malformed_row"),
    ],
)
def test_one_bad_row_is_refused_and_the_others_are_kept(bad: Any, reason: str) -> None:
    reading = reading_of(report(row(slot=1), bad, row(slot=2)))
    assert len(reading.results) == 2
    assert reading.refused == {reason: 1}
    assert reading.examples[reason]
    assert len(reading.reports) == 1, "it is receipted, or the worker would send it for ever"


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"nonsense",
        b"\xff\xfe",
        b"null",
        b"[]",
        b"[[], {}, {}]",
        b'[["a report"], {}, {}]',
        b"[[{}], {}, {}]",
        b'[[{"rows": 5}], {}, {}]',
        json.dumps([[report(worker="../../etc")], {}, {}]).encode(),
        json.dumps([[report(v=2)], {}, {}]).encode(),
        json.dumps([[report(seq=-1)], {}, {}]).encode(),
        json.dumps([[report(rows=None)], {}, {}]).encode(),
    ],
)
def test_what_is_no_report_is_counted_and_dropped(body: bytes) -> None:
    reading = reading_of(body)
    assert not reading.results
    assert not reading.reports
    assert reading.refused == {"malformed_report": 1}


def test_the_refused_rows_of_a_report_are_set_aside_by_reason_and_can_be_read_again() -> None:
    reading = reading_of(
        report(row(slot=1), row(check="nobody", slot=2), row(check="nobody", slot=3), [1])
    )
    dead_letters = {dead_letter.reason: dead_letter for dead_letter in reading.dead_letters}
    assert set(dead_letters) == {"unknown_check", "malformed_row"}
    later = Topology(
        checks=(
            *TOPOLOGY.checks,
            Check("nobody", "claude", "x", "http", 30_000, 1000, ("eu-west",)),
        )
    )
    dead_letter = dead_letters["unknown_check"]
    again = read(
        [Delivery(dead_letter.region, dead_letter.task, dead_letter.body, 0.0)], later, NOW + 5
    )
    assert [result.id for result in again.results] == [
        result_id("nobody", "eu-west", "w1", n, 0) for n in (2, 3)
    ]
    assert not again.refused
    assert reading_of(dead_letters["malformed_row"].body).refused == {"malformed_row": 1}


def test_a_message_that_is_no_report_is_set_aside_as_it_came() -> None:
    (dead_letter,) = reading_of(b"\xff nonsense").dead_letters
    assert (dead_letter.region, dead_letter.reason, dead_letter.body) == (
        "eu-west",
        "malformed_report",
        b"\xff nonsense",
    )


def test_a_result_older_than_what_is_kept_is_refused() -> None:
    body = json.dumps([[report(row(), row(slot=SLOT - 1))], {}, {}]).encode()
    reading = read([Delivery("eu-west", TASK_REPORT, body, 0.0)], TOPOLOGY, NOW, oldest=due(SLOT))
    assert len(reading.results) == 1
    assert reading.refused == {"too_old": 1}


def test_a_message_beyond_all_measure_is_not_even_decoded() -> None:
    reading = reading_of(b"[" * (MOST_BODY + 1))
    assert reading.refused == {"too_large": 1}
    assert reading.dead_letters[0].reason == "too_large"


def test_another_task_is_counted_and_dropped() -> None:
    assert reading_of(report(ROW), task="outscope.look").refused == {"unknown_task": 1}


def test_what_a_text_column_cannot_hold_is_cleaned() -> None:
    (result,) = reading_of(report(row(detail="a\0b" + "x" * 9000, ip="1.2.3.4\0"))).results
    assert result.detail.startswith("abx")
    assert len(result.detail) < 501
    assert result.ip == "1.2.3.4"


def test_what_is_no_number_is_nothing() -> None:
    body = json.dumps([[report(row(dns_ms=float("nan"), total_ms=float("inf")))], {}, {}]).encode()
    (result,) = reading_of(body).results
    assert (result.dns_ms, result.total_ms) == (None, None)


def test_a_large_extra_is_left_out_and_says_so() -> None:
    (result,) = reading_of(report(row(extra={"blob": "x" * 9000}))).results
    assert result.extra == {"dropped": "extra was 9011 bytes"}


def test_what_is_in_extra_is_kept() -> None:
    (result,) = reading_of(report(row(extra={"days_left": 12, "names": ["a"]}))).results
    assert result.extra == {"days_left": 12, "names": ["a"]}


@given(st.binary(max_size=200))
def test_no_bytes_at_all_are_an_error(body: bytes) -> None:
    assert reading_of(body).refused.total() == 1


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
    lambda inner: (
        st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=4), inner, max_size=4)
    ),
    max_leaves=8,
)


@given(st.lists(st.integers(0, 16), max_size=4), st.lists(JSON, min_size=4, max_size=4))
def test_no_value_in_a_row_is_an_error(places: list[int], values: list[Any]) -> None:
    wild = list(ROW)
    for place, value in zip(places, values, strict=False):
        wild[place] = value
    reading = reading_of(report(wild))
    assert len(reading.results) + reading.refused.total() == 1


def test_an_extra_look_is_due_whenever_it_is_asked_for() -> None:
    extra = row(attempt=1, slot=NOW // 30_000, scheduled_at=NOW - 50)
    assert len(reading_of(report(extra)).results) == 1


def test_a_look_by_an_interval_of_before_is_taken_from_the_outbox() -> None:
    old = row(slot=SLOT // 2, scheduled_at=SLOT // 2 * 60_000 + phase("api", "eu-west", 60_000))
    body = json.dumps([[report(old)], {}, {}]).encode()
    told = [Delivery("eu-west", TASK_REPORT, body, 0.0)]
    assert read(told, TOPOLOGY, NOW).refused == {"impossible_value": 1}
    slots = Slots()
    component = {"checks": [{"id": "api", "interval_ms": 60_000}]}
    slots.learn_document({"services": [{"components": [component]}]})
    assert len(read(told, TOPOLOGY, NOW, slots=slots).results) == 1


@pytest.mark.parametrize("depth", [100, 1_000, 100_000])
@pytest.mark.parametrize("around", ["%s", '[["%s"], {}, {}]', '[[{"rows": [%s]}], {}, {}]'])
def test_nothing_is_nested_too_deep_to_be_refused(around: str, depth: int) -> None:
    for opening, closing in (("[", "]"), ('{"a":', "}")):
        body = (around % (opening * depth + "1" + closing * depth)).encode()
        assert reading_of(body).refused.total() == 1


@pytest.mark.parametrize("depth", [100, 300, 900, 5_000])
@pytest.mark.parametrize("check", ["api", "nobody"])
def test_a_row_with_a_deep_extra_costs_at_most_its_report(check: str, depth: int) -> None:
    text = json.dumps([[report(row(check=check, extra={"a": "DEEP"}))], {}, {}])
    body = text.replace('"DEEP"', "[" * depth + "]" * depth).encode()
    reading = reading_of(body)
    assert len(reading.results) + reading.refused.total() == 1
    assert all(len(str(result.extra)) < 100 for result in reading.results if depth > 255)


def test_more_rows_than_a_worker_sends_are_not_read_one_by_one() -> None:
    assert reading_of(report(*[[]] * 2_001)).refused == {"too_large": 1}
    assert reading_of(report(*[ROW] * 2_001)).refused == {"too_large": 1}
    assert reading_of(report(*[[]] * 2_000)).refused == {"malformed_report": 1}
    assert reading_of(report(*[[]] * 50, ROW)).refused == {"malformed_row": 50}


HERE = {"host": "h", "boot_id": "b", "source": "10.0.0.7", "outside": "193.0.0.1"}


def placed(_address: str | None) -> Place:
    return Place("NL", 3333) if _address == "193.0.0.1" else NOWHERE


def told(where: Any, *rows: Any, topology: Topology = TOPOLOGY) -> Reading:
    """What is read of a report from there."""
    body = json.dumps([[report(*rows, whereabouts=where)], {}, {}]).encode()
    return read([Delivery("eu-west", TASK_REPORT, body, 0.0)], topology, NOW, placed)


def test_results_say_where_they_were_seen_from_by_hashes_alone() -> None:
    (result,) = told(HERE, row(extra={"tries": 2, "vantage": "forged"})).results
    standpoint = read_standpoint(result.extra["vantage"])
    assert (result.extra["tries"], standpoint.place) == (2, "NL-AS3333")
    assert all(len(part) == 8 for part in standpoint[:3])
    assert "193.0.0.1" not in json.dumps(dict(result.extra))
    (other,) = told({**HERE, "outside": None}, ROW).results
    assert read_standpoint(other.extra["vantage"])[:2] == standpoint[:2]
    assert read_standpoint(other.extra["vantage"])[2:] == ("", "")


@pytest.mark.parametrize("where", [None, {}, {"outside": "10.0.0.1"}, {"source": "nonsense"}])
def test_who_does_not_tell_stands_nowhere_and_cannot_say_otherwise_in_a_row(where: Any) -> None:
    (result,) = told(where, row(extra={"vantage": "forged", "tries": 1})).results
    assert result.extra == {"tries": 1}


@pytest.mark.parametrize(
    "where", [{"host": 1}, {"outside": ["x"]}, "here", 7, {"host": "x" * 2**20}]
)
def test_whereabouts_that_make_no_sense_are_refused_by_name(where: Any) -> None:
    assert set(told(where, ROW).refused) <= {"malformed_report", "too_large"}
    assert not told(where, ROW).results


@pytest.mark.parametrize(
    ("country", "where", "taken"),
    [
        ("NL", HERE, True),
        ("JP", HERE, False),
        ("", HERE, True),
        ("JP", {**HERE, "outside": None}, True),
        ("JP", {**HERE, "outside": "198.51.100.1"}, True),
        ("JP", None, True),
    ],
)
def test_a_region_may_refuse_who_is_seen_in_another_country(
    country: str, where: Any, taken: bool
) -> None:
    strict = Region("eu-west", "eu-west", country, refuse_elsewhere=True)
    found = told(where, ROW, topology=replace(TOPOLOGY, regions=(strict,)))
    assert (len(found.results), len(found.reports)) == ((1, 1) if taken else (0, 0))
    assert dict(found.refused) == ({} if taken else {"elsewhere": 1})
    assert not found.dead_letters
    lax = replace(TOPOLOGY, regions=(replace(strict, refuse_elsewhere=False),))
    assert told(where, ROW, topology=lax).results
