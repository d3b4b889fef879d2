"""A short run of `make chaos`: the books balance, and nobody cries wolf."""

import pytest

from tests.chaos.costs import costs
from tests.chaos.faults import QUICK, Faults
from tests.chaos.installation import Installation

SEED = 3
SECONDS = 10.0
LONGEST_S = 2.0


@pytest.mark.slow
def test_whatever_happens_the_books_balance_and_nobody_cries_wolf(
    installation: Installation,
) -> None:
    with installation.running(apis=False):
        print(f"\nseed {SEED}", *installation.able.told(), sep="\n  ")
        happened = Faults(installation, SEED, QUICK, LONGEST_S).run(SECONDS)
        told = installation.settled()
    print(costs(told, happened), told.table(), sep="\n\n")
    assert told.twice == set()
    assert (told.incidents, told.notices) == (0, 0)
