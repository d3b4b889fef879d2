from dataclasses import replace

import numpy as np
import pytest

from coordinator.domain.inference.claim import ALL_WELL
from coordinator.domain.inference.estimator import OURS, Panel
from coordinator.domain.inference.finding import CALM
from coordinator.domain.model.topology import Topology
from coordinator.domain.vantages.fleet import NEVER, Fleet
from coordinator.domain.window.look import Vote
from coordinator.domain.window.series import Track
from tests.coordinator.domain.handmade import RULES, at, code_of, net, track_of
from worker.contract.outcome import BLAME, Blame, Reason


class Desk:
    """The panel of a service that one worker a region looks at each ten seconds."""

    def __init__(self, regions: int = 4, components: int = 2) -> None:
        self.topology: Topology = net(regions, {"claude": components})
        self.tracks: dict[str, dict[str, Track]] = {
            check.id: {region: track_of(check, region) for region in check.regions} for check in self.topology.checks
        }
        self.fleet = Fleet(self.topology, self.tracks, RULES)
        self.panel = Panel(self.topology.checks, self.tracks, self.topology, RULES, self.fleet)

    def look(self, seconds: float, vote: Vote = Vote.GOOD, **where: object) -> None:
        """One look at everything (or at these regions or checks) as this vote."""
        for check, tracks in self.tracks.items():
            for region, track in tracks.items():
                if where.get("check", check) == check and where.get("region", region) == region:
                    worker = self.fleet.worker(region, "w", at(seconds))
                    reason = where.get("reason")
                    track.add(code_of(seconds, vote, reason=reason, worker=worker.number))
                    worker.hear(track, at(seconds), vote is Vote.GOOD, made=True)
                    self.fleet.examine.add((region, "w"))
                    self.panel.touched = True
                    if vote is Vote.BAD:
                        self.panel.screen.note(at(seconds), track.row, track.column, slow=False)
        self.fleet.judge(at(seconds))

    def wrong(self, seconds: float) -> float:
        return self.panel.view(at(seconds), [ALL_WELL], late_alarms=False, calm=False).wrong


def watched(**fields: int) -> Desk:
    desk = Desk(**fields)
    for n in range(10):
        desk.look(10 * n)
    return desk


def test_where_all_is_well_the_opinion_is_calm_and_everybody_votes() -> None:
    desk = watched()
    view = desk.panel.view(at(95), [ALL_WELL], late_alarms=False, calm=False)
    assert view.opinions == (CALM,)
    assert view.coverage.votes.all()
    assert not desk.panel.touched
    assert all(track.votes for tracks in desk.tracks.values() for track in tracks.values())


def test_a_cell_votes_as_long_as_its_newest_look_is_fresh() -> None:
    desk = watched()
    desk.look(100, check="claude-c1")
    assert desk.panel.peek(at(180), late_alarms=False).coverage.votes.all()
    votes = desk.panel.view(at(181), [ALL_WELL], late_alarms=False, calm=False).coverage.votes
    assert votes.tolist() == [[True] * 4, [False] * 4]
    assert desk.panel.recheck_at == at(190) + 1, "the others are stale then"
    desk.panel.view(at(191), [ALL_WELL], late_alarms=False, calm=False)
    assert desk.panel.recheck_at >= NEVER


def test_what_a_cell_usually_fails_at_speaks_less() -> None:
    plain, used_to_it = watched(), watched()
    for track in used_to_it.tracks["claude-c1"].values():
        track.normal.looks, track.normal.bad = 10_000.0, 400.0
    for desk in (plain, used_to_it):
        desk.look(100, Vote.BAD, check="claude-c1", region="r1")
        desk.look(110, check="claude-c2")
        desk.look(110, Vote.BAD, check="claude-c1", region="r1")
    assert used_to_it.wrong(115) < 0.5 * plain.wrong(115)


def test_where_all_was_calm_only_what_the_screen_lets_through_is_weighed() -> None:
    desk = watched()
    desk.look(100, Vote.BAD, check="claude-c1", region="r1")
    desk.look(101, check="claude-c2")
    assert desk.panel.view(at(105), [ALL_WELL], late_alarms=False, calm=True).opinions == (CALM,)
    assert desk.panel.view(at(105), [ALL_WELL], late_alarms=False, calm=False).wrong > 0
    for n in range(3):
        desk.look(106 + n, Vote.BAD, check="claude-c1")
        desk.look(106.5 + n, check="claude-c2")
    assert desk.panel.view(at(110), [ALL_WELL], late_alarms=False, calm=True).wrong > 0.5


def test_a_failure_that_waits_for_its_worker_stirs_the_panel() -> None:
    desk = watched()
    desk.look(100, Vote.BAD)
    desk.panel.view(at(105), [ALL_WELL], late_alarms=False, calm=False)
    assert desk.panel.stirred
    desk.look(106, check="claude-c2")
    desk.panel.view(at(107), [ALL_WELL], late_alarms=False, calm=False)
    assert not desk.panel.stirred


@pytest.mark.parametrize("reason", [reason for reason in Reason if BLAME[reason] in (Blame.PROBER, Blame.RESOLVER)])
def test_a_cell_that_abstains_says_why(reason: Reason) -> None:
    desk = Desk()
    for n in range(10):
        desk.look(10 * n, check="claude-c2")
        desk.look(10 * n, Vote.ABSTAINS, check="claude-c1", reason=reason)
    view = desk.panel.peek(at(95), late_alarms=False)
    found = desk.panel.abstentions(view.coverage.votes, at(95))
    assert found == {("c1", f"r{n}"): OURS[reason] for n in range(1, 5)}


def test_a_cell_without_any_look_was_not_heard_and_a_failing_one_was_not_vouched_for() -> None:
    desk = watched()
    desk.look(150, check="claude-c2")
    for second in (160, 170, 180):
        desk.look(second, Vote.BAD, check="claude-c1", region="r1")
    for region in ("r1", "r2", "r3", "r4"):
        desk.fleet.worker(region, "w", at(0)).answered_at = at(150)
    votes = np.zeros((2, 4), dtype=np.bool_)
    found = desk.panel.abstentions(votes, at(185))
    assert found["c1", "r1"] == "it fails, but nothing else answers our workers either"
    assert found["c1", "r2"] == "not heard"


def test_regions_that_one_network_or_edge_answers_are_a_group() -> None:
    desk = Desk()
    for region in ("r1", "r3"):
        desk.tracks["claude-c1"][region].asn = 13335
    desk.tracks["claude-c2"]["r2"].edge = desk.tracks["claude-c2"]["r4"].edge = "FRA"
    assert [(group.what, sorted(group.regions)) for group in desk.panel._groups()] == [
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
    tracks = {check.id: {region: track_of(check, region) for region in check.regions} for check in topology.checks}
    panel = Panel(topology.checks, tracks, topology, RULES, Fleet(topology, tracks, RULES))
    assert [group.what for group in panel._groups()] == ["country IE", "country US", "provider hetzner"]


def test_the_screen_knows_how_often_each_line_is_looked_at() -> None:
    rates = Desk(regions=4, components=2).panel.screen.per_ms
    assert rates[-1, -1] == pytest.approx(8 / 10_000)
    assert rates[0, -1] == pytest.approx(4 / 10_000)
    assert rates[-1, 0] == pytest.approx(2 / 10_000)
    assert rates[1, 3] == pytest.approx(1 / 10_000)
