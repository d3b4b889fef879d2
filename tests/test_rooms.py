"""Each room says in a few lines what it does and what it may import, and keeps to it."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
TOPS = frozenset({"api", "coordinator", "worker"})
PARENTS = ("coordinator", "coordinator.domain", "worker", "worker.probes", "api")
MAY_IMPORT = re.compile(r"May\s+import\s+([\w.,\s()`]+?)(?:[.;]\s|[.;]$)")


def folder(name: str) -> Path:
    return ROOT.joinpath(*name.split("."))


def rooms_of(parent: str) -> list[str]:
    found = sorted(path.parent.name for path in folder(parent).glob("*/__init__.py"))
    return [f"{parent}.{name}" for name in found]


ROOMS = [room for parent in PARENTS for room in rooms_of(parent)]


def promise(room: str) -> str:
    return ast.get_docstring(ast.parse((folder(room) / "__init__.py").read_text())) or ""


def room_of(module: str) -> str:
    """The innermost room that a module is in; empty for what lies beside the rooms."""
    within = [room for room in ROOMS if f"{module}.".startswith(f"{room}.")]
    return max(within, key=len, default="")


def imports_of(room: str) -> set[str]:
    """The other rooms that a room's modules import."""
    found = {
        room_of(module)
        for path in folder(room).rglob("*.py")
        for module in modules_in(ast.parse(path.read_text()))
        if not f"{module}.".startswith(f"{room}.")
    }
    return found - {""}


def modules_in(tree: ast.AST) -> Iterator[str]:
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom) and node.module:
            yield from (f"{node.module}.{alias.name}" for alias in node.names)
        elif isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)


def allowed_by(room: str) -> list[str]:
    """The rooms that a docstring names: neighbours by their name, others from the top."""
    said = MAY_IMPORT.search(promise(room))
    assert said, f"{room} does not say what it may import"
    listed = re.sub(r"\([^)]*\)", "", said.group(1))
    if listed.strip() == "no other room":
        return []
    names = re.split(r",|\band\b", listed)
    parent = room.rpartition(".")[0]
    return [full_name(name.strip(), parent) for name in names]


def full_name(name: str, parent: str) -> str:
    return name if name.split(".")[0] in TOPS else f"{parent}.{name}"


@pytest.mark.parametrize("room", ROOMS)
def test_a_room_says_in_at_most_five_lines_what_it_does(room: str) -> None:
    lines = [line for line in promise(room).splitlines() if line.strip()]
    # the domain also says in which order to read it
    assert 2 <= len(lines) <= (15 if room == "coordinator.domain" else 5)


@pytest.mark.parametrize("room", ROOMS)
def test_a_room_imports_only_what_it_says(room: str) -> None:
    if room == "api.cli":  # a way in to everything
        assert "may import everything" in promise(room)
        return
    allowed = allowed_by(room)
    imported = imports_of(room)
    assert [
        other
        for other in sorted(imported)
        if not any(f"{other}.".startswith(f"{name}.") for name in allowed)
    ] == []


@pytest.mark.parametrize("room", [room for room in ROOMS if room != "api.cli"])
def test_a_room_names_only_rooms_that_it_uses(room: str) -> None:
    imported = imports_of(room)
    assert [
        name
        for name in allowed_by(room)
        if not any(f"{other}.".startswith(f"{name}.") for other in imported)
    ] == []
