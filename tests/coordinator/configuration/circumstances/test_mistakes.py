"""What is wrong with maintenance and dependencies is said in a sentence each."""

from collections.abc import Callable
from typing import Any

import pytest

from coordinator.configuration import from_document

Mistakes = Callable[[str], list[str]]
BASE = """\
regions: [{{id: here}}]
services:
  - {{id: a, depends_on: {a}, components: [{{id: x, checks: [{{id: ax, kind: door, url: 'http://x/'}}]}}]}}
  - {{id: b, depends_on: {b}, components: [{{id: y, checks: [{{id: by, kind: door, url: 'http://x/'}}]}}]}}
maintenance: {maintenance}
"""


def written(a: str = "[b/y]", b: str = "", maintenance: str = "[]") -> str:
    text = BASE.format(a=a, b=b, maintenance=maintenance)
    return text.replace("depends_on: , ", "")


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"b": "[a]"}, "is a circle: a depends on b, which depends on a; take one of them out"),
        ({"a": "[a/x]"}, "is a circle: a depends on a; take one of them out"),
        ({"a": "[b/z]"}, "'b/z' is not one of the services, nor a component of one"),
        ({"maintenance": "[{id: w, from: 2026-12-06T02:00}]"}, "either `until` or `for`"),
        ({"maintenance": "[{id: w}]"}, "either `from`, `feed` or `page`"),
        ({"maintenance": "[{id: w, page: ax}]"}, "'ax' is not a check of the kind vendor_status"),
        ({"maintenance": "[{id: w, feed: 'ftp://x'}]"}, "is not where a calendar is"),
        ({"maintenance": "[{id: w, feed: 'https://x/', for: 1h}]"}, "only a window has times"),
        (
            {"maintenance": "[{id: w, from: 2026-12-06T02:00, for: 1h, zone: Mars}]"},
            "'Mars' is not a time zone",
        ),
        (
            {"maintenance": "[{id: w, from: 2026-12-06T02:00, until: 2026-12-06T01:00}]"},
            "ends before it begins",
        ),
        (
            {"maintenance": "[{id: w, from: 2026-12-06T02:00, for: 1h, repeat: FREQ=HOURLY}]"},
            "a rule needs FREQ",
        ),
        (
            {"maintenance": "[{id: w, from: 2026-12-06T02:00, for: 1h, services: [c]}]"},
            "'c' is not one of the services",
        ),
        (
            {"maintenance": "[{id: w, feed: 'https://x/'}, {id: w, feed: 'https://y/'}]"},
            "'w' is there already",
        ),
    ],
)
def test_a_mistake_is_one_sentence(mistakes: Mistakes, given: dict[str, str], said: str) -> None:
    (found,) = mistakes(written(**given))
    assert said in found


def test_a_row_of_too_many_is_shown(mistakes: Mistakes) -> None:
    lines = [
        f"  - {{id: s{n}, depends_on: [s{n + 1}], "
        f"components: [{{id: x, checks: [{{id: c{n}, kind: door, url: 'http://x/'}}]}}]}}"
        for n in range(9)
    ]
    last = "  - {id: s9, components: [{id: x, checks: [{id: c9, kind: door, url: 'http://x/'}]}]}"
    text = "\n".join(["regions: [{id: here}]", "services:", *lines, last, ""])
    (found,) = mistakes(text)
    assert "s0 > s1 > s2" in found
    assert "more than 8 steps" in found


def test_what_is_written_is_kept(load: Callable[[str], Any]) -> None:
    window = "{id: w, from: 2026-12-06T02:00+01:00, for: 90m, services: [a/x], regions: [here]}"
    found = load(written(maintenance=f"[{window}]"))
    assert found.document["maintenance"] == [
        {
            "id": "w",
            "title": "w",
            "begins": "2026-12-06T01:00:00",
            "lasts_ms": 5_400_000,
            "zone": "UTC",
            "services": ["a/x"],
            "regions": ["here"],
        }
    ]
    assert from_document(found.document).topology.service["a"].depends_on == ("b/y",)
