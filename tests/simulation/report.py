"""What a run tells."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field

from tests.simulation.faults import Fault
from tests.simulation.invariants import BrokenError, Totals
from tests.simulation.size import Size


@dataclass
class Report:
    """What came of a run."""

    seed: int
    faults: Sequence[Fault]
    totals: Totals = field(default_factory=Totals)
    kinds: Counter[str] = field(default_factory=Counter)
    simulated_s: float = 0.0
    events: int = 0
    cpu_s: float = 0.0
    leaders: int = 0
    broken: BrokenError | None = None


def table(report: Report, size: Size) -> str:
    """As rows to be read."""
    totals = report.totals
    rows = {
        "seed": report.seed,
        "regions": size.regions,
        "workers": size.workers,
        "simulated hours": round(report.simulated_s / 3600, 2),
        "faults": report.kinds.total(),
        "leaders, one after the other": report.leaders,
        "looks due": totals.due,
        "stored": totals.stored,
        "refused as too late": totals.late,
        "declared missing": totals.missing.total(),
        **{f"  {reason}": number for reason, number in sorted(totals.missing.items())},
        "unaccounted for, both, twice": totals.due - totals.stored - totals.late
        - totals.missing.total(),
        "extra looks stored": totals.extra,
        "verdicts": totals.verdicts,
        "  that something is wrong": totals.wrong,
        "events": report.events,
        "s of CPU": round(report.cpu_s),
        "events/s of CPU": round(report.events / max(0.001, report.cpu_s)),
    }  # fmt: skip
    kinds = " ".join(f"{kind} {number}" for kind, number in sorted(report.kinds.items()))
    return "\n".join([*(f"{name:<36}{value:>12}" for name, value in rows.items()), kinds])
