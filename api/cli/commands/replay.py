"""`outscope replay`: the past under any rule, by the functions that run live."""

import json
from typing import Annotated

import typer

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
from coordinator.evaluation.names import OUTSCOPE, RULES
from coordinator.result_files import ResultFile

Rule = Annotated[
    str,
    typer.Option(
        "--rule",
        metavar="NAME",
        callback=known_rule,
        help=f"Judge by this rule: {', '.join(RULES)}.",
    ),
]


Timely = Annotated[
    bool,
    typer.Option(
        "--timely",
        help="Count what came in late as if it had come in in time: history as it was corrected.",
    ),
]


def replay(
    source: Source,
    config: Config,
    rule: Rule = OUTSCOPE,
    settings: Settings = None,
    until: Until = None,
    timely: Timely = False,
) -> None:
    """Judge stored results again and print what the verdicts become: one JSON line for each change.

    Bad lines are skipped and told on standard error; the exit code is then 1.
    """
    file = ResultFile(source)
    judged = judged_or_exit(file, config, [rule], settings, until, timely=timely)
    for change in judged.records[0]:
        put(json.dumps(change, separators=(",", ":"), ensure_ascii=False).encode())
    tell_mistakes(file)
