"""`outscope compare`: several rules on the same results, side by side."""

import json
from enum import StrEnum
from typing import Annotated

import typer
from rich.console import Console
from rich.text import Text

from api.cli.options.api_options import put
from api.cli.options.rule_options import (
    Config,
    Settings,
    Source,
    Until,
    judged_or_exit,
    known_rule,
    tell_mistakes,
)
from api.cli.terminal.tables import console, length, local, plain, show
from coordinator.domain.model.verdict import Scope
from coordinator.evaluation.comparison import Claim, Comparison, Stretch, Summary
from coordinator.evaluation.comparison import compare as compared
from coordinator.evaluation.names import RULES
from coordinator.result_files import ResultFile
from worker.contract.instant import rfc3339

_NAMED = 3


class Format(StrEnum):
    """How the comparison is written."""

    TABLE = "table"
    JSON = "json"


def _rules(names: list[str]) -> list[str]:
    found = list(dict.fromkeys(known_rule(name) for name in names))
    if len(found) < 2:
        raise typer.BadParameter("name at least two different rules: --rule outscope --rule gatus")
    return found


Rules = Annotated[
    list[str],
    typer.Option(
        "--rule",
        metavar="NAME",
        callback=_rules,
        help=(
            "A rule to compare; at least two, the first is what the others are held against:"
            f" {', '.join(RULES)}."
        ),
    ),
]
How = Annotated[Format, typer.Option("--format", help="A table for people, or JSON lines.")]


def compare(
    source: Source,
    config: Config,
    rules: Rules,
    settings: Settings = None,
    until: Until = None,
    how: How = Format.TABLE,
) -> None:
    """Judge stored results by several rules and show where their verdicts differ, and each rule in
    numbers.

    Thresholds given by `--set` are those of the rule outscope. Bad lines are skipped and told on
    standard error; the exit code is then 1.
    """
    file = ResultFile(source)
    judged = judged_or_exit(file, config, rules, settings, until)
    comparison = compared(rules, judged.records, judged.end or 0)
    if how is Format.JSON:
        for record in comparison.to_records():
            put(json.dumps(record, separators=(",", ":"), ensure_ascii=False).encode())
    else:
        _show(console(), comparison)
    tell_mistakes(file)


def _show(out: Console, comparison: Comparison) -> None:
    differences = list(comparison.differences())
    if differences:
        columns = ("from", "to", "lasted", "service", *comparison.rules)
        show(out, columns, map(_difference, differences))
    else:
        out.print("The rules say the same all the time.")
    columns = ("rule", "changes", "incidents", *map(str, Scope), "as the first")
    show(out, columns, map(_summary, comparison.summaries))


def _difference(stretch: Stretch) -> list[Text]:
    since, until = rfc3339(stretch.since), rfc3339(stretch.until)
    return [
        plain(local(since)),
        plain(local(until)),
        plain(length(since, until)),
        plain(stretch.service),
        *(plain(_said(claim)) for claim in stretch.says),
    ]


def _said(claim: Claim) -> str:
    where = f" in {_named(claim.regions, 'regions')}" if claim.regions else ""
    what = f": {_named(claim.components, 'components')}" if claim.components else ""
    return f"{claim.scope}{where}{what}"


def _named(names: tuple[str, ...], what: str) -> str:
    """A few by name, many by their number: --format json has all names."""
    return ", ".join(names) if len(names) <= _NAMED else f"{len(names)} {what}"


def _summary(summary: Summary) -> list[Text]:
    return [
        plain(summary.rule),
        plain(summary.changes),
        plain(summary.incidents),
        *(plain(f"{summary.lasted_ms[scope] / 1000:.0f} s") for scope in map(str, Scope)),
        plain(f"{summary.agreement:.1%}"),
    ]
