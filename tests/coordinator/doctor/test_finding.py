"""Whatever is wrong, the fix is named in a sentence."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[3]
PLACES = (*(ROOT / "coordinator" / "doctor").glob("*.py"), *(ROOT / "api" / "cli").glob("*.py"))


def complaints() -> Iterator[tuple[str, ast.Call]]:
    """Each call that makes a warning or a failure."""
    for path in PLACES:
        for node in ast.walk(ast.parse(path.read_text())):
            called = node.func if isinstance(node, ast.Call) else None
            if isinstance(called, ast.Name) and called.id in ("warning", "failure"):
                assert isinstance(node, ast.Call)
                yield f"{path.name}:{node.lineno}", node


CALLS = dict(complaints())


def test_there_are_complaints_to_look_at() -> None:
    assert len(CALLS) > 40


@pytest.mark.parametrize("place", CALLS)
def test_it_says_what_to_do(place: str) -> None:
    words = [*CALLS[place].args, *CALLS[place].keywords]
    assert len(words) == 3
    fix = words[2]
    if isinstance(fix, ast.Constant):
        assert isinstance(fix.value, str)
        assert len(fix.value.split()) >= 3
