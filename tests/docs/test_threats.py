"""Whoever reads what holds an attacker, or what is lost when something breaks, can run the test
that shows it.
"""

import ast
import re
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
PAGES = ROOT / "docs" / "explanation"
TEXT = (PAGES / "threats.md").read_text()
PROMISES = (PAGES / "reliability.md").read_text()
NAMED = sorted(set(re.findall(r"`(tests/[\w/]+\.py)::(\w+)`", TEXT + PROMISES)))


def test_every_hostile_one_has_a_section_with_tests() -> None:
    sections = re.split(r"^## ", TEXT, flags=re.MULTILINE)[1:]
    hostile = [section for section in sections if "| it tries |" in section]
    assert len(hostile) == 6
    for section in hostile:
        assert "::test_" in section, section.partition("\n")[0]


def test_what_nothing_holds_is_said() -> None:
    rows = [line for line in TEXT.splitlines() if line.startswith("| to ")]
    for row in rows:
        _, _, holds, shown, _ = row.split("|")
        assert "::test_" in shown or "nothing" in holds or "nothing." in holds, row


def test_every_promise_about_loss_has_a_test() -> None:
    _, _, section = PROMISES.partition("## What is promised")
    rows = [line for line in section.partition("\n## ")[0].splitlines() if line.startswith("| ")]
    assert len(rows) > 5
    for row in rows[1:]:
        assert "::test_" in row, row


@pytest.mark.parametrize(("path", "name"), NAMED)
def test_the_test_is_there(path: str, name: str) -> None:
    tree = ast.parse((ROOT / path).read_text())
    kinds = (ast.FunctionDef, ast.AsyncFunctionDef)
    assert name in {node.name for node in ast.walk(tree) if isinstance(node, kinds)}
