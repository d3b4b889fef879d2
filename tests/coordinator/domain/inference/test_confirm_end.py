"""Extra looks that tell whether what is claimed is over."""

from collections import Counter
from itertools import pairwise

from coordinator.domain.inference.confirm import END_ROUNDS, Ask
from coordinator.domain.model.fitness import Fitness
from tests.coordinator.domain.inference.confirm_desk import CITIES, Desk, rich


def test_what_is_claimed_and_may_be_over_is_looked_at_again_where_it_is_claimed() -> None:
    desk = rich()
    mine = [desk.all_series["claude-c1"][city] for city in ("paris", "dublin")]
    desk.confirmation.foresee_end(mine)
    asked = desk.asks(5, [("c1", "dublin"), ("c1", "paris")])
    assert asked == [Ask("claude-c1", "paris", 1), Ask("claude-c1", "dublin", 1)]
    desk.confirmation.foresee_end(mine)
    assert desk.asks(6) == [], "a round takes a few seconds"
    desk.confirmation.foresee_end([])
    assert desk.asks(20) == [], "once it is over or goes on there is nothing to ask"


def test_of_an_end_there_are_two_rounds_a_slot_and_more_in_the_next() -> None:
    desk = rich()
    asked = []
    for second in range(60):
        desk.confirmation.foresee_end([desk.all_series["claude-c1"]["dublin"]])
        asked += [second for _ in desk.asks(second)]
    interval_s = desk.topology.checks[0].interval_ms // 1000
    slots = Counter(second // interval_s for second in asked)
    assert set(slots.values()) == {END_ROUNDS}
    assert all(later - earlier >= 5 for earlier, later in pairwise(asked))


def test_an_end_is_asked_for_within_the_budget_and_after_beginnings() -> None:
    desk = Desk()
    desk.earn(75)  # seven looks
    desk.fail(4)
    desk.confirmation.foresee_end(desk.all_series["claude-c2"].values())
    asked = desk.asks(5)
    assert [ask.check for ask in asked] == ["claude-c1"] * 5 + ["claude-c2"] * 2
    assert desk.asks(15) == [], "all is spent"


def test_an_unfit_region_tells_no_end() -> None:
    desk = rich()
    desk.fleet.standings["paris"] = (Fitness.UNFIT, "")
    desk.confirmation.foresee_end(desk.all_series["claude-c1"].values())
    assert {ask.region for ask in desk.asks(5)} == {*CITIES} - {"paris"}
