"""Whether a command line and an environment mean something to the product as it is."""

import re
from collections.abc import Mapping, Sequence
from functools import cache
from pathlib import Path

import typer
from typer.core import TyperGroup

from api.cli.app import app
from worker.flags import FLAGS, parser
from worker.joining.command import parser as join_parser

ROOT = Path(__file__).resolve().parents[2]
_NAME = re.compile(r"\bOUTSCOPE_[A-Z0-9_]+\b")


@cache
def settings() -> frozenset[str]:
    """Every variable that the product's code names, with `_FILE` for those that may stand in a
    file.
    """
    found: set[str] = {variable for variable, *_ in FLAGS.values()}
    for part in ("api", "coordinator", "worker"):
        for path in (ROOT / part).rglob("*.py"):
            found |= set(_NAME.findall(path.read_text(encoding="utf-8")))
    return frozenset(found | {f"{name}_FILE" for name in found})


def unknown_settings(environment: Mapping[str, object]) -> list[str]:
    """Variables of ours that nothing reads."""
    return [name for name in environment if name.startswith("OUTSCOPE_") and name not in settings()]


def mistake(command: Sequence[str]) -> str:
    """What of a command line of ours does not exist; empty when all does."""
    program, *words = command
    if program == "outscope-worker":
        made = join_parser() if words[:1] == ["join"] else parser()
        _, rest = made.parse_known_args(words[1:] if words[:1] == ["join"] else words)
        return f"{program} has no {rest}" if rest and words[:1] != ["join"] else ""
    return _of_cli(words) if program == "outscope" else f"{program} is no program of ours"


def _of_cli(words: list[str]) -> str:
    group = typer.main.get_command(app)
    path: list[str] = []
    while isinstance(group, TyperGroup) and words and not words[0].startswith("-"):
        found = group.get_command(None, words[0])  # type: ignore[arg-type]
        if found is None:
            return f"there is no command {' '.join([*path, words[0]])}"
        group = found
        path.append(words[0])
        words = words[1:]
    known = {flag for param in group.params for flag in (*param.opts, *param.secondary_opts)}
    given = {word.partition("=")[0] for word in words if word.startswith("--")}
    unknown = sorted(given - known - {"--help"})
    return f"{' '.join(path)} has no {', '.join(unknown)}" if unknown else ""
