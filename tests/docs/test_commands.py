"""What README and the guides tell people to type exists."""

import re
import shlex
from collections.abc import Iterator
from pathlib import Path

import pytest
import typer
from typer.core import TyperGroup
from typer.testing import CliRunner

from api.cli.app import app

ROOT = Path(__file__).parents[2]
PAGES = sorted(
    path.relative_to(ROOT)
    for path in (ROOT / "README.md", ROOT / "docs/quickstart.md", *ROOT.glob("docs/how-to/*.md"))
)
BLOCK = re.compile(r"^```(\w*)\n(.*?)^```", re.MULTILINE | re.DOTALL)
SHELL = ("sh", "bash", "console", "")
COMMENT = re.compile(r"(^|\s)#\s.*")
ENDS = ";|&\n"
PROGRAM = re.compile(r"(?:\$ )?(?:\.venv/bin/)?(outscope|make)$")
PASSED_ON = "worker"
"""A command that gives all its words to a program with flags of its own."""


def lines(page: Path) -> Iterator[list[str]]:
    """The words of each command line of ours in the code blocks of a page, the program first."""
    text = (ROOT / page).read_text(encoding="utf-8")
    for language, block in BLOCK.findall(text):
        if language in SHELL:
            yield from commands(COMMENT.sub("", block.replace("\\\n", " ")))


def commands(block: str) -> Iterator[list[str]]:
    lexer = shlex.shlex(block, posix=True, punctuation_chars=ENDS)
    lexer.whitespace_split = True
    lexer.whitespace = " \t"
    lexer.commenters = ""
    words: list[str] = []
    for word in [*lexer, ";"]:
        if word.strip(ENDS):
            words.append(word)
            continue
        yield from ours(words)
        words = []


def ours(words: list[str]) -> Iterator[list[str]]:
    while words and re.match(r"[A-Z_]+=", words[0]):
        words = words[1:]  # a variable for this command alone
    if words and (program := PROGRAM.match(words[0])):
        yield [program[1], *words[1:]]


def mistake(words: list[str]) -> str | None:
    """What of a command line of `outscope` does not exist."""
    command = typer.main.get_command(app)
    path: list[str] = []
    while isinstance(command, TyperGroup) and words and not words[0].startswith("-"):
        found = command.get_command(None, words[0])
        if found is None:
            return f"there is no command {' '.join([*path, words[0]])}"
        command = found
        path.append(words[0])
        words = words[1:]
    if path[:1] == [PASSED_ON]:
        return None
    known = {flag for param in command.params for flag in (*param.opts, *param.secondary_opts)}
    given = {word.partition("=")[0] for word in words if word.startswith("--")}
    unknown = given - known - {"--help"}
    return f"{' '.join(path)} has no {', '.join(sorted(unknown))}" if unknown else None


@pytest.mark.parametrize("page", PAGES, ids=str)
def test_every_command_line_names_commands_and_flags_that_exist(page: Path) -> None:
    typed = [words[1:] for words in lines(page) if words[0] == "outscope"]
    assert [said for words in typed if (said := mistake(words))] == []


@pytest.mark.parametrize("page", PAGES, ids=str)
def test_every_target_of_make_exists(page: Path) -> None:
    targets = set(re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text(), re.MULTILINE))
    called = {words[1] for words in lines(page) if words[0] == "make"}
    assert called <= targets


def test_each_command_of_the_readme_explains_itself() -> None:
    typed = [words[1:] for words in lines(Path("README.md")) if words[0] == "outscope"]
    names = {words[0] for words in typed}
    assert {"status", "export", "apply"} <= names
    for name in names:
        assert CliRunner().invoke(app, [name, "--help"]).exit_code == 0, name


def test_a_command_or_a_flag_that_is_gone_is_found() -> None:
    assert mistake(["stauts"]) == "there is no command stauts"
    assert mistake(["ingest", "errors", "lost"]) == "there is no command ingest errors lost"
    assert mistake(["status", "--nowhere", "x"]) == "status has no --nowhere"
