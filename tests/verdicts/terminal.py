"""The figures of a few runs as a compact table for the terminal, and the runs that went wrong."""

from collections.abc import Iterable, Iterator, Sequence
from statistics import median

from tests.verdicts.case import Case
from tests.verdicts.run import Scored

HEADS = (
    "scenario",
    "rule",
    "n",
    "found",
    "alarm",
    "+3min",
    "scope3",
    "end",
    "sev3",
    "sev.end",
    "F1r",
    "F1c",
    "found s",
    "right s",
    "start s",
    "in",
    "inc",
    "both",
    "unk",
    "f.inc",
    "f.alarm",
    "f.wide",
    "asked",
    "cpu s",
)

MOST = 6
"""False sayings of a run that are listed."""


def rows(found: Iterable[Scored]) -> Iterator[str]:
    """A line for each scenario and rule, and one for all scenarios together."""
    groups: dict[tuple[str, str], list[Scored]] = {}
    for one in found:
        groups.setdefault((one.score.facts.scenario, one.rule), []).append(one)
        groups.setdefault(("ALL", one.rule), []).append(one)
    order = sorted(groups, key=lambda key: key[0] == "ALL")
    yield _line(HEADS)
    yield from (_line([*key, *_figures(groups[key])]) for key in order)


def wrong(found: Iterable[Scored]) -> Iterator[str]:
    """Every run in which something was wrong, with what was said against what was true."""
    for one in found:
        score = one.score
        said = [
            f"{case.service} {line}"
            for case in score.cases
            for line in case.said
            if "WRONG" in line
        ]
        said += [
            f"{case.service} never found"
            for case in score.cases
            if case.known and not case.detected
        ]
        for name in ("false_incidents", "false_alarms", "false_wide"):
            texts = getattr(score, name)
            said += [f"{name}: {text}" for text in texts[:MOST]]
            said += [f"{name}: and {len(texts) - MOST} more"] if len(texts) > MOST else []
        if said:
            yield f"{score.facts.scenario} seed {score.facts.seed} {one.rule}"
            yield from (f"    {text}" for text in said)


def _figures(found: Sequence[Scored]) -> list[str]:
    every = [case for one in found for case in one.score.cases]
    cases = [case for case in every if case.known]
    starts = [case.start_error_s for case in cases if case.start_error_s is not None]
    both = [case.both for case in cases if case.both is not None]
    return [
        str(len(found)),
        _share([case.detected for case in cases]),
        _share([case.right_at_alarm for case in cases]),
        _share([case.right_at_3 for case in every]),
        _share([case.scope_at_3 for case in every]),
        _share([case.right_at_end for case in every]),
        _share([case.severity_at_3 for case in cases]),
        _share([case.severity_at_end for case in cases]),
        _mean([case.f1_regions for case in cases]),
        _mean([case.f1_components for case in cases]),
        _median([case.found_after_s for case in cases]),
        _median([case.right_after_s for case in cases]),
        _median([case.clear_after_s for case in cases if case.detected]),
        f"{median(starts):.0f}" if starts else "-",
        _share([bool(case.start_within) for case in cases if case.start_within is not None]),
        _mean([case.incidents for case in cases]),
        _share(both),
        _unknown(cases),
        str(sum(len(one.score.false_incidents) for one in found)),
        str(sum(len(one.score.false_alarms) for one in found)),
        str(sum(len(one.score.false_wide) for one in found)),
        str(sum(one.cost.asked for one in found)),
        f"{sum(one.cost.cpu_s for one in found) / len(found):.1f}",
    ]


def _unknown(cases: Sequence[Case]) -> str:
    lasted = sum(case.lasts_s for case in cases)
    return f"{100 * sum(case.unknown_s for case in cases) / lasted:.0f}" if lasted else "-"


def _share(values: Sequence[bool]) -> str:
    return f"{100 * sum(values) / len(values):.0f}" if values else "-"


def _mean(values: Sequence[float]) -> str:
    return f"{sum(values) / len(values):.2f}" if values else "-"


def _median(values: Sequence[float | None]) -> str:
    if not values:
        return "-"
    middle = median(float("inf") if value is None else value for value in values)
    return "never" if middle == float("inf") else f"{middle:.0f}"


def _line(words: Sequence[str]) -> str:
    widths = (26, 12, 3, *([7] * (len(words) - 3)))
    return " ".join(
        f"{word:<{width}}" if place < 2 else f"{word:>{width}}"
        for place, (word, width) in enumerate(zip(words, widths, strict=True))
    )
