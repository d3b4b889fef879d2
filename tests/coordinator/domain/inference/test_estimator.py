from dataclasses import replace
from types import SimpleNamespace

import numpy as np
import pytest

from coordinator.domain.inference.abstention import OURS
from coordinator.domain.inference.claim import ALL_WELL
from coordinator.domain.inference.estimator import Estimator
from coordinator.domain.inference.finding import CALM
from coordinator.domain.model.horizon import NEVER
from coordinator.domain.model.topology import Topology
from coordinator.domain.vantages.fleet import Fleet
from coordinator.domain.window.look import Vote
from coordinator.domain.window.series import Series
from tests.coordinator.domain.handmade import RULES, at, code_of, net, series_of
from worker.contract.outcome import BLAME, Blame, Reason


class Desk:
    """The estimator of a service that one worker a region looks at each ten seconds."""

    def __init__(self, regions: int = 4, components: int = 2) -> None:
        self.topology: Topology = net(regions, {"claude": components})
        self.all_series: dict[str, dict[str, Series]] = {
            check.id: {region: series_of(check, region) for region in check.regions}
            for check in self.topology.checks
        }
        self.fleet = Fleet(self.topology, self.all_series, RULES)
        self.estimator = Estimator(
            self.topology.checks, self.all_series, self.topology, RULES, self.fleet
        )

    def look(self, seconds: float, vote: Vote = Vote.GOOD, **where: object) -> None:
        """One look at everything (or at these regions or checks) as this vote."""
        for check, all_series in self.all_series.items():
            for region, series in all_series.items():
                if where.get("check", check) == check and where.get("region", region) == region:
                    worker = self.fleet.worker(region, "w", at(seconds))
                    reason = where.get("reason")
                    series.add(code_of(seconds, vote, reason=reason, worker=worker.number))
                    worker.hear(series, at(seconds), vote is Vote.GOOD, made=True)
                    self.fleet.examine.add((region, "w"))
                    self.estimator.touched = True
                    if vote is Vote.BAD:
                        self.estimator.prefilter.note(
                            at(seconds), series.row, series.column, slow=False
                        )
        self.fleet.judge(at(seconds))

    def wrong(self, seconds: float) -> float:
        return self.estimator.estimate(at(seconds), [ALL_WELL], late_alarms=False, calm=False).wrong


def watched(**fields: int) -> Desk:
    desk = Desk(**fields)
    for n in range(10):
        desk.look(10 * n)
    return desk


def test_where_all_is_well_the_finding_is_calm_and_everybody_votes() -> None:
    desk = watched()
    estimate = desk.estimator.estimate(at(95), [ALL_WELL], late_alarms=False, calm=False)
    assert estimate.findings == (CALM,)
    assert estimate.coverage.votes.all()
    assert not desk.estimator.touched
    assert all(
        series.votes for all_series in desk.all_series.values() for series in all_series.values()
    )


def test_a_cell_votes_as_long_as_its_newest_look_is_fresh() -> None:
    desk = watched()
    desk.look(100, check="claude-c1")
    assert desk.estimator.peek(at(180), late_alarms=False).coverage.votes.all()
    votes = desk.estimator.estimate(
        at(181), [ALL_WELL], late_alarms=False, calm=False
    ).coverage.votes
    assert votes.tolist() == [[True] * 4, [False] * 4]
    assert desk.estimator.recheck_at == at(190) + 1, "the others are stale then"
    desk.estimator.estimate(at(191), [ALL_WELL], late_alarms=False, calm=False)
    assert desk.estimator.recheck_at >= NEVER


def test_what_a_cell_usually_fails_at_speaks_less() -> None:
    plain, used_to_it = watched(), watched()
    for series in used_to_it.all_series["claude-c1"].values():
        series.normal.looks, series.normal.bad = 10_000.0, 400.0
    for desk in (plain, used_to_it):
        desk.look(100, Vote.BAD, check="claude-c1", region="r1")
        desk.look(110, check="claude-c2")
        desk.look(110, Vote.BAD, check="claude-c1", region="r1")
    assert used_to_it.wrong(115) < 0.5 * plain.wrong(115)


def test_where_all_was_calm_only_what_the_prefilter_lets_through_is_weighed() -> None:
    desk = watched()
    desk.look(100, Vote.BAD, check="claude-c1", region="r1")
    desk.look(101, check="claude-c2")
    assert desk.estimator.estimate(at(105), [ALL_WELL], late_alarms=False, calm=True).findings == (
        CALM,
    )
    assert desk.estimator.estimate(at(105), [ALL_WELL], late_alarms=False, calm=False).wrong > 0
    for n in range(3):
        desk.look(106 + n, Vote.BAD, check="claude-c1")
        desk.look(106.5 + n, check="claude-c2")
    assert desk.estimator.estimate(at(110), [ALL_WELL], late_alarms=False, calm=True).wrong > 0.5


def test_a_failure_that_waits_for_its_worker_is_looked_at_again() -> None:
    desk = watched()
    desk.look(100, Vote.BAD)
    desk.estimator.estimate(at(105), [ALL_WELL], late_alarms=False, calm=False)
    assert desk.estimator.waiting
    desk.look(106, check="claude-c2")
    desk.estimator.estimate(at(107), [ALL_WELL], late_alarms=False, calm=False)
    assert not desk.estimator.waiting


@pytest.mark.parametrize(
    "reason", [reason for reason in Reason if BLAME[reason] in (Blame.PROBER, Blame.RESOLVER)]
)
def test_a_cell_that_abstains_says_why(reason: Reason) -> None:
    desk = Desk()
    for n in range(10):
        desk.look(10 * n, check="claude-c2")
        desk.look(10 * n, Vote.ABSTAINS, check="claude-c1", reason=reason)
    estimate = desk.estimator.peek(at(95), late_alarms=False)
    found = desk.estimator.abstentions(estimate.coverage.votes, at(95))
    assert found == {("c1", f"r{n}"): OURS[reason] for n in range(1, 5)}


def test_a_cell_without_any_look_was_not_heard_and_a_failing_one_was_not_vouched_for() -> None:
    desk = watched()
    desk.look(150, check="claude-c2")
    for second in (160, 170, 180):
        desk.look(second, Vote.BAD, check="claude-c1", region="r1")
    for region in ("r1", "r2", "r3", "r4"):
        desk.fleet.worker(region, "w", at(0)).answered_at = at(150)
    votes = np.zeros((2, 4), dtype=np.bool_)
    found = desk.estimator.abstentions(votes, at(185))
    assert found["c1", "r1"] == "it fails, but nothing else answers our workers either"
    assert found["c1", "r2"] == "not heard"


def test_regions_that_one_network_or_edge_answers_are_a_group() -> None:
    desk = Desk()
    for region in ("r1", "r3"):
        desk.all_series["claude-c1"][region].asn = 13335
    desk.all_series["claude-c2"]["r2"].edge = desk.all_series["claude-c2"]["r4"].edge = "FRA"
    assert [(group.what, sorted(group.regions)) for group in desk.estimator._groups()] == [
        ("network AS13335", [0, 2]),
        ("edge FRA", [1, 3]),
    ]


def test_regions_of_a_country_or_a_provider_are_a_group() -> None:
    topology = net(4)
    places = [
        replace(region, country="IE" if n < 2 else "US", provider="hetzner" if n in (1, 3) else "")
        for n, region in enumerate(topology.regions)
    ]
    topology = replace(topology, regions=tuple(places))
    all_series = {
        check.id: {region: series_of(check, region) for region in check.regions}
        for check in topology.checks
    }
    estimator = Estimator(
        topology.checks, all_series, topology, RULES, Fleet(topology, all_series, RULES)
    )
    assert [group.what for group in estimator._groups()] == [
        "country IE",
        "country US",
        "provider hetzner",
    ]


def test_the_prefilter_knows_how_often_each_line_is_looked_at() -> None:
    rates = Desk(regions=4, components=2).estimator.prefilter.per_ms
    assert rates[-1, -1] == pytest.approx(8 / 10_000)
    assert rates[0, -1] == pytest.approx(4 / 10_000)
    assert rates[-1, 0] == pytest.approx(2 / 10_000)
    assert rates[1, 3] == pytest.approx(1 / 10_000)


def test_what_began_after_all_that_is_known_leaves_nobody_suspect() -> None:
    """As an incident does that the restored judge is asked of before its first look."""
    desk = watched(components=1)
    grid = desk.estimator.peek(at(90), late_alarms=False).grid
    grid.told["sickness"] = SimpleNamespace(lost=np.ones((grid.axes.buckets, 1, 4)))
    cells = [("c1", region) for region in grid.axes.regions]
    assert desk.estimator.remains(grid, cells, at(10_000), at(90)) is None
