"""The tables of the proof, with what is there so far and how certain it is."""

from collections.abc import Iterable, Iterator, Sequence
from itertools import groupby

from tests.verdicts.calibration import Samples, bins, calibration_error, together
from tests.verdicts.chance import TAIL, at_least, at_most, shares_within
from tests.verdicts.proof.outcome import Outcome
from tests.verdicts.proof.trials import FAULTS, GROUPS, PLAYS, REGIMES, Group, first_seed
from tests.verdicts.table import NOTHING, number, plural, table

YEAR_DAYS = 365.0
SOME = 30
"""Samples from which on a row of confidence is shown."""


def report(found: Sequence[Outcome], key: str) -> Iterator[str]:
    """All tables as Markdown."""
    yield (
        f"{plural(len(found), 'trial')} of {sum(group.wanted for group in GROUPS):,}, by `{key}`."
        " In brackets is where the true value lies with 95 % certainty: Wilson for shares, exact"
        " Poisson for counts.\n"
    )
    yield from _faults(found)
    yield from _by_scenario(found)
    yield from _quiet(found)
    yield from _plays(found)
    yield from _confidence(found)
    yield from _seeds(found)


def of_group(found: Iterable[Outcome], group: Group) -> list[Outcome]:
    """The outcomes of one group."""
    return [one for one in found if (one.part, one.fleet) == (group.part, group.fleet)]


def _faults(found: Sequence[Outcome]) -> Iterator[str]:
    yield "### Faults of our own and of one region\n"
    yield "Trials in which something was said without reason, and how many in 10,000 that makes.\n"
    rows = []
    for group in GROUPS:
        if group.part == FAULTS:
            some = of_group(found, group)
            wrong = [sum(map(bool, values)) for values in zip(*map(_wrong, some), strict=True)]
            rows.append(
                [
                    group.fleet,
                    f"{len(some):,} of {group.wanted:,}",
                    *(_share(count, len(some)) for count in wrong or (0, 0)),
                    _per_10_000(wrong[1] if wrong else 0, len(some)),
                ]
            )
    heads = (
        "fleet",
        "trials",
        "false incident %",
        "false `system_wide` %",
        "false `system_wide` in 10,000",
    )
    yield from table(heads, rows)


def _wrong(one: Outcome) -> tuple[int, int]:
    return one.false_incidents, one.false_wide


def _by_scenario(found: Sequence[Outcome]) -> Iterator[str]:
    rows = []
    for name, some in _groups(found, FAULTS):
        rows.append(
            [
                name,
                str(len(some)),
                _share(sum(bool(one.false_incidents) for one in some), len(some)),
                _share(sum(bool(one.false_wide) for one in some), len(some)),
            ]
        )
    yield from table(("scenario", "trials", "false incident %", "false `system_wide` %"), rows)


def _quiet(found: Sequence[Outcome]) -> Iterator[str]:
    yield "### Quiet days by noise and fleet\n"
    rows = []
    for group in GROUPS:
        if group.part in REGIMES:
            some = of_group(found, group)
            days, count = (
                sum(one.target_days for one in some),
                sum(one.false_incidents for one in some),
            )
            rows.append(
                [
                    group.part,
                    group.fleet,
                    f"{days:,.0f}",
                    str(count),
                    _rate(count, YEAR_DAYS / days if days else None),
                ]
            )
    heads = ("noise", "fleet", "target-days", "false incidents", "a target-year")
    yield from table(heads, rows)


def _plays(found: Sequence[Outcome]) -> Iterator[str]:
    yield "### Disruptions\n"
    rows = []
    for name, some in _groups(found, PLAYS):
        cases = sum(one.cases for one in some)
        counts = (
            sum(one.found for one in some),
            sum(one.right_at_3 for one in some),
            sum(one.severity_at_3 for one in some),
            sum(one.severity_at_end for one in some),
        )
        rows.append([name, str(cases), *(_share(count, cases) for count in counts)])
    heads = (
        "scenario",
        "disruptions",
        "found %",
        "right at 3 min %",
        "severity at 3 min %",
        "severity at the end %",
    )
    yield from table(heads, rows)


def _confidence(found: Sequence[Outcome]) -> Iterator[str]:
    yield "### Confidence by fleet and scope\n"
    rows, details = [], []
    for fleet in dict.fromkeys(group.fleet for group in GROUPS):
        samples = together(one.samples for one in found if one.fleet == fleet)
        for scope in ("", *sorted({sample.scope for sample in samples})):
            some = _of_scope(samples, scope)
            if not some:
                continue
            title = scope or "all"
            rows.append(
                [fleet, title, f"{sum(some.values()):,}", number(calibration_error(some), 3)]
            )
            details += [
                [
                    fleet,
                    title,
                    f"{one.low:g} to {one.high:g}",
                    f"{one.samples:,}",
                    number(one.confidence, 3),
                    number(one.right, 3),
                ]
                for one in bins(some)
                if scope and one.samples >= SOME
            ]
    yield from table(("fleet", "scope said", "samples", "ECE"), rows)
    heads = ("fleet", "scope said", "confidence", "samples", "its mean", "share right")
    yield from table(heads, details)


def _of_scope(samples: Samples, scope: str) -> Samples:
    return Samples({one: n for one, n in samples.items() if scope in ("", one.scope)})


def _seeds(found: Sequence[Outcome]) -> Iterator[str]:
    yield "### Seeds\n"
    rows = []
    for group in GROUPS:
        some = of_group(found, group)
        if some:
            low, high = min(one.seed for one in some), max(one.seed for one in some)
            planned = f"{first_seed(group):,} to {first_seed(group) + group.wanted - 1:,}"
            rows.append([group.part, group.fleet, f"{low:,} to {high:,}", planned])
    yield from table(("part", "fleet", "seeds so far", "of"), rows)


def _groups(found: Sequence[Outcome], part: str) -> Iterator[tuple[str, list[Outcome]]]:
    some = sorted((one for one in found if one.part == part), key=_scenario)
    for name, group in groupby(some, key=_scenario):
        yield name, list(group)


def _scenario(one: Outcome) -> str:
    return one.scenario


def _share(count: int, of: int) -> str:
    if not of:
        return NOTHING
    low, high = shares_within(count, of)
    return f"{100 * count / of:.1f} ({100 * low:.1f} to {100 * high:.1f})"


def _per_10_000(count: int, of: int) -> str:
    return _rate(count, 10_000 / of if of else None)


def _rate(count: int, factor: float | None) -> str:
    if factor is None:
        return NOTHING
    low, high = at_least(count, TAIL) * factor, at_most(count, TAIL) * factor
    return f"{count * factor:.2f} ({low:.2f} to {high:.2f})"
