"""What an answer must be like, on plain values."""

from typing import Any

import pytest

from worker.contract.outcome import Blame, Reason
from worker.probes.expect import Expect
from worker.probes.judging import body_fault, header_fault, status_fault


@pytest.mark.parametrize(
    ("given", "follows", "status", "fine"),
    [
        (None, True, 204, True),
        (None, True, 304, False),
        (None, False, 304, True),
        (None, True, 404, False),
        ([200, 404], True, 404, True),
        ([200, 404], True, 204, False),
        ("4xx", True, 418, True),
        (["2xx", 405], True, 405, True),
        (301, True, 301, True),
    ],
)
def test_status(given: Any, follows: bool, status: int, fine: bool) -> None:
    expect = Expect() if given is None else Expect.model_validate({"status": given})

    assert (status_fault(expect, status, follows=follows) is None) is fine


@pytest.mark.parametrize("wrong", [99, 600, "6xx", "2x", ["ok"], {"a": 1}, True])
def test_a_status_that_no_server_can_answer_is_refused(wrong: Any) -> None:
    with pytest.raises(ValueError, match="status"):
        Expect.model_validate({"status": wrong})


def test_an_expected_401_is_not_about_us_but_an_unexpected_one_is() -> None:
    assert status_fault(Expect(status=(401,)), 401, follows=True) is None
    fault = status_fault(Expect(status=(200,)), 401, follows=True)
    assert fault is not None
    assert fault[:2] == (Reason.UNAUTHORIZED, Blame.PROBER)


@pytest.mark.parametrize(
    ("headers", "words"),
    [({"Server": "^ngi"}, None), ({"server": "apache"}, "does not match"), ({"X-None": "."}, "is missing")],
)
def test_headers(headers: dict[str, str], words: str | None) -> None:
    fault = header_fault(Expect(headers=headers), {"server": "nginx"})

    assert fault is None if words is None else fault is not None and words in fault[2]


@pytest.mark.parametrize(
    ("expect", "words"),
    [
        ({"body": "well"}, None),
        ({"body": "ill"}, "the body lacks 'ill'"),
        ({"not_body": "ill"}, None),
        ({"not_body": "well"}, "the body contains 'well'"),
        ({"body_regex": r"w\w+l"}, None),
        ({"body_regex": "^no"}, "the body does not match '^no'"),
        ({"json_path": {"state": "well"}}, None),
        ({"json_path": {"list.1.id": 7}}, None),
        ({"json_path": {"list.2.id": 7}}, "the JSON body has no list.2.id"),
        ({"json_path": {"state.more": 1}}, "the JSON body has no state.more"),
        ({"json_path": {"state": "ill"}}, "state is 'well', not 'ill'"),
        ({"json_path": {"on": True}}, None),
        ({"json_path": {"on": 1}}, "on is True, not 1"),
        ({"json_path": {"none": None}}, None),
    ],
)
def test_bodies(expect: dict[str, Any], words: str | None) -> None:
    body = b'{"state": "well", "list": [{}, {"id": 7}], "on": true, "none": null}'

    fault = body_fault(Expect.model_validate(expect), body, cut=False)

    assert (fault and fault[2]) == words
    assert fault is None or fault[:2] == (Reason.CONTENT, Blame.TARGET)


@pytest.mark.parametrize("body", [b"", b"<html>", b"\xff\xfe", b"[" * 100_000])
def test_a_body_that_is_no_json_is_a_failure(body: bytes) -> None:
    fault = body_fault(Expect(json_path={"a": 1}), body, cut=False)

    assert fault is not None
    assert fault[2] == "the body is not JSON"


def test_a_long_answer_is_shown_in_part() -> None:
    fault = body_fault(Expect(json_path={"a": 1}), b'{"a": "%s"}' % (b"x" * 10_000), cut=False)

    assert fault is not None
    assert len(fault[2]) < 120


@pytest.mark.parametrize("wrong", [{"body_regex": "("}, {"headers": {"a": "["}}])
def test_a_pattern_that_does_not_compile_is_refused(wrong: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match="is not a regular expression"):
        Expect.model_validate(wrong)
