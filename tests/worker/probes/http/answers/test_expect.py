"""What an answer must be like, on plain values."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from worker.contract.outcome import Blame, Reason
from worker.probes.http.answers.edge import noted
from worker.probes.http.answers.expect import Expect
from worker.probes.http.answers.judging import answer_fault, body_fault, header_fault, status_fault
from worker.probes.http.request import Answer


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
        ("200-204", True, 204, True),
        (["200-204", 404], True, 205, False),
    ],
)
def test_status(given: Any, follows: bool, status: int, fine: bool) -> None:
    expect = Expect() if given is None else Expect.model_validate({"status": given})

    assert (status_fault(expect, status, follows=follows) is None) is fine


@pytest.mark.parametrize(
    "wrong", [99, 600, "6xx", "2x", ["ok"], {"a": 1}, True, "299-200", "200-", "100-600"]
)
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
    [
        ({"Server": "^ngi"}, None),
        ({"server": "apache"}, "the header server does not match 'apache'"),
        ({"X-None": "."}, "the header X-None is missing"),
        ({"Server": {"regex": "x$"}}, None),
        ({"Server": {"equals": "nginx"}}, None),
        ({"Server": {"equals": "ngin"}}, "the header Server is 'nginx', not 'ngin'"),
        ({"Server": {"present": True}}, None),
        ({"X-None": {"present": True}}, "the header X-None is missing"),
        ({"X-None": {"present": False}}, None),
        ({"Server": {"present": False}}, "the header Server is present"),
    ],
)
def test_headers(headers: dict[str, Any], words: str | None) -> None:
    fault = header_fault(Expect(headers=headers), {"server": "nginx"})

    assert (fault and fault[2]) == words


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


@pytest.mark.parametrize(
    "wrong",
    [
        {"body_regex": "("},
        {"body_regex": "a{99999999999999999999}"},
        {"headers": {"a": "["}},
        {"headers": {"a": {"regex": "["}}},
    ],
)
def test_a_pattern_that_does_not_compile_is_refused(wrong: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match="is not a regular expression"):
        Expect.model_validate(wrong)


SCHEMA = {
    "type": "object",
    "required": ["status"],
    "properties": {"status": {"enum": ["up", "down"]}, "lag": {"type": "number", "maximum": 5}},
}


@pytest.mark.parametrize(
    ("body", "words"),
    [
        ({"status": "up", "lag": 1.5}, None),
        ({"lag": 1.5}, 'the JSON body: "status" is a required property'),
        ({"status": "up", "lag": 9}, "lag: 9 is greater than the maximum of 5"),
        ([], 'the JSON body: [] is not of type "object"'),
    ],
)
def test_a_body_is_compared_with_a_schema(body: Any, words: str | None) -> None:
    fault = body_fault(Expect(json_schema=SCHEMA), json.dumps(body).encode(), cut=False)

    assert (fault and fault[2]) == words


@pytest.mark.parametrize("body", [b"", b"<html>", b'{"status": "up"'])
def test_a_schema_asks_for_json(body: bytes) -> None:
    assert (body_fault(Expect(json_schema=SCHEMA), body, cut=False) or (0, 0, ""))[
        2
    ] == "the body is not JSON"


def test_a_schema_that_quotes_much_is_cut_short() -> None:
    fault = body_fault(Expect(json_schema={"const": 1}), json.dumps("x" * 5000).encode(), cut=False)

    assert fault is not None
    assert len(fault[2]) <= 200


def test_a_body_nested_beyond_what_our_library_reads_is_no_fault_of_the_target() -> None:
    schema = {"$ref": "#/$defs/tree", "$defs": {"tree": {"items": {"$ref": "#/$defs/tree"}}}}
    deep = b"[" * 900 + b"]" * 900

    fault = body_fault(Expect(json_schema=schema), deep, cut=False)

    assert fault is None or fault[:2] == (Reason.CONTENT, Blame.PROBER)


@pytest.mark.parametrize(
    ("schema", "words"),
    [
        ({"type": "nonsense"}, "is not a JSON Schema"),
        ({"pattern": "("}, "is not a JSON Schema"),
        ({"$ref": "http://127.0.0.1:1/schema.json"}, "must not refer to"),
        ({"$ref": "file:///etc/passwd"}, "must not refer to"),
    ],
)
def test_a_schema_that_means_nothing_or_is_elsewhere_is_refused_at_configuration(
    schema: Any, words: str
) -> None:
    with pytest.raises(ValueError, match=words):
        Expect(json_schema=schema)


@pytest.mark.parametrize(
    ("expect", "size", "cut", "words"),
    [
        ({"min_bytes": 10}, 10, False, None),
        ({"min_bytes": 10}, 9, False, "the body is 9 bytes, less than 10"),
        ({"max_bytes": 10}, 10, False, None),
        ({"max_bytes": 10}, 11, False, "the body is larger than 10 bytes"),
        ({"max_bytes": 10}, 10, True, "the body is larger than 10 bytes"),
    ],
)
def test_the_size_of_a_body(
    expect: dict[str, int], size: int, cut: bool, words: str | None
) -> None:
    fault = body_fault(Expect.model_validate(expect), b"x" * size, cut=cut)

    assert (fault and fault[2]) == words


@pytest.mark.parametrize(
    "wrong", [{"min_bytes": -1}, {"min_bytes": 2, "max_bytes": 1}, {"json_path": {"a[": 1}}]
)
def test_what_no_answer_can_fulfil_is_refused(wrong: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match=r"bytes|path"):
        Expect.model_validate(wrong)


def test_json_paths_reach_into_lists_and_any_of_them() -> None:
    body = json.dumps({"items": [{"id": 1, "up": True}, {"id": 2, "up": 1}]}).encode()

    def said(path: str, value: Any) -> str | None:
        fault = body_fault(Expect(json_path={path: value}), body, cut=False)
        return fault and fault[2]

    assert said("items[1].id", 2) is None
    assert said("$.items.*.id", 2) is None
    assert said("items[*].id", 3) == "items[*].id is [1, 2], not 3"
    assert said("items[0].up", 1) == "items[0].up is True, not 1"
    assert said("items[9].id", 1) == "the JSON body has no items[9].id"


EVERYTHING = Expect(
    headers={"A": ".", "b": {"equals": "c"}},
    body_regex="x",
    not_body="zz",
    json_path={"a": 1, "b[*]": 2},
    json_schema={"type": "object", "additionalProperties": {"type": "number"}},
    min_bytes=1,
    max_bytes=1000,
)


@given(
    st.binary(max_size=200), st.lists(st.binary(max_size=60)), st.integers(100, 599), st.booleans()
)
def test_no_answer_is_too_wild_to_be_judged(
    body: bytes, lines: list[bytes], status: int, sure: bool
) -> None:
    answer = Answer(0, "", status=status, lines=tuple(lines), body=body)

    for expect in (EVERYTHING, Expect(json_schema={"type": "number"}), Expect()):
        fault = answer_fault(expect, answer, noted(lines), follows=sure, credentials=sure)
        assert fault is None or fault[2]


@pytest.mark.parametrize(
    "status",
    [[], "", "abc", "200,204", "*", 0, 99, 1000, True, "6xx", "200-", "\u0662xx", [200, None]],
)
def test_what_is_no_status_is_refused_in_one_sentence(status: object) -> None:
    with pytest.raises(ValidationError) as refused:
        Expect.model_validate({"status": status})

    (only,) = refused.value.errors()
    assert only["loc"] == ("status",)
    assert "is no status code; write 200, 2xx, 200-204 or a list" in only["msg"]


@pytest.mark.parametrize("status", ["2XX", ["2xx"], "200-299", ["200", "201-299"]])
def test_a_status_is_written_in_many_ways(status: object) -> None:
    codes = Expect.model_validate({"status": status}).codes

    assert codes == set(range(200, 300))
