"""The section on real incidents: how soon the scope was right, beside the vendor's first word."""

from collections.abc import Iterator, Sequence
from statistics import median
from typing import NamedTuple

from tests.verdicts.case import Case
from tests.verdicts.chance import middle
from tests.verdicts.figures import STRONG, Part
from tests.verdicts.run import Scored
from tests.verdicts.table import NOTHING, part, plural, seconds, table

HEADS = (
    "",
    "found",
    "right scope at some time",
    "all of it right at some time",
    "median s to the right scope",
    "vendor's first word, median",
    "right scope before the vendor's word",
)


class Real(NamedTuple):
    """How a rule did on a real incident, and how long after the start its vendor spoke."""

    case: Case
    vendor_s: float | None


def real(found: Sequence[Scored], known: int) -> Iterator[str]:
    """The section."""
    yield "## Real incidents\n"
    if not found:
        yield "No folder with records of real incidents was given, so none was played.\n"
        return
    yield (
        f"{len(found)} of {plural(known, 'record')} of real incidents, on the simulated fleet:"
        " their regions, their share of components, their failing shares (drawn where a record"
        " states none; most fail below a tenth), the first hour of each. The vendor's first word"
        " is counted from the start that it states.\n"
    )
    every = [Real(case, _vendor_s(one)) for one in found for case in one.score.cases]
    groups = {
        "all": every,
        "a tenth or more fails": [
            one for one in every if one.case.share >= STRONG and not one.case.slow
        ],
        "less fails": [one for one in every if one.case.share < STRONG and not one.case.slow],
        "only slow": [one for one in every if one.case.slow],
    }
    yield from table(HEADS, [_row(title, some) for title, some in groups.items() if some])


def _vendor_s(one: Scored) -> float | None:
    facts = one.score.facts
    return (
        None if facts.published_at is None else (facts.published_at - facts.truths[0].since) / 1000
    )


def _row(title: str, some: Sequence[Real]) -> list[str]:
    scopes = [one.case.scope_after_s for one in some]
    spoken = [one.vendor_s for one in some if one.vendor_s is not None]
    sooner = [
        one.case.scope_after_s is not None and one.case.scope_after_s < one.vendor_s
        for one in some
        if one.vendor_s is not None
    ]
    return [
        title,
        part(Part(len(some), sum(one.case.detected for one in some))),
        part(Part(len(some), sum(at is not None for at in scopes))),
        part(Part(len(some), sum(one.case.right_after_s is not None for one in some))),
        seconds(middle(scopes)),
        f"{median(spoken) / 60:.0f} min" if spoken else NOTHING,
        part(Part(len(sooner), sum(sooner))),
    ]
