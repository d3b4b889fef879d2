"""Paths and names of modules in the documentation lead somewhere."""

import ast
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
TOPS = "api|coordinator|infra|tests|worker"
PAGES = [
    ROOT / "README.md",
    ROOT / "CONTRIBUTING.md",
    # docs/adr speaks of its own time: what lay where when something was decided
    *(page for page in sorted((ROOT / "docs").rglob("*.md")) if page.parent.name != "adr"),
]
ROOMS_AND_WORDS = [ROOT / "docs" / "explanation" / name for name in ("architecture.md", "words.md")]

LINK = re.compile(r"\]\(([^)\s#]+)(?:#[^)\s]*)?\)")
PATH = re.compile(rf"(?<![\w./-])((?:{TOPS}|docs)/[\w./-]*[\w/])")
MODULE = re.compile(rf"(?<![\w./@-])((?:{TOPS})(?:\.[A-Za-z_]\w*)+)")
DEFINED = re.compile(r"`([\w./]+\.py)`\s+\(`([\w.]+)`\)")
HOSTS = frozenset({"com", "org", "net", "ai", "example", "internal", "dev", "io"})


def identifier(page: Path) -> str:
    return str(page.relative_to(ROOT))


@cache
def defined_in(path: Path) -> frozenset[str]:
    """What a module defines: its functions, classes, their methods, and its constants."""
    return frozenset(names_in(ast.parse(path.read_text()).body))


def names_in(statements: list[ast.stmt], owner: str = "") -> Iterator[str]:
    for statement in statements:
        match statement:
            case ast.FunctionDef(name=name) | ast.AsyncFunctionDef(name=name):
                yield owner + name
            case ast.ClassDef(name=name):
                yield owner + name
                yield from names_in(statement.body, f"{name}.")
            case ast.AnnAssign(target=ast.Name(id=name)):
                yield owner + name
            case ast.Assign(targets=[ast.Name(id=name)]):
                yield owner + name


def is_module(name: str) -> bool:
    """Whether this is a module, or what one defines."""
    path = ROOT.joinpath(*name.split("."))
    if path.is_dir() or path.with_suffix(".py").is_file():
        return True
    home, _, last = name.rpartition(".")
    module = ROOT.joinpath(*home.split(".")).with_suffix(".py")
    return module.is_file() and last in defined_in(module)


@pytest.mark.parametrize("page", PAGES, ids=identifier)
def test_every_link_leads_to_a_file(page: Path) -> None:
    targets = [target for target in LINK.findall(page.read_text()) if "://" not in target]
    assert [target for target in targets if not (page.parent / target).exists()] == []


@pytest.mark.parametrize("page", PAGES, ids=identifier)
def test_every_path_is_there(page: Path) -> None:
    paths = PATH.findall(page.read_text())
    assert [path for path in paths if not (ROOT / path).exists()] == []


@pytest.mark.parametrize("page", PAGES, ids=identifier)
def test_every_module_is_there(page: Path) -> None:
    names = [
        name for name in MODULE.findall(page.read_text()) if name.rsplit(".", 1)[-1] not in HOSTS
    ]
    assert [name for name in names if not is_module(name)] == []


@pytest.mark.parametrize("page", ROOMS_AND_WORDS, ids=identifier)
def test_what_is_said_to_be_in_a_file_is_defined_there(page: Path) -> None:
    said = DEFINED.findall(page.read_text())
    assert len(said) > 20
    assert [(path, name) for path, name in said if name not in defined_in(ROOT / path)] == []


def test_every_word_says_where_it_lives() -> None:
    rows = [
        [cell.strip() for cell in line.strip("|").split("|")]
        for line in (ROOT / "docs" / "explanation" / "words.md").read_text().splitlines()
        if line.startswith("| ") and not line.startswith("| word ")
    ]
    assert len(rows) > 80
    assert [row for row in rows if len(row) != 4 or not row[1].endswith(".")] == []
    assert [row[0] for row in rows if not PATH.search(row[3])] == []


def test_no_word_is_explained_twice() -> None:
    text = (ROOT / "docs" / "explanation" / "words.md").read_text()
    words = re.findall(r"^\| ([^|]+?) \|", text, re.MULTILINE)
    words = [word for word in words if word != "word"]
    assert len(words) == len(set(words))
