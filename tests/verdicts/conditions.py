"""The sections on other conditions: quiet days, shared looks, extra looks."""

from collections.abc import Iterable, Iterator, Mapping, Sequence

from coordinator.evaluation.names import OUTSCOPE
from tests.verdicts.chance import at_most
from tests.verdicts.columns import FALSE, RIGHT, TIMES
from tests.verdicts.figures import Figures, by_rule, figures
from tests.verdicts.reach import YEAR_DAYS, Parts, ours
from tests.verdicts.run import Scored
from tests.verdicts.table import table


def quiet(parts: Parts) -> Iterator[str]:
    """False incidents when nothing happens."""
    yield "## Quiet days\n"
    yield (
        "Nothing happens but the noise of the internet. The rate is that of the incidents seen;"
        " with 95 % certainty it is not above the last column.\n"
    )
    rows_ = []
    for title, name in (("normal", "quiet"), ("doubled", "noisy")):
        for rule, found in by_rule(parts.get(name, ())).items():
            rows_.append([rule, title, *_rates(figures(found))])
    heads = ("rule", "noise", "target-days", "incidents", "a target-year", "at most")
    yield from table(heads, rows_)
    yield from _blips(parts.get("main", ()))


def _rates(found: Figures) -> list[str]:
    year = YEAR_DAYS / found.target_days
    count = found.false_incidents
    return [
        f"{found.target_days:.0f}",
        str(count),
        f"{count * year:.1f}",
        f"{at_most(count) * year:.1f}",
    ]


def _blips(main: Sequence[Scored]) -> Iterator[str]:
    blips = by_rule(one for one in main if one.score.facts.scenario == "blip-30s")
    if blips:
        told = ", ".join(
            f"{rule} {sum(bool(one.score.false_incidents) for one in f)}"
            for rule, f in blips.items()
        )
        runs = len(next(iter(blips.values())))
        yield (
            f"The whole service failing for 30 s is no incident. Plays of {runs} in which one was"
            f" opened: {told}.\n"
        )


def shared(parts: Parts) -> Iterator[str]:
    """Our rule when workers share the looks, and when there are few."""
    found, small = parts.get("shared", ()), parts.get("small", ())
    if found:
        yield "## Looks shared by the workers of a region, and a small fleet\n"
        yield (
            "By itself a live fleet lets one worker of a region take each look. A small fleet here"
            " is five regions with one worker each. The same seeds:\n"
        )
        same = _same_seeds(parts, found)
        yield from _beside(
            {
                "every worker takes every look": figures(same),
                "one takes each": figures(found),
                "five regions, one worker each": figures(small),
            }
        )


def confirmed(parts: Parts) -> Iterator[str]:
    """Our rule when it may ask for extra looks."""
    found = parts.get("confirm", ())
    if found:
        asked, heard = sum(one.cost.asked for one in found), sum(one.cost.results for one in found)
        share = 100 * asked / heard
        yield "## With extra looks\n"
        yield (
            f"It may ask for extra looks to confirm or deny, and did for {share:.2f} % of all. The"
            " same seeds:\n"
        )
        yield from _beside(
            {"no extra looks": figures(_same_seeds(parts, found)), "extra looks": figures(found)}
        )


def _same_seeds(parts: Parts, found: Iterable[Scored]) -> list[Scored]:
    seeds = {one.score.facts.seed for one in found}
    return [one for one in ours(parts.get("main", ())) if one.score.facts.seed in seeds]


def _beside(by: Mapping[str, Figures]) -> Iterator[str]:
    for columns in (RIGHT, TIMES, FALSE):
        heads = [OUTSCOPE, *(column.head for column in columns)]
        yield from table(
            heads, [[title, *(c.text(c.value(f)) for c in columns)] for title, f in by.items()]
        )
