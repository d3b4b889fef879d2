"""Tallies, which are made of all cells at once, against the same made cell by cell in plain
Python.
"""

from collections.abc import Sequence
from math import log
from random import Random

from hypothesis import given, settings
from hypothesis import strategies as st

from coordinator.domain.window.axes import CellKey
from coordinator.domain.window.tally import LEAST_SHARE, MOST_SHARE, NORMAL_SHARE, Tally, tallies
from tests.coordinator.domain.handmade import INTERVAL_MS, Seen, at, grid_of, some_axes
from worker.contract.outcome import Reason

AXES = some_axes(2, 3)


def onset(looks: Sequence[Seen], since: int, *, slow: bool) -> int:
    """The look that splits quiet from trouble best."""
    mine = sorted(
        (look for look in looks if at(look.at) >= since - INTERVAL_MS),
        key=lambda look: (at(look.at), look.component, look.region),  # else as they came
    )
    failed = [look.bad or (slow and look.slow) for look in mine]
    if not any(failed) or at(mine[-1].at) < since:
        return since
    return at(mine[max(range(len(mine)), key=lambda place: split(failed[place:]))].at)


def split(after: Sequence[bool]) -> float:
    """How much speaks for trouble in all of these looks, at their own share."""
    bad, good = sum(after), len(after) - sum(after)
    share = min(max(bad / len(after), LEAST_SHARE), MOST_SHARE)
    return bad * log(share / NORMAL_SHARE) + good * log((1 - share) / (1 - NORMAL_SHARE))


def plainly(looks: Sequence[Seen], since: int, *, slow: bool) -> Tally:
    """The tally of one cell's looks from a start on."""
    told = [(at(one.at), one.bad or (slow and one.slow), one) for one in looks]
    told.sort(key=lambda look: look[0])
    bads = [(moment, one) for moment, bad, one in told if bad and moment >= since]
    goods = [moment for moment, bad, _ in told if not bad]
    if not bads:
        return Tally(last_good=max(goods, default=None))
    first, last = bads[0][0], bads[-1][0]
    return Tally(
        last_good=max((moment for moment in goods if moment < first), default=None),
        first_bad=first,
        last_bad=last,
        first_good=min((moment for moment in goods if moment > last), default=None),
    )


@settings(max_examples=300, deadline=None)
@given(st.integers(0, 10**6), st.integers(0, 119), st.booleans(), st.sampled_from([1, 5, 0.001]))
def test_tallies_equal_those_made_cell_by_cell(
    seed: int, since: int, slow: bool, grain: float
) -> None:
    random = Random(seed)
    share = random.choice([0.0, 0.1, 0.5, 1.0])
    looks = [
        Seen(
            random.uniform(0, 119) // grain * grain,
            random.randrange(2),
            random.randrange(3),
            bad=random.random() < share,
            slow=random.random() < 0.3,
            reason=random.choice([Reason.TIMEOUT, Reason.STATUS]),
        )
        for _ in range(random.randint(0, 80))
    ]
    cells: list[CellKey] = [key for key in AXES.every if random.random() < 0.7]
    mine = {
        key: [one for one in looks if AXES.every[one.component * 3 + one.region] == key]
        for key in cells
    }
    every = [one for found in mine.values() for one in found]
    start = onset(every, at(since), slow=slow)
    found = tallies(grid_of(AXES, looks), cells, at(since), slow=slow)
    assert found == {key: plainly(seen, start, slow=slow) for key, seen in mine.items()}
