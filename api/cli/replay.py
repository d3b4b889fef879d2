"""`outscope replay`: the past under any rule, by the functions that run live."""

import json
import zlib
from pathlib import Path
from typing import Annotated

import typer

from api.cli.asking import WRONG
from api.cli.config import load_or_exit
from coordinator import replay as past
from worker.contract.instant import Instant, parse_rfc3339

_MOST_TOLD = 20

Source = Annotated[
    str, typer.Argument(metavar="RESULTS", help="NDJSON result records, .gz too; - reads standard input.")
]
Config = Annotated[Path, typer.Option("--config", help="The configuration to judge by.", metavar="FILE")]


def _instant(text: str) -> Instant:
    try:
        return parse_rfc3339(text)
    except (ValueError, OverflowError):
        raise typer.BadParameter(f"{text!r} is not a time such as 2026-03-01T14:32:07Z") from None


Until = Annotated[
    Instant | None,
    typer.Option(help="Let time go on, or stop, at this time (RFC 3339).", parser=_instant, metavar="TIME"),
]


def replay(source: Source, config: Config, until: Until = None) -> None:
    """Judge stored results again and print what the verdicts become: one JSON line for each change.

    Bad lines are skipped and told on standard error; the exit code is then 1.
    """
    configuration = load_or_exit(config)
    try:
        records = past.read_results(source)
    except (OSError, EOFError, zlib.error) as error:
        typer.echo(f"{source} cannot be read: {getattr(error, 'strerror', None) or error}", err=True)
        raise typer.Exit(WRONG) from None
    for change in past.replay(records.results, configuration.topology, configuration.rules, until):
        typer.echo(json.dumps(change, separators=(",", ":"), ensure_ascii=False))
    if records.bad:
        _tell(source, records.bad)
        raise typer.Exit(WRONG)


def _tell(source: str, bad: list[past.BadLine]) -> None:
    for line in bad[:_MOST_TOLD]:
        typer.echo(f"{source}:{line.number}: {line.mistake}", err=True)
    count = f"{len(bad)} line{'s' if len(bad) > 1 else ''}"
    typer.echo(f"{count} of {source} could not be read and {'were' if len(bad) > 1 else 'was'} skipped.", err=True)
