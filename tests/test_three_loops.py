"""The three loops that a newcomer is told to read first are those that call themselves THE LOOP."""

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
LOOPS = {"coordinator/scheduling/tick.py", "coordinator/ingest/loop.py", "worker/agent.py"}


def test_exactly_three_files_say_the_loop() -> None:
    saying = {
        str(path.relative_to(ROOT))
        for room in ("api", "coordinator", "worker")
        for path in (ROOT / room).rglob("*.py")
        if "THE LOOP" in path.read_text()
    }
    assert saying == LOOPS


@pytest.mark.parametrize(
    ("document", "begin", "end"),
    [
        ("README.md", "## The code in three loops", "The rules they call"),
        ("CONTRIBUTING.md", "Read three loops first", "What they mean by it"),
    ],
)
def test_what_is_to_be_read_first_are_these(document: str, begin: str, end: str) -> None:
    said = (ROOT / document).read_text().partition(begin)[2].partition(end)[0]
    assert set(re.findall(r"\]\(([\w/]+\.py)\)", said)) == LOOPS
