"""The columns of the summary, which of them are better high or low, and who leads in each."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from math import isnan
from typing import NamedTuple

from tests.verdicts.figures import Figures
from tests.verdicts.table import number, percent, seconds


class Column(NamedTuple):
    """A figure of a rule: its heading, the phrase that it goes by in a sentence, its value and how
    that is written.
    """

    head: str
    phrase: str
    value: Callable[[Figures], float]
    text: Callable[[float], str]
    low_is_better: bool = False


def _percent(value: float) -> str:
    return percent(value)


RIGHT: Sequence[Column] = (
    Column("found %", "disruptions found (%)", lambda f: f.found.share, _percent),
    Column(
        "right at alarm %", "right at the alarm (%)", lambda f: f.right_at_alarm.share, _percent
    ),
    Column(
        "right at 3 min %", "right three minutes in (%)", lambda f: f.right_at_3.share, _percent
    ),
    Column(
        "scope at 3 min %",
        "scope right three minutes in (%)",
        lambda f: f.scope_at_3.share,
        _percent,
    ),
    Column("right at the end %", "right at the end (%)", lambda f: f.right_at_end.share, _percent),
    Column(
        "severity at 3 min %",
        "severity right three minutes in (%)",
        lambda f: f.severity_at_3.share,
        _percent,
    ),
    Column(
        "severity at the end %",
        "severity right at the end (%)",
        lambda f: f.severity_at_end.share,
        _percent,
    ),
    Column("F1 regions", "F1 of regions", lambda f: f.f1_regions, number),
    Column("F1 components", "F1 of components", lambda f: f.f1_components, number),
    Column("`unknown` %", "time said to be unknown (%)", lambda f: f.unknown, _percent, True),
)
TIMES: Sequence[Column] = (
    Column(
        "first alarm s", "median time to the first alarm (s)", lambda f: f.found_s[0], seconds, True
    ),
    Column(
        "p90 s",
        "90 % quantile of the time to the first alarm (s)",
        lambda f: f.found_s[1],
        seconds,
        True,
    ),
    Column("right s", "median time to a right verdict (s)", lambda f: f.right_s[0], seconds, True),
    Column(
        "p90 s",
        "90 % quantile of the time to a right verdict (s)",
        lambda f: f.right_s[1],
        seconds,
        True,
    ),
    Column("never right %", "never right (%)", lambda f: f.never_right.share, _percent, True),
    Column(
        "clear s", "median time from the end to well (s)", lambda f: f.clear_s[0], seconds, True
    ),
    Column(
        "p90 s",
        "90 % quantile of the time from the end to well (s)",
        lambda f: f.clear_s[1],
        seconds,
        True,
    ),
    Column(
        "start off by s", "median error of the start (s)", lambda f: f.start_error_s, seconds, True
    ),
    Column(
        "start within %",
        "start within the interval stated (%)",
        lambda f: f.start_within.share,
        _percent,
    ),
)
FALSE: Sequence[Column] = (
    Column(
        "our fault, incident %",
        "plays with a fault of ours in which an incident was opened (%)",
        lambda f: f.false_in_ours.share,
        _percent,
        True,
    ),
    Column(
        "false incidents",
        "false incidents",
        lambda f: f.false_incidents,
        lambda v: f"{v:.0f}",
        True,
    ),
    Column(
        "false `system_wide`",
        "false verdicts `system_wide`",
        lambda f: f.false_wide,
        lambda v: f"{v:.0f}",
        True,
    ),
    Column(
        "in plays",
        "plays with such a verdict",
        lambda f: f.false_wide_runs,
        lambda v: f"{v:.0f}",
        True,
    ),
    Column(
        "says `unknown` where nobody can know %",
        "`unknown` where nobody can know (%)",
        lambda f: f.unknowable_at_3.share,
        _percent,
    ),
)


def leads(
    all_figures: Mapping[str, Figures], ours: str, columns: Sequence[Column]
) -> Iterator[str]:
    """A sentence for each column in which another rule does better than ours as it is written
    there.
    """
    for column in columns:
        own, better = column.value(all_figures[ours]), {}
        for rule, found in all_figures.items():
            value = column.value(found)
            if (
                rule != ours
                and column.text(value) != column.text(own)
                and _beats(value, own, column.low_is_better)
            ):
                better[rule] = value
        if better:
            told = ", ".join(
                f"{rule} {column.text(value)}" for rule, value in _sorted(better, column)
            )
            yield f"{column.phrase}: {told}; {ours} {column.text(own)}"


def _beats(value: float, own: float, low: bool) -> bool:
    if isnan(value) or isnan(own):
        return False
    return value < own if low else value > own


def _sorted(better: Mapping[str, float], column: Column) -> list[tuple[str, float]]:
    return sorted(better.items(), key=lambda item: item[1] if column.low_is_better else -item[1])
