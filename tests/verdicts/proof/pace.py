"""How fast trials run, and how long the rest of the promised size takes at that pace."""

from collections.abc import Iterator, Sequence
from statistics import fmean

from tests.verdicts.proof.outcome import Outcome
from tests.verdicts.proof.report import of_group
from tests.verdicts.proof.trials import GROUPS
from tests.verdicts.table import table

HOUR_S = 3600.0


def pace(found: Sequence[Outcome], jobs: int) -> Iterator[str]:
    """A table, and the hours that are left; for the terminal, as each machine has its own."""
    rows, left_s = [], 0.0
    for group in GROUPS:
        some = of_group(found, group)
        if some:
            each_s = fmean(one.took_s for one in some)
            missing_s = each_s * (group.wanted - len(some))
            left_s += missing_s
            rate = sum(one.results for one in some) / sum(one.took_s for one in some)
            rows.append(
                [
                    group.part,
                    group.fleet,
                    f"{each_s:.1f}",
                    f"{rate:,.0f}",
                    f"{missing_s / HOUR_S:.1f}",
                ]
            )
    heads = ("part", "fleet", "s a trial", "results/s, all of it", "process hours left")
    yield from table(heads, rows)
    yield f"The rest takes {left_s / HOUR_S / jobs:.1f} h in {jobs} processes, as far as was seen."
