"""The sections of the table that compare rules, as Markdown."""

from collections.abc import Iterator, Mapping, Sequence
from math import isnan

from coordinator.evaluation.names import OUTSCOPE
from coordinator.evaluation.simulator import Family
from tests.verdicts.columns import FALSE, RIGHT, TIMES, Column, leads
from tests.verdicts.figures import Figures, by_rule, by_scenario, figures
from tests.verdicts.reach import Parts, rows
from tests.verdicts.run import Scored
from tests.verdicts.table import number, percent, plural, seconds, table

WHY_SLOWER = """\
A rule that counts calls a total outage after one or two failures and its end after one success,
whatever else they may mean; false incidents and missed partial failures, above, are the price.
Outscope waits until every cell had its chance to confirm or deny, and until a lesser failure is as
unlikely as the greater one.
"""
"""Said below the columns in which others lead when all of them are times."""


def reached(parts: Parts, interval_s: float) -> Iterator[str]:
    """What was to be reached."""
    yield "## What was to be reached\n"
    heads = ("", "wanted", "measured", "over", "reached")
    yield from table(heads, [tuple(row) for row in rows(parts, interval_s)])


def compared(main: Sequence[Scored]) -> Iterator[str]:
    """All rules on the same plays, and where another leads."""
    by = {rule: figures(found) for rule, found in by_rule(main).items()}
    one = next(iter(by.values()))
    yield "## All rules on the same plays\n"
    yield (
        f"Each rule saw the same results of {plural(one.runs, 'play')}, in which"
        f" {plural(one.cases, 'service')} were disrupted so that one can know how far. How right:\n"
    )
    yield from _by_rule(by, RIGHT)
    yield "How soon:\n"
    yield from _by_rule(by, TIMES)
    yield (
        f"What was said without reason ({one.false_in_ours.of} plays with a fault of our own among"
        " them):\n"
    )
    yield from _by_rule(by, FALSE)
    yield from _leading(by)


def _by_rule(by: Mapping[str, Figures], columns: Sequence[Column]) -> Iterator[str]:
    heads = ["rule", *(column.head for column in columns)]
    yield from table(
        heads, [[rule, *(c.text(c.value(found)) for c in columns)] for rule, found in by.items()]
    )


def _leading(by: Mapping[str, Figures]) -> Iterator[str]:
    if OUTSCOPE not in by or len(by) == 1:
        return
    columns = (*RIGHT, *TIMES, *FALSE)
    found = list(leads(by, OUTSCOPE, columns))
    if not found:
        yield f"No other rule does better than {OUTSCOPE} in any of these {len(columns)} columns.\n"
        return
    yield (
        f"Other rules do better than {OUTSCOPE} in {len(found)} of these {len(columns)} columns:\n"
    )
    yield from (f"- {sentence}." for sentence in found)
    yield ""
    if len(list(leads(by, OUTSCOPE, TIMES))) == len(found):
        yield WHY_SLOWER


def in_each_scenario(main: Sequence[Scored]) -> Iterator[str]:
    """Our rule by scenario."""
    heads = (
        "scenario",
        "disruptions",
        "found %",
        "right at alarm %",
        "right at 3 min %",
        "scope at 3 min %",
        "right at the end %",
        "severity at 3 min %",
        "severity at the end %",
        "first alarm s",
        "right s",
        "p90 s",
        "clear s",
        "start off by s",
        "`unknown` %",
        "incidents each",
    )
    yield f"## {OUTSCOPE.capitalize()} in each scenario\n"
    cells = []
    for name, found in by_scenario(one for one in main if one.rule == OUTSCOPE).items():
        f = figures(found)
        if f.cases:
            cells.append(
                [
                    name,
                    str(f.cases),
                    percent(f.found.share),
                    percent(f.right_at_alarm.share),
                    percent(f.right_at_3.share),
                    percent(f.scope_at_3.share),
                    percent(f.right_at_end.share),
                    percent(f.severity_at_3.share),
                    percent(f.severity_at_end.share),
                    seconds(f.found_s[0]),
                    seconds(f.right_s[0]),
                    seconds(f.right_s[1]),
                    seconds(f.clear_s[0]),
                    seconds(f.start_error_s),
                    percent(f.unknown),
                    number(f.incidents, 1),
                ]
            )
    yield from table(heads, cells)
    yield from _twofold(main)


def _twofold(main: Sequence[Scored]) -> Iterator[str]:
    both = figures(one for one in main if one.rule == OUTSCOPE).both
    if both.of:
        yield (
            "Where two disruptions of one service ran at once, two incidents were opened in"
            f" {both.count} of {both.of} plays.\n"
        )


def right_by_scenario(main: Sequence[Scored]) -> Iterator[str]:
    """Scenario by rule: right three minutes in."""
    rules = list(by_rule(main))
    yield "## Right three minutes in, in %\n"
    yield from table(["scenario", *rules], list(_matrix(main, rules)))
    yield "## Plays with a fault of our own in which an incident was opened, in %\n"
    yield "Every such incident is false, for any service.\n"
    ours = [one for one in main if one.score.facts.family is Family.OURS]
    rows_ = [
        [name, *(percent(figures(_of(rule, found)).false_in_ours.share) for rule in rules)]
        for name, found in by_scenario(ours).items()
    ]
    yield from table(["scenario", *rules], rows_)


def _matrix(main: Sequence[Scored], rules: Sequence[str]) -> Iterator[list[str]]:
    for name, found in by_scenario(main).items():
        shares = [figures(_of(rule, found)).right_at_3.share for rule in rules]
        if not all(map(isnan, shares)):
            yield [name, *map(percent, shares)]


def _of(rule: str, found: Sequence[Scored]) -> list[Scored]:
    return [one for one in found if one.rule == rule]
