"""What was to be reached, beside what was measured."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import NamedTuple

from coordinator.evaluation.names import OUTSCOPE
from tests.verdicts.calibration import calibration_error
from tests.verdicts.chance import at_least, at_most
from tests.verdicts.figures import Figures, by_scenario, figures
from tests.verdicts.plan import TRIALS
from tests.verdicts.run import Scored
from tests.verdicts.table import number, part, plural, seconds

Parts = Mapping[str, Sequence[Scored]]
YEAR_DAYS = 365.0
MEDIANS = (
    ("service-100", 60),
    ("service-10", 120),
    ("component-30", 90),
    ("region-100", 120),
    ("region-30", 210),
)
AT_3, QUIET, NOISY, CALIBRATION = 0.97, 0.5, 6.0, 0.05


class Row(NamedTuple):
    """What is wanted, what was measured over how much, and whether that is enough."""

    what: str
    wanted: str
    measured: str
    over: str
    met: str


def rows(parts: Parts, interval_s: float) -> Iterator[Row]:
    """All rows for our rule."""
    main, timed = ours(parts.get("main", ())), ours(parts.get("timed", ()))
    whole = figures(main)
    strong = whole.strong_at_3
    yield Row(
        "scope, regions and components right three minutes in, failing share >= 10 %",
        f"{AT_3:.0%}".replace("%", " %"),
        part(strong),
        f"{strong.of} disruptions",
        _met(strong.share >= AT_3),
    )
    yield from _medians(by_scenario([*main, *timed]))
    yield _quiet("normal noise", QUIET, figures(ours(parts.get("quiet", ()))))
    yield _quiet("doubled noise and bursts", NOISY, figures(ours(parts.get("noisy", ()))))
    yield _trials([*main, *timed, *ours(parts.get("trials", ()))])
    error = calibration_error(whole.samples)
    yield Row(
        "calibration error (ECE) of the confidence",
        f"{CALIBRATION}",
        number(error, 3),
        f"{sum(whole.samples.values()):,} samples",
        _met(error <= CALIBRATION),
    )
    yield Row(
        "error of the start, median",
        f"one interval ({interval_s:.0f} s)",
        f"{seconds(whole.start_error_s)} s",
        f"{whole.start_within.of} incidents",
        _met(whole.start_error_s <= interval_s),
    )


def ours(found: Iterable[Scored]) -> list[Scored]:
    """The scores of our rule alone."""
    return [one for one in found if one.rule == OUTSCOPE]


def _medians(scenarios: Mapping[str, list[Scored]]) -> Iterator[Row]:
    for name, limit in MEDIANS:
        median_s = figures(scenarios.get(name, [])).right_s[0]
        yield Row(
            f"median time to a right verdict, {name}",
            f"{limit} s",
            f"{seconds(median_s)} s",
            plural(len(scenarios.get(name, [])), "play"),
            _met(median_s <= limit),
        )


def _quiet(noise: str, limit: float, found: Figures) -> Row:
    days = found.target_days
    if not days:
        return Row(
            f"false incidents a target-year, {noise}", f"{limit}", "not run", "0 target-days", ""
        )
    count, year = found.false_incidents, YEAR_DAYS / days
    lower, upper = at_least(count) * year, at_most(count) * year
    return Row(
        f"false incidents a target-year, {noise}",
        f"{limit:g}",
        f"{count} seen: {count * year:.1f}, at most {upper:.1f}",
        f"{days:.0f} target-days",
        "yes" if upper <= limit else ("no" if lower > limit else "not shown: too few days"),
    )


def _trials(found: Sequence[Scored]) -> Row:
    trials = [one for one in found if one.score.facts.scenario in TRIALS]
    wrong = sum(bool(one.score.false_wide) for one in trials)
    upper = at_most(wrong) / len(trials) if trials else 1.0
    return Row(
        "false `system_wide` in trials of vantage, silence, key and one-region faults",
        "0 in 10,000",
        f"{wrong} (at most {100 * upper:.2f} % of all)",
        plural(len(trials), "trial"),
        _met(not wrong) if len(trials) >= 10_000 or wrong else "so far",
    )


def _met(is_met: bool) -> str:
    return "yes" if is_met else "no"
