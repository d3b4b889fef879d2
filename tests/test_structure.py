"""The walls of the house, as far as the import linter does not hold them."""

import ast
from collections.abc import Iterator
from graphlib import TopologicalSorter
from pathlib import Path

import pytest
from grimp import build_graph

ROOT = Path(__file__).parents[1]
PRODUCT = ("worker", "coordinator", "api")
MOST_LINES = 300
"""At 100 columns, what fits into 250 lines of 120."""
MOST_MODULES = 10
MOST_BRANCHES_A_LINE = 0.28
COMPREHENSIONS = (ast.ListComp, ast.SetComp, ast.DictComp, ast.GeneratorExp)
BRANCHES = (ast.If, ast.For, ast.While, ast.IfExp, ast.ExceptHandler, ast.AsyncFor)

FOLDERS_OF_A_KIND = {
    "api/cli/commands": "one file a command",
    "api/documents": "one file a document",
    "api/http/routes": "one file a subject",
    "worker/probes/kinds": "one file or folder a kind",
    "coordinator/evaluation/baselines/rules": "one file a rule",
    "coordinator/store/schema/migrations": "one file a change of the schema",
}
"""Folders that grow with what the product can do: their files are all alike."""
LONGER = {
    "coordinator/store/schema/migrations/0001_initial.py": "written by the migration tool",
}


def files() -> Iterator[Path]:
    for part in PRODUCT:
        yield from sorted((ROOT / part).rglob("*.py"))


def functions() -> Iterator[ast.FunctionDef | ast.AsyncFunctionDef]:
    for path in files():
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
                yield node


def branches(function: ast.AST) -> int:
    """How many ways lead through a function."""
    found = 0
    for node in ast.walk(function):
        found += isinstance(node, BRANCHES)
        if isinstance(node, ast.comprehension):
            found += 1 + len(node.ifs)
        if isinstance(node, ast.BoolOp):
            found += len(node.values) - 1
    return found


def lines(function: ast.FunctionDef | ast.AsyncFunctionDef) -> int:
    """The lines of a function without its docstring."""
    first = function.body[0]
    told = isinstance(first, ast.Expr) and isinstance(first.value, ast.Constant)
    docstring = (first.end_lineno or first.lineno) - first.lineno + 1 if told else 0
    return (function.end_lineno or function.lineno) - function.lineno + 1 - docstring


def test_no_files_import_each_other_in_a_circle() -> None:
    graph = build_graph(*PRODUCT, include_external_packages=False)
    imports = {module: graph.find_modules_directly_imported_by(module) for module in graph.modules}
    TopologicalSorter(imports).prepare()


def test_files_fit_on_a_few_screens() -> None:
    long = {
        str(path.relative_to(ROOT)): count
        for path in files()
        if (count := len(path.read_text().splitlines())) > MOST_LINES
    }
    assert {name: count for name, count in long.items() if name not in LONGER} == {}


@pytest.mark.parametrize("part", PRODUCT)
def test_folders_hold_as_many_modules_as_one_can_overlook(part: str) -> None:
    crowded = {}
    for folder in sorted({path.parent for path in (ROOT / part).rglob("*.py")}):
        name = str(folder.relative_to(ROOT))
        count = sum(path.stem != "__init__" for path in folder.glob("*.py"))
        if count > MOST_MODULES + 2 and name not in FOLDERS_OF_A_KIND:
            crowded[name] = count
    assert crowded == {}


def test_no_comprehension_stands_in_another() -> None:
    nested = []
    for path in files():
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, COMPREHENSIONS):
                inner = [one for one in ast.walk(node) if isinstance(one, COMPREHENSIONS)]
                nested += [f"{path.relative_to(ROOT)}:{one.lineno}" for one in inner[1:]]
    assert nested == []


def test_a_line_holds_few_branches() -> None:
    found = list(functions())
    ways = sum(map(branches, found))
    assert ways / sum(map(lines, found)) <= MOST_BRANCHES_A_LINE
