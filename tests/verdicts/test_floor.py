"""A small part of the table of verdicts, held to floors: a change that makes the judge worse is
seen here first.

The whole table is `make verdicts`. The floors are what was measured, less a margin for a play or
two.
"""

import pytest

from coordinator.evaluation.names import OUTSCOPE
from coordinator.evaluation.simulator import Shape
from tests.verdicts.figures import Figures, figures
from tests.verdicts.plan import jobs_for
from tests.verdicts.run import Scored, run
from tests.verdicts.terminal import wrong

pytestmark = pytest.mark.slow

SEED = 1000
DISRUPTIONS = (
    "service-100",
    "service-10",
    "component-30",
    "region-100",
    "region-30",
    "component-in-region",
    "cdn-everywhere",
    "third-silent",
    "region-after-region",
)
OURS = ("worker-half-dead", "region-workers-dead", "bot-wall", "all-but-one-silent")
RIGHT_AT_3, RIGHT_AT_END = 0.9, 0.9
START_ERROR_S = 30.0
RIGHT_S = 90.0


@pytest.fixture(scope="module")
def found() -> list[Scored]:
    jobs = jobs_for((*DISRUPTIONS, *OURS), (SEED,), (OUTSCOPE,), Shape())
    return [one for scored in run(jobs, 2) for one in scored]


@pytest.fixture(scope="module")
def measured(found: list[Scored]) -> Figures:
    print(*wrong(found), sep="\n")
    return figures(found)


def test_verdicts_are_right_three_minutes_in_and_at_the_end(measured: Figures) -> None:
    assert measured.found.share == 1
    assert measured.right_at_3.share >= RIGHT_AT_3
    assert measured.right_at_end.share >= RIGHT_AT_END
    assert measured.right_s[0] <= RIGHT_S


def test_a_fault_of_our_own_opens_no_incident(measured: Figures) -> None:
    assert measured.false_in_ours.of == len(OURS)
    assert measured.false_in_ours.count == 0
    assert measured.unknowable_at_3.share == 1


def test_nothing_is_called_system_wide_that_is_not(measured: Figures) -> None:
    assert measured.false_wide == 0


def test_the_start_is_known_to_an_interval(measured: Figures) -> None:
    assert measured.start_error_s <= START_ERROR_S
