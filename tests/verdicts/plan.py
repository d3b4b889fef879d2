"""The plan: which plays go into which part of the table."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from coordinator.evaluation.names import OUTSCOPE, RULES
from coordinator.evaluation.simulator import DOUBLED, NORMAL, SCENARIOS, Noise, Scenario, Shape
from coordinator.evaluation.simulator.fleet.shape import Looks
from tests.verdicts.run import Job

HOUR_MS = 3_600_000
DAYS = ("quiet-day", "noisy-day")
TIMED = ("service-100", "service-10", "component-30", "region-100", "region-30")
"""Their median times are promised, so they are played more often."""
TRIALS = (
    "worker-network-dead",
    "worker-dns-dead",
    "worker-clock-off",
    "worker-starved",
    "worker-half-dead",
    "worker-sick-25",
    "worker-sick-10",
    "region-sick-50",
    "region-sick-15",
    "third-sick-15",
    "provider-sick-20",
    "resolver-sick-20",
    "region-workers-dead",
    "provider-dead",
    "bad-release",
    "region-silent",
    "all-but-one-silent",
    "key-revoked",
    "no-network",
    "region-100",
    "region-30",
    "region-10",
    "unreachable-region",
    "region-asn",
    "component-in-region",
    "component-in-region-50",
    "sick-region-100",
    "sick-region-30",
    "slow-region",
)
"""Faults of a vantage point, silence, a key, or one region: nothing is system-wide in any."""
TRIAL_MS = 35 * 60_000
FIRST_TRIAL = 1_000_000
LONG = ("swing-day",)
"""They take as long as many others: one seed has to do."""
RECORD_MS = 85 * 60_000
"""Of a real incident its first hour or so is played."""
QUIET_MS = 12 * HOUR_MS
QUIET_OTHERS = (4,) * 8
SMALL = Shape(5, 1)


@dataclass(frozen=True, slots=True)
class Wanted:
    """What to play. `looks` is that of the parts that do not say otherwise."""

    seeds: tuple[int, ...]
    rules: tuple[str, ...] = RULES
    scenarios: tuple[str, ...] = tuple(name for name in SCENARIOS if name not in DAYS)
    regions: int = 8
    workers: int = 2
    looks: Looks = "each"
    timed_seeds: int = 8
    shared_seeds: int = 1
    """On other fleets."""
    quiet_halves: int = 2
    """Half days for all rules, of normal and of doubled noise."""
    alone_halves: int = 6
    """Half days of normal noise for ours alone."""
    trials: int = 0
    confirm: bool = False
    records: Mapping[str, Scenario] = field(default_factory=dict)
    most_records: int = 24

    @property
    def shape(self) -> Shape:
        """The fleet."""
        return Shape(self.regions, self.workers, looks=self.looks)

    @property
    def quiet_shape(self) -> Shape:
        """The fleet of quiet days: nine services, so that each day tells nine times as much."""
        return Shape(
            self.regions, self.workers, components=4, others=QUIET_OTHERS, looks=self.looks
        )


def parts(wanted: Wanted) -> Mapping[str, list[Job]]:
    """The jobs of each part, the long ones first."""
    found = {
        "noisy": list(_quiet(wanted, DOUBLED, wanted.quiet_halves, wanted.rules)),
        "quiet": [
            *_quiet(wanted, NORMAL, wanted.quiet_halves, wanted.rules),
            *_quiet(wanted, NORMAL, wanted.alone_halves, (OUTSCOPE,), wanted.quiet_halves),
        ],
        "records": list(_records(wanted)),
        "main": jobs_for(wanted.scenarios, wanted.seeds, wanted.rules, wanted.shape),
        "timed": jobs_for(TIMED, _more(wanted), (OUTSCOPE,), wanted.shape),
        "shared": _elsewhere(wanted, Shape(wanted.regions, wanted.workers, looks="shared")),
        "small": _elsewhere(wanted, SMALL),
        "trials": list(_trials(wanted)),
        "confirm": list(_confirm(wanted)),
    }
    return {name: jobs for name, jobs in found.items() if jobs}


def jobs_for(
    scenarios: Sequence[str], seeds: Sequence[int], rules: Sequence[str], shape: Shape
) -> list[Job]:
    """Every scenario with every seed; a quiet day is an hour here."""
    return [
        Job(name, seed, tuple(rules), shape, lasts_ms=HOUR_MS if name in DAYS else None)
        for name in scenarios
        for seed in (seeds[:1] if name in LONG else seeds)
    ]


def _more(wanted: Wanted) -> range:
    """The seeds after the last."""
    first = max(wanted.seeds) + 1
    return range(first, first + wanted.timed_seeds)


def _quiet(
    wanted: Wanted, noise: Noise, halves: int, rules: tuple[str, ...], skipped: int = 0
) -> Iterator[Job]:
    first = wanted.seeds[0] + skipped
    for seed in range(first, first + halves):
        yield Job("quiet-day", seed, rules, wanted.quiet_shape, noise, lasts_ms=QUIET_MS)


def _elsewhere(wanted: Wanted, shape: Shape) -> list[Job]:
    """The same on another fleet, for ours alone."""
    return jobs_for(wanted.scenarios, wanted.seeds[: wanted.shared_seeds], (OUTSCOPE,), shape)


def _trials(wanted: Wanted) -> Iterator[Job]:
    for n in range(wanted.trials):
        name = TRIALS[n % len(TRIALS)]
        yield Job(name, FIRST_TRIAL + n, (OUTSCOPE,), wanted.shape, at_most_ms=TRIAL_MS)


def _records(wanted: Wanted) -> Iterator[Job]:
    """Evenly from all of them, by their names."""
    names = sorted(wanted.records)
    count = min(wanted.most_records, len(names))
    for n in range(count):
        one = wanted.records[names[n * len(names) // count]]
        yield Job(one, wanted.seeds[0], (OUTSCOPE,), wanted.shape, at_most_ms=RECORD_MS)


def _confirm(wanted: Wanted) -> Iterator[Job]:
    if wanted.confirm:
        for name in wanted.scenarios:
            yield Job(name, wanted.seeds[0], (OUTSCOPE,), wanted.shape, confirm=True)
