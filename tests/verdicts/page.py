"""The page: all sections, with how each figure is counted."""

from collections.abc import Iterable, Iterator, Sequence
from math import log10

from tests.verdicts import conditions, sections
from tests.verdicts.calibration import bins, calibration_error, only, states_confidence
from tests.verdicts.figures import by_rule, figures
from tests.verdicts.plan import Wanted
from tests.verdicts.reach import Parts
from tests.verdicts.real import real
from tests.verdicts.run import Scored
from tests.verdicts.table import NOTHING, number, plural, table

DIAGRAM = "calibration.svg"
COUNTED = """\
## How it is counted

- A *disruption* is one service that fails in one play. It is *right* when scope, regions and
  components are exactly the truth; for 90 s after the truth changes, what was true before counts as
  right too. Of two disruptions of one service at once, either is right. Where nobody can know how
  far it reaches, `unknown` is right, and so is an
  incident of scope `unknown` of what fails; any other is false.
- *Found*: something is said to be wrong, by a verdict or an incident, until 2 min after the end.
  The *alarm* is the opening of the incident, or the first such verdict when none is opened. *The
  end* is the disruption's last moment.
- The *severity* is right when it is that of what is true: an outage from 80 % failing on, degraded
  below and for slow answers; its reach does not matter, but a disruption must be named.
- *F1* compares the regions (or components) named three minutes in with the true ones; 0 when
  nothing is named.
- *Clear*: from the end of what was found until all is said to be well, in the verdict; incidents
  resolve later.
- *Start off by*: how far the first moment at which the incident is said to have surely begun is
  from the true start; *within*: the true start is in the interval stated. Both only for incidents
  that were opened.
- An incident is *false* when nothing that it names fails then, or did up to 2 min before. A
  `system_wide` is false when nothing is system-wide then, or was up to 2 min before.
- Confidence is compared each half minute after the warm-up with whether the standing verdict is
  right, in quiet time and in disruptions, from their first moment to after their last. `unknown`
  claims nothing and is left out.
- `never` is longer than any time. Percentages are rounded down.
- The other rules are read from public sources, in their favour where these leave a choice. Their
  products look in ways of their own; here all rules see the same looks.
"""


def page(parts: Parts, wanted: Wanted, command: str, proved: str = "") -> str:
    """The whole page, with the section of the proof that it had."""
    return "\n".join([*_lines(parts, wanted, command, proved)])


def _lines(parts: Parts, wanted: Wanted, command: str, proved: str) -> Iterator[str]:
    main = parts.get("main", ())
    yield from _head(wanted, command)
    yield from sections.reached(parts, wanted.shape.interval_ms / 1000)
    yield from sections.compared(main)
    yield from sections.in_each_scenario(main)
    yield from sections.right_by_scenario(main)
    yield from conditions.quiet(parts)
    yield from conditions.shared(parts)
    yield from conditions.confirmed(parts)
    yield from _confidence(main)
    yield from real(parts.get("records", ()), len(wanted.records))
    yield proved + COUNTED
    yield from _cost(main)


def _head(wanted: Wanted, command: str) -> Iterator[str]:
    shape = wanted.shape
    seeds = ", ".join(map(str, wanted.seeds))
    yield "# How often verdicts are right\n"
    yield (
        f"Written by `{command}`: the same command gives the same figures, but for the last"
        " section."
    )
    yield (
        "A [simulated internet](../how-to/simulate.md) plays known disruptions, faults of our own"
        " and quiet days; each rule judges what workers would have reported, and is compared with"
        " the truth.\n"
    )
    yield (
        f"The fleet: {shape.regions} regions with {plural(shape.workers, 'worker')} each, a look"
        f" every {shape.interval_ms // 1000} s by"
        f" {'every worker' if wanted.looks == 'each' else 'one worker of a region'}, services of"
        " 10, 4 and 4 components (nine of 4 on quiet days), no extra looks to confirm. Seeds:"
        f" {seeds}; those used to tune the judge are below 1000.\n"
    )


def _confidence(main: Iterable[Scored]) -> Iterator[str]:
    yield "## Confidence\n"
    for rule, found in by_rule(main).items():
        samples = figures(found).samples
        if not states_confidence(samples):
            continue
        yield (
            f"{rule.capitalize()} states how sure it is. Expected calibration error over"
            f" {sum(samples.values()):,} samples: {calibration_error(samples):.3f}; of those that"
            f" name a disruption {calibration_error(only(samples, named=True)):.3f}; without the"
            f" first 90 s after each change {calibration_error(only(samples, settled=True)):.3f}.\n"
        )
        yield f"![Confidence stated and share right](../images/{DIAGRAM})\n"
        rows = [
            [
                f"{b.low:g} to {b.high:g}",
                f"{b.samples:,}",
                number(b.confidence, 3),
                number(b.right, 3),
            ]
            for b in bins(samples)
        ]
        yield from table(("confidence", "samples", "its mean", "share right"), rows)
    yield "The other rules state no confidence.\n"


def _cost(main: Sequence[Scored]) -> Iterator[str]:
    yield "## Cost\n"
    yield "Measured while writing this page, and therefore another on each machine; two digits.\n"
    rows = []
    for rule, found in by_rule(main).items():
        cpu_s = sum(one.cost.cpu_s for one in found)
        cell_minutes = sum(one.cost.cells * one.cost.minutes for one in found)
        rate = sum(one.cost.results for one in found) / cpu_s if cpu_s else 0.0
        rows.append([rule, _two_digits(1000 * 1000 * cpu_s / cell_minutes), _two_digits(rate)])
    yield from table(("rule", "CPU ms for 1,000 cells and a minute", "results/s"), rows)


def _two_digits(value: float) -> str:
    if value <= 0:
        return NOTHING
    places = 1 - int(log10(value) // 1)
    return f"{round(value, places):,.{max(0, places)}f}"
