"""Paths into JSON documents."""

from typing import Any

import pytest

from worker.probes.parameters.json_path import find, parse

DOCUMENT = {"a": {"b": [10, {"c.d": 20, "": 30}]}, "0": "zero", "$": "dollar", "x-y": None}


@pytest.mark.parametrize(
    ("path", "found"),
    [
        ("a.b.0", [10]),
        ("a.b[0]", [10]),
        ("$.a.b[0]", [10]),
        ("a.b[1]['c.d']", [20]),
        ('a.b[1]["c.d"]', [20]),
        ("a.b[1]['']", [30]),
        ("a.b.1.c", []),
        ("a.b[2]", []),
        ("a.b[*]", [10, {"c.d": 20, "": 30}]),
        ("a.*.0", [10]),
        ("*.b.0", [10]),
        ("0", ["zero"]),
        ("$", [DOCUMENT]),
        ("x-y", [None]),
        ("a.b.c", []),
        ("0.a", []),
    ],
)
def test_a_path_leads_to_what_is_there(path: str, found: list[Any]) -> None:
    assert list(find(DOCUMENT, parse(path))) == found


@pytest.mark.parametrize("path", ["a..b", "a[", "a[x]", "a['b]", ".a", "a.", "a]b", "a*b", "**"])
def test_a_path_that_cannot_be_read_is_refused(path: str) -> None:
    with pytest.raises(ValueError, match="is not a JSON path"):
        parse(path)
