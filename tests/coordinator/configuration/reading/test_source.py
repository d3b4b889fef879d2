"""Reading YAML: plain values with lines, and a sentence for whatever is not YAML."""

from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from coordinator.configuration.reading.mistake import ConfigurationError
from coordinator.configuration.reading.source import MAX_BYTES, parse, read


def said(text: str) -> str:
    """What is wrong with a text."""
    with pytest.raises(ConfigurationError) as caught:
        parse(text, "file.yaml")
    return str(caught.value)


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("a: 1", {"a": 1}),
        ("a: NO", {"a": "NO"}),
        ("a: yes", {"a": "yes"}),
        ("a: true", {"a": True}),
        ("a: '1'", {"a": "1"}),
        ("a: 12:30:00", {"a": "12:30:00"}),
        ("a: 2026-01-01", {"a": "2026-01-01"}),
        ("a: 1e3", {"a": 1000.0}),
        ("a: -0.5", {"a": -0.5}),
        ("a: ~", {"a": None}),
        ("a:", {"a": None}),
        ("a: !!str 5", {"a": "5"}),
        ("200: x", {"200": "x"}),
        ("[1, {b: [c]}]", [1, {"b": ["c"]}]),
        ("# nothing", None),
    ],
)
def test_values_are_what_their_writer_meant(text: str, value: Any) -> None:
    assert parse(text, "file.yaml").value == value


def test_every_key_and_item_has_its_line() -> None:
    places = parse("a:\n  - b: 1\n    c: 2\n  - d\n", "file.yaml").places
    assert places["a", 0, "c"] == (3, 5)
    assert places["a", 1] == (4, 5)


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("a: 1\n\tb: 2\n", "file.yaml:2:1: a tab cannot indent YAML; use spaces"),
        ("a: [1, 2\n", "is not YAML: did not find expected"),
        (
            "a: 1\na: 2\n",
            "file.yaml:2:1: a: is written twice in one mapping (first on line 1); keep one",
        ),
        ("a: 1\n---\nb: 2\n", "file.yaml:2:1: holds a second document"),
        ("a: *b", "`*b` refers to an anchor that is not complete above it"),
        ("a: &b [*b]", "`*b` refers to an anchor that is not complete above it"),
        ("{[1]: 2}", "a key must be a word"),
        ("a: !!python/object/apply:os.system [echo]\n", ""),
        ("a: !secret x", "has the tag !secret; tags are not used here"),
        ("<<: 3", "`<<` merges mappings only"),
        ("a: \x00", "is not YAML"),
    ],
)
def test_what_is_not_understood_is_said_with_its_line(text: str, sentence: str) -> None:
    if sentence:
        assert sentence in said(text)
    else:
        # a tag on a list constructs nothing
        assert parse(text, "file.yaml").value == {"a": ["echo"]}


def test_deep_nesting_is_refused_and_does_not_crash() -> None:
    assert "is nested deeper than 40 levels" in said("[" * 100_000)


def test_an_alias_bomb_is_refused_at_once() -> None:
    lines = ["a0: &a0 [x, x, x, x, x, x, x, x, x, x]"]
    lines += [f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 10)}]" for n in range(1, 12)]
    assert "aliases multiply them" in said("\n".join(lines))


def test_a_file_that_is_no_text_or_too_large_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "file.yaml"
    for content, sentence in (
        (b"a: 1\nb: \xff\xfe", "2:1: is not UTF-8"),
        (b"#" * (MAX_BYTES + 1), "is larger than"),
    ):
        path.write_bytes(content)
        with pytest.raises(ConfigurationError, match=sentence):
            read(path)
    with pytest.raises(ConfigurationError, match="cannot be read: is a directory"):
        read(tmp_path)
    with pytest.raises(ConfigurationError, match="cannot be read: no such file"):
        read(tmp_path / "nothing.yaml")


@given(st.text(alphabet="ab:-[]{}&*!#'\" \n\t|>%<,~0.", max_size=60))
def test_any_text_is_read_or_refused_and_never_crashes(text: str) -> None:
    with suppress(ConfigurationError):
        parse(text, "file.yaml")
