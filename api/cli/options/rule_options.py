"""What `replay` and `compare` share: a file of results, the rules to judge it by, and what goes
wrong with either.
"""

import gc
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from difflib import get_close_matches
from functools import partial
from pathlib import Path
from typing import Annotated

import typer

from api.cli.options.api_options import WRONG
from api.cli.options.configuration_file import load_or_exit
from api.cli.terminal.outside import say
from coordinator.configuration.override import overridden
from coordinator.domain.schedule.arrivals import late_ms_of
from coordinator.evaluation.names import OUTSCOPE, RULES
from coordinator.evaluation.replay import Judged, judge_file, judging
from coordinator.result_files import ResultFile, UnreadableError
from worker.contract.instant import Instant, parse_rfc3339

Source = Annotated[
    str,
    typer.Argument(
        metavar="RESULTS",
        help=(
            "Result records: NDJSON, .csv (both also .gz or .zst) or .parquet; - is NDJSON on"
            " standard input."
        ),
    ),
]
Config = Annotated[
    Path, typer.Option("--config", help="The configuration to judge by.", metavar="FILE")
]
Settings = Annotated[
    list[str] | None,
    typer.Option(
        "--set",
        metavar="judge.KEY=VALUE",
        help="Another threshold than the configuration's; may be repeated.",
    ),
]


def known_rule(name: str) -> str:
    """A rule's name; an unknown one is refused with the nearest that exists."""
    if name in RULES:
        return name
    near = get_close_matches(name, RULES, n=1)
    hint = f"did you mean {near[0]}?" if near else f"the rules are {', '.join(RULES)}."
    raise typer.BadParameter(f"{name!r} is no rule; {hint}")


def _instant(text: str) -> Instant:
    try:
        return parse_rfc3339(text)
    except (ValueError, OverflowError):
        raise typer.BadParameter(f"{text!r} is not a time such as 2026-03-01T14:32:07Z") from None


Until = Annotated[
    Instant | None,
    typer.Option(
        help="Let time go on, or stop, at this time (RFC 3339).", parser=_instant, metavar="TIME"
    ),
]


def judged_or_exit(
    file: ResultFile,
    config: Path,
    rules: Sequence[str],
    settings: Sequence[str] | None,
    until: Instant | None,
    *,
    timely: bool = False,
) -> Judged:
    """What the rules say of the file, or would have said if nothing had come in late, when it is to
    be `timely`; when it cannot be read, that is said and the command ends with 1.
    """
    configuration = load_or_exit(config)
    try:
        thresholds = overridden(configuration.rules, settings or ())
    except ValueError as error:
        raise typer.BadParameter(str(error), param_hint="--set") from None
    if settings and OUTSCOPE not in rules:
        raise typer.BadParameter(f"only the rule {OUTSCOPE} has thresholds", param_hint="--set")

    made = [partial(judging, rule, configuration.judged, thresholds) for rule in rules]
    try:
        with _rare_collections():
            late_ms = late_ms_of(configuration.topology) if timely else None
            found = judge_file(file, made, until, late_ms)
    except OSError as error:
        raise _refused(f"{file.source} cannot be read: {error.strerror or error}") from None
    except UnreadableError as error:
        raise _refused(f"{file.source} {error}") from None
    if not found.results and not file.mistakes.count:
        raise _refused(f"{file.source} holds no results{'' if until is None else ' up to then'}")
    return found


@contextmanager
def _rare_collections() -> Iterator[None]:
    """Collect garbage rarely: millions of results are made and freed, and none of them refers to
    itself.
    """
    before = gc.get_threshold()
    gc.freeze()
    gc.set_threshold(50_000, 20, 100)
    try:
        yield
    finally:
        gc.set_threshold(*before)
        gc.unfreeze()


def _refused(sentence: str) -> typer.Exit:
    say(f"{sentence}.", err=True)
    return typer.Exit(WRONG)


def tell_mistakes(file: ResultFile) -> None:
    """Name the lines that were skipped on standard error; if there were any, the command ends with
    1.
    """
    mistakes = file.mistakes
    if not mistakes.count:
        return
    for line in mistakes.first:
        say(f"{file.source}:{line.number}: {line.mistake}", err=True)
    count = "1 line" if mistakes.count == 1 else f"{mistakes.count} lines"
    were = "was" if mistakes.count == 1 else "were"
    say(f"{count} of {file.source} could not be read and {were} skipped.", err=True)
    raise typer.Exit(WRONG)
