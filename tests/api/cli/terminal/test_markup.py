"""Names, details and titles may hold anything: nothing is read as markup, and nothing fails."""

import io
import os
import subprocess
import sys
from collections.abc import Iterator

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from rich.console import Console

from api.cli.commands.apply import describe
from api.cli.commands.status import _all
from api.cli.terminal.console import Terminal
from api.cli.terminal.explanation_view import heading, tell
from api.cli.terminal.outcome_view import show as show_outcome
from api.cli.terminal.outside import shown
from api.cli.terminal.tables import plain, show, word
from api.explanation import Explanation, Point, Section
from coordinator.configuration import Change
from worker.contract.outcome import Blame, Outcome, Reason

BITS = ("[red]", "[/]", "[/nosuch]", ":x:", ":smile:", "[", "\\[", "[link=x]", "\x1b[2J", "\u202e")
HOSTILE = st.lists(st.sampled_from(BITS) | st.text(max_size=5), max_size=4).map("".join)


def terminal(width: int = 200) -> tuple[Console, io.StringIO]:
    out = io.StringIO()
    return Terminal(file=out, width=width), out


def said(out: io.StringIO) -> str:
    return "".join(out.getvalue().split())


def expected(text: str) -> str:
    return "".join(shown(text).split())


@given(HOSTILE, HOSTILE, st.sampled_from([10, 40, 200]))
@example("[/]", ":x:", 200)
def test_tables_and_cards_show_what_is_there(name: str, cell: str, width: int) -> None:
    out, written = terminal(width)
    show(out, ("first", name, "last"), [[plain("a"), plain(cell), word(cell)]])
    if width == 200:
        assert expected(name) in said(written)
        assert expected(cell) in said(written)


@given(HOSTILE)
def test_a_console_shows_plain_text_as_it_is(text: str) -> None:
    out, written = terminal()
    text = text.replace("\n", "")
    out.print(text)
    out.print(text, style="bold", markup=True)
    assert said(written) == expected(text) * 2


@given(HOSTILE, HOSTILE)
def test_explanations_and_outcomes_show_what_is_there(name: str, detail: str) -> None:
    out, written = terminal()
    heading(out, name, "bad")
    tell(out, Explanation((Section(name, (Point(detail, label=name), Point(detail))),)))
    show_outcome(
        "http", Outcome(ok=False, reason=Reason.TIMEOUT, blame=Blame.TARGET, detail=detail), out
    )
    assert expected(detail) in said(written)


@given(HOSTILE, HOSTILE)
def test_the_overview_and_changes_show_what_is_there(name: str, headline: str) -> None:
    out, written = terminal()
    service = {"name": name, "state": "bad", "headline": headline, "since": None}
    told = {"headline": headline, "advice": name, "services": [service], "regions": []}
    _all(
        out,
        {
            **told,
            "incidents": [],
            "configuration": None,
            "coordinator": {"silent": False, "heard_at": "x"},
        },
    )
    assert expected(headline) in said(written)
    assert describe([Change("changed", "service", name, ((name, headline, name),))])


def _cases() -> Iterator[tuple[list[str], dict[str, str]]]:
    commands = (
        ["probe", "tcp://127.0.0.1:1", "--allow", "127.0.0.0/8"],
        ["sql", 'select \'ü☃\' as "[/]:x:☃", 1 as "[red]"'],
        ["apply", "{tmp}/outscope.yaml", "--dry-run"],
        ["config", "check", "{tmp}/nosuch-☃.yaml"],
        ["notify", "test", "[/]☃", "--database", "sqlite://{tmp}/x.db"],
        ["notify", "preview", "--incident", "[/]:x:☃", "--database", "sqlite://{tmp}/x.db"],
    )
    for command in commands:
        for encoding in ("ascii", "latin-1"):
            yield command, {"PYTHONIOENCODING": encoding}
        yield command, {"LANG": "C", "LC_ALL": "C", "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0"}


@pytest.mark.slow
@pytest.mark.parametrize(("command", "settings"), list(_cases()))
def test_a_terminal_with_few_letters_is_no_reason_to_fail(
    command: list[str], settings: dict[str, str], tmp_path: object
) -> None:
    with open(f"{tmp_path}/outscope.yaml", "w", encoding="utf-8") as file:
        file.write("include: [catalog:regions]\nregions: []\nservices: []\n")
    words = [word.format(tmp=tmp_path) for word in command]
    env = {**os.environ, **settings, "OUTSCOPE_DATA": str(tmp_path)}
    ran = subprocess.run(
        [sys.executable, "-m", "api.cli", *words], env=env, capture_output=True, check=False
    )
    assert b"Traceback" not in ran.stderr, ran.stderr.decode("utf-8", "replace")
    if command[0] == "sql":
        assert b"[/]:x:" in ran.stdout
        assert b"[red]" in ran.stdout


@pytest.mark.slow
def test_output_that_nobody_takes_is_no_traceback() -> None:
    command = f'"{sys.executable}" -m api.cli config schema'
    for script, code, word_ in (
        (f"{command} > /dev/full", 1, "No space left"),
        (f"{command} | head -c 10; exit ${{PIPESTATUS[0]}}", None, ""),
        (f"{command} >&-", 0, ""),
    ):
        ran = subprocess.run(["bash", "-c", script], capture_output=True, text=True, check=False)
        assert "Traceback" not in ran.stderr
        assert "Exception" not in ran.stderr
        assert word_ in ran.stderr
        assert code in (None, ran.returncode)
