"""Expressions are searched in time that grows with the text, whatever a target writes."""

import time

import pytest

from worker.probes.http.answers.expect import Expect
from worker.probes.http.answers.judging import body_fault
from worker.probes.kinds.tcp import TcpParams
from worker.probes.parameters.json_schema import Schema
from worker.probes.parameters.pattern import Expression, regular_expression

MEGABYTE = 1_000_000
HOSTILE = [
    (r"^(a+)+$", "a" * MEGABYTE + "!"),
    (r"(x+x+)+y", "x" * MEGABYTE),
    (r"(a|aa)+$", "a" * MEGABYTE + "b"),
    (r"^(([a-z])+.)+[A-Z]([a-z])+$", "a" * MEGABYTE),
    (r"(.*)(.*)(.*)(.*)(.*)[^a]c", "a" * MEGABYTE),
    (r"(.*a){12}c", "a" * MEGABYTE),
    (r"\s+$", " " * MEGABYTE + "x"),
]


@pytest.mark.parametrize(("source", "text"), HOSTILE)
def test_what_made_others_try_for_years_takes_milliseconds(source: str, text: str) -> None:
    expression = Expression(source)
    before = time.process_time()

    assert not expression.is_in(text)

    assert time.process_time() - before < 0.5


def test_a_value_is_kept_as_quickly_as_it_is_found() -> None:
    before = time.process_time()

    assert Expression(r"^(a+)+$", groups=True).value_in("a" * MEGABYTE) == "a" * MEGABYTE

    assert time.process_time() - before < 0.5


def test_the_patterns_of_a_schema_are_as_quick() -> None:
    schema = Schema({"items": {"pattern": r"^(a+)+$"}})
    before = time.process_time()

    assert schema.complaint(["a" * MEGABYTE + "!"]) is not None

    assert time.process_time() - before < 0.5


@pytest.mark.parametrize(
    ("source", "text", "found"),
    [
        ("ok$", "ok", True),
        ("ok$", "ok\n", False),
        ("(?m)ok$", "ok\nmore", True),
        ("^b", "a\nb", False),
        ("(?m)^b", "a\nb", True),
        (r"ok\s*\z", "ok\r\n", True),
        ("a.b", "a\nb", False),
        ("(?s)a.b", "a\nb", True),
        ("(?i)ÄRGER", "ärger", True),
        ("a.b", "aéb", True),
        ("^.$", "😀", True),
        (r"\d", "٣", False),
        (r"\pN", "٣", True),
        (r"\w", "é", False),
        (r"\pL", "é", True),
        (r"\x{e9}", "é", True),
        (r"a\x00b", "a\x00b", True),
        (r"\{99999\}", "{99999}", True),
        ("x", "\ud800x", True),
    ],
)
def test_anchors_flags_and_letters_mean_what_is_documented(
    source: str, text: str, found: bool
) -> None:
    assert Expression(source).is_in(text) is found


@pytest.mark.parametrize(
    ("source", "value"),
    [("b.", "bé"), ("(b)(.)", "b"), ("(?:b)(.)", "é"), ("x", None), ("(x)|b", None)],
)
def test_a_value_is_the_first_group_or_all_that_is_found(source: str, value: str | None) -> None:
    assert Expression(source, groups=True).value_in("äbé") == value


def test_bytes_that_are_no_text_are_searched_as_replacements() -> None:
    """Of a body that is no UTF-8, those that windows-1252 does not have."""
    expect = Expect(body_regex="^\ufffd+ýwell$")

    assert body_fault(expect, b"\x81\x8d\xfdwell", cut=False) is None
    assert TcpParams(host="a.example", port=1, expect_regex="é").heard(
        b"\xff\xc3\xa9".decode("utf-8", "replace")
    )


@pytest.mark.parametrize(
    ("source", "instead"),
    [
        ("a(?=b)", "it looks around"),
        ("a(?!b)", "it looks around"),
        ("(?<=a)b", "it looks around"),
        ("(?<!a)b", "it looks around"),
        (r"(a)\1", "write out what must be there again"),
        (r"(?P<n>a)(?P=n)", "write out what must be there again"),
        ("(?>a)", "write (?:...)"),
        ("a++b", "leave out its +"),
        ("(a)(?(1)b|c)", r"write both cases with |"),
        (r"a\Z", r"write \z"),
        (r"\u00e9", r"\x{e9}"),
        ("(?#no)a", "comment"),
        ("(?x)a b", "only the flags i, m, s and U"),
        ("(a{40}){40}", "repeats go up to 1000"),
        ("a{1001}", "repeats go up to 1000"),
        ("a{99999999999999999999}", "repeats go up to 1000"),
    ],
)
def test_what_needs_trying_again_is_refused_with_what_to_write_instead(
    source: str, instead: str
) -> None:
    with pytest.raises(ValueError, match="is not a regular expression that Outscope") as refused:
        regular_expression(source)
    assert instead in str(refused.value)


@pytest.mark.parametrize("source", ["(?:.{500}){2}", "(" * 5000 + ")" * 5000, "a" * 3000])
def test_an_expression_that_is_too_large_is_refused(source: str) -> None:
    with pytest.raises(ValueError, match="is too large; write fewer or smaller repeats"):
        regular_expression(source)


@pytest.mark.parametrize("source", ["(", ")", "[", "*a", "\\", "\ud800"])
def test_what_is_no_expression_is_refused_in_one_line(source: str) -> None:
    with pytest.raises(ValueError, match="is not a regular expression: ") as refused:
        regular_expression(source)
    assert "\n" not in str(refused.value)


def test_a_schema_says_where_its_pattern_is_wrong_and_what_to_write_instead() -> None:
    with pytest.raises(
        ValueError, match=r"is not a JSON Schema: properties\.id\.pattern: "
    ) as refused:
        Schema({"properties": {"id": {"pattern": "(?!0)[0-9]+"}}})
    assert "it looks around" in str(refused.value)
