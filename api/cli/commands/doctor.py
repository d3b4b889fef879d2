"""`outscope doctor`: what is well with this installation, what is not, and what to do."""

import json as plain_json
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Annotated, Final

import typer
from rich.console import Console
from rich.table import Table
from rich.text import Text

from api.cli.commands.processes import Broker, secret
from api.cli.options.api_options import WRONG
from api.cli.options.locations import Data, Database, data_dir, database_url
from api.cli.terminal.outside import say, shown
from api.cli.terminal.tables import console, plain
from coordinator.doctor import Finding, State

_SHOWN: Final = {
    State.OK: Text("ok", style="green"),
    State.WARNING: Text("warning", style="yellow"),
    State.FAILURE: Text("FAILURE", style="bold red"),
}
_WIDEST: Final = max(len(text) for text in _SHOWN.values())
_NAME: Final = 13


def doctor(
    config: Annotated[
        Path | None,
        typer.Option(
            help="A configuration file to check too.", metavar="FILE", envvar="OUTSCOPE_CONFIG"
        ),
    ] = None,
    broker: Broker = None,
    database: Database = None,
    data: Data = None,
    json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
) -> None:
    """Check this installation.

    Everything is only read. Warnings are things to know; the exit code is 1 when something has to
    be mended. Without a broker it looks at the product on this machine, with one (and a database)
    at the settings of a coordinator.
    """
    from api.cli.doctor_checks import (  # here, because it brings half of the product along
        Installation,
        examined,
    )

    url, told_broker = database_url(database, data), secret("OUTSCOPE_BROKER", broker)
    installation = Installation(data_dir(data), url, told_broker, config)
    findings = examined(installation)
    told = _as_json(findings) if json else _as_lines(findings, console())
    raise typer.Exit(WRONG if any(finding.state is State.FAILURE for finding in told) else 0)


def _as_json(findings: Iterable[Finding]) -> Sequence[Finding]:
    told = list(findings)
    well = all(finding.state is not State.FAILURE for finding in told)
    say(plain_json.dumps({"ok": well, "checks": [asdict(finding) for finding in told]}, indent=2))
    return told


def _as_lines(findings: Iterable[Finding], out: Console) -> Sequence[Finding]:
    told = []
    for finding in findings:
        told.append(finding)
        out.print(_line(_SHOWN[finding.state], finding.check, plain(finding.said)))
        if finding.todo:
            out.print(_line(Text(), "", Text(f"→ {shown(finding.todo)}", style="bold")))
    out.print(_sum(Counter(finding.state for finding in told)))
    return told


def _sum(counts: Counter[State]) -> str:
    warnings, failures = counts[State.WARNING], counts[State.FAILURE]
    told = [f"{warnings} warning{'' if warnings == 1 else 's'}"] if warnings else []
    told += [f"{failures} failure{'' if failures == 1 else 's'}"] if failures else []
    return f"{counts.total()} checks, {' and '.join(told) if told else 'all is well'}."


def _line(state: Text, check: str, said: Text) -> Table:
    line = Table.grid(padding=(0, 2))
    line.add_column(width=_WIDEST)
    line.add_column(width=_NAME)
    line.add_column(overflow="fold")
    line.add_row(state, check, said)
    return line
