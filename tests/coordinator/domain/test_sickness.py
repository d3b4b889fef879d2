from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import pytest

from coordinator.domain.look import Vote, at_of, vote_in
from coordinator.domain.sickness import (
    BAD_NATS,
    GOOD_NATS,
    HEALTHY,
    SLOTS,
    WITNESSES_AT_MOST,
    Diagnosis,
    diagnose,
    failing_about,
    is_suspect,
)
from coordinator.domain.track import LONGEST_AGO, Track
from coordinator.domain.vantage import Vantage
from tests.coordinator.domain.handmade import (
    INTERVAL_MS,
    RULES,
    at,
    check_of,
    code_of,
    regions_of,
    track_of,
    vantage_of,
)

Fails = Callable[[str, str, int], bool | Vote]
"""(region, check, slot) -> whether that look fails, or how it votes."""
SERVICES = ["claude-c1", "openai-c1", "gemini-c1"]
REFERENCES = ["internet-c1", "internet-c2", "internet-c3", "internet-c4"]


@dataclass
class World:
    """Every region looks at every check once a slot, by one worker; what comes out is told by `fails`."""

    fails: Fails
    checks: Sequence[str] = (*SERVICES, *REFERENCES)
    regions: int = 5
    slots: int = 12

    def __post_init__(self) -> None:
        self.tracks = {check: self._tracks(check) for check in self.checks}
        self.vantages = {region: self._vantage(region) for region in regions_of(self.regions)}

    def _vote(self, region: str, check: str, slot: int) -> Vote:
        told = self.fails(region, check, slot)
        return told if isinstance(told, Vote) else Vote.BAD if told else Vote.GOOD

    def _tracks(self, check: str) -> Mapping[str, Track]:
        names = regions_of(self.regions)
        made = check_of(check, names)
        return {
            region: track_of(
                made,
                region,
                [code_of(10 * slot + 1, self._vote(region, check, slot)) for slot in range(self.slots)],
                reference=check.startswith("internet"),
            )
            for region in names
        }

    def _vantage(self, region: str) -> Vantage:
        vantage = vantage_of(region, heard=10 * self.slots)
        codes = [code for track in self.tracks.values() for code in track[region].codes]
        vantage.answered_at = max((at_of(code) for code in codes if vote_in(code) == Vote.GOOD), default=LONGEST_AGO)
        return vantage

    def groups(self, region: str, shared: Mapping[str, str]) -> Mapping[Track, str]:
        kin = {check: check if check.startswith("internet") else check.split("-")[0] for check in self.checks}
        return {track[region]: shared.get(check, kin[check]) for check, track in self.tracks.items()}

    def diagnosis(self, region: str, shared: Mapping[str, str] | None = None) -> Diagnosis:
        groups = self.groups(region, shared or {})
        return diagnose(
            self.vantages[region],
            list(groups),
            groups,
            lambda track, slot: failing_about(self.tracks[track.check.id].values(), slot),
        )

    def sick(self, shared: Mapping[str, str] | None = None) -> list[str]:
        return [region for region in self.vantages if self.diagnosis(region, shared).is_sick(RULES)]


def test_where_all_is_well_nothing_speaks_against_anybody() -> None:
    world = World(lambda *_: False)
    assert {world.diagnosis(region) for region in world.vantages} == {
        Diagnosis(clean=tuple(at(10 * slot) for slot in range(5, 11)), expected=7)
    }, "the newest slot is not over yet, and no sum is above zero"
    assert world.sick() == []


def test_a_dead_worker_with_enough_witnesses_is_told_in_one_slot() -> None:
    world = World(lambda region, _, slot: region == "r2" and slot == 11)
    diagnosis = world.diagnosis("r2")
    assert diagnosis.nats == pytest.approx(7 * BAD_NATS)
    assert (diagnosis.share, diagnosis.against, diagnosis.witnesses) == (1, 7, 7)
    assert diagnosis.since == at(110)
    assert diagnosis.why == "fails at 7 of 7 independent places where others succeed"
    assert world.sick() == ["r2"]


def test_a_dead_worker_with_few_witnesses_is_told_in_two_slots() -> None:
    one = World(lambda region, _, slot: region == "r2" and slot >= 11, SERVICES)
    assert one.diagnosis("r2").nats == pytest.approx(3 * BAD_NATS)
    assert one.sick() == []
    assert one.diagnosis("r2").is_doubtful(RULES), "what it saw fail waits meanwhile"
    two = World(lambda region, _, slot: region == "r2" and slot >= 10, SERVICES)
    assert two.diagnosis("r2").nats == pytest.approx(6 * BAD_NATS)
    assert two.sick() == ["r2"]


def test_a_worker_that_fails_at_half_of_everything_is_told_within_eight_slots() -> None:
    world = World(lambda region, check, slot: region == "r2" and slot > 3 and (len(check) + slot) % 2 == 0)
    assert world.sick() == ["r2"]
    assert world.diagnosis("r2").share == 1, "each witness speaks against it sooner or later"


def test_a_worker_that_rarely_fails_is_fit() -> None:
    world = World(lambda region, check, slot: region == "r2" and check == SERVICES[slot % 3] and slot % 4 == 0)
    assert world.diagnosis("r2").nats < RULES.doubt_nats
    assert world.sick() == []


def test_a_service_that_fails_everywhere_speaks_against_nobody() -> None:
    world = World(lambda _, check, slot: check == "claude-c1" and slot > 5)
    assert all(world.diagnosis(region).nats == 0 for region in world.vantages)
    assert all(world.diagnosis(region).against == 0 for region in world.vantages)


def test_what_fails_in_most_other_regions_does_not_speak_against_a_worker_though_it_is_well_in_some() -> None:
    world = World(lambda region, _, slot: region != "r5" and slot > 5, ["claude-c1"])
    assert all(world.diagnosis(region).against == 0 for region in world.vantages)


def test_a_service_that_fails_in_one_region_does_not_make_its_worker_sick() -> None:
    world = World(lambda region, check, slot: (region, check) == ("r2", "claude-c1") and slot > 5)
    assert world.diagnosis("r2").share < RULES.unfit_share
    assert world.sick() == []


def test_a_worker_that_fails_only_at_what_one_network_serves_is_fit() -> None:
    """Five of seven checks behind one CDN: they are one witness, and the others are well."""
    behind = [*SERVICES, *REFERENCES[:2]]
    world = World(lambda region, check, slot: region == "r2" and check in behind and slot > 3)
    assert world.sick() == ["r2"], "were they witnesses of their own, it would be the worker"
    shared = dict.fromkeys(behind, "AS13335")
    assert world.diagnosis("r2", shared).witnesses == 3
    assert world.diagnosis("r2", shared).share < RULES.unfit_share
    assert world.sick(shared) == []


@pytest.mark.parametrize(("regions", "broken"), [(4, 2), (5, 2), (6, 3), (8, 4)])
def test_when_half_of_the_fleet_breaks_that_half_is_sick_and_the_other_is_not(regions: int, broken: int) -> None:
    dead = regions_of(broken)
    world = World(lambda region, _, slot: region in dead and slot >= 9, regions=regions)
    assert world.sick() == list(dead)
    assert all(world.diagnosis(region).nats == 0 for region in regions_of(regions)[broken:])


def test_references_that_are_down_for_all_speak_against_nobody() -> None:
    world = World(lambda _, check, slot: check in REFERENCES and slot > 5)
    assert all(world.diagnosis(region).nats == 0 for region in world.vantages)


def test_without_any_network_everyone_is_sick() -> None:
    """Nothing answers anybody: the references were there a moment ago, and they do not all fail at once."""
    world = World(lambda _, __, slot: slot > 5)
    assert world.sick() == list(world.vantages)


def test_without_references_losing_all_network_cannot_be_told_from_an_outage_of_everything() -> None:
    world = World(lambda _, __, slot: slot > 5, SERVICES)
    assert world.sick() == []


def test_one_region_alone_is_judged_by_its_references() -> None:
    assert World(lambda _, __, slot: slot > 8, regions=1).sick() == ["r1"]
    assert World(lambda _, check, slot: slot > 8 and check in SERVICES, regions=1).sick() == []


def test_one_other_region_is_not_enough_to_contradict_a_worker_about_a_service() -> None:
    world = World(lambda region, _, slot: region == "r2" and slot > 5, SERVICES, regions=2)
    assert world.diagnosis("r2").against == 0
    three = World(lambda region, _, slot: region == "r2" and slot > 5, SERVICES, regions=3)
    assert three.sick() == ["r2"]


def test_a_look_that_abstains_speaks_against_a_worker_only_at_a_reference() -> None:
    """A refused key says nothing of the worker; a resolver that fails at a reference does."""

    def abstains(kind: str) -> World:
        return World(
            lambda region, check, slot: (
                Vote.ABSTAINS if region == "r2" and slot > 8 and check.startswith(kind) else Vote.GOOD
            )
        )

    assert abstains("internet").diagnosis("r2").against == 4
    assert abstains("claude").diagnosis("r2").against == 0


def test_what_fails_elsewhere_at_times_speaks_less_against_a_worker() -> None:
    """The middle of the other regions fails one look in three: failing there is no great wonder."""
    checks = ["claude-c1"]
    world = World(lambda region, _, slot: slot > 8 if region == "r2" else slot % 3 == 2, checks)
    plain = World(lambda region, _, slot: region == "r2" and slot > 8, checks)
    assert 0 < world.diagnosis("r2").nats < 0.1 * plain.diagnosis("r2").nats


def test_a_long_good_time_before_does_not_protect_a_worker() -> None:
    assert World(lambda region, _, slot: region == "r2" and slot >= 39, slots=40).sick() == ["r2"]
    assert World(lambda region, _, slot: region == "r2" and slot >= 2, slots=3).sick() == ["r2"]


def test_only_the_last_few_slots_are_weighed() -> None:
    world = World(lambda region, _, slot: region == "r2" and slot < 12 - SLOTS)
    assert world.diagnosis("r2").nats == 0


def test_slots_since_the_last_sign_are_clean_but_for_the_newest() -> None:
    world = World(lambda region, _, slot: region == "r2" and slot < 8)
    assert world.diagnosis("r2").clean == (at(80), at(90), at(100))


def test_one_witness_of_many_does_not_spoil_a_clean_slot_and_two_of_seven_do() -> None:
    few = World(lambda region, check, slot: region == "r2" and slot == 9 and check in SERVICES[:1])
    some = World(lambda region, check, slot: region == "r2" and slot == 9 and check in SERVICES[:2])
    assert at(90) in few.diagnosis("r2").clean
    assert some.diagnosis("r2").clean == (at(100),)


def test_it_speaks_against_a_worker_since_the_sum_was_last_zero() -> None:
    world = World(lambda region, _, slot: region == "r2" and slot in (6, 10, 11))
    assert world.diagnosis("r2").since == at(60)
    later = World(lambda region, check, slot: region == "r2" and (slot > 9 or (slot == 6 and check == "claude-c1")))
    assert later.diagnosis("r2").since == at(100)


def test_several_looks_at_one_witness_in_a_slot_weigh_as_one() -> None:
    world = World(lambda region, _, slot: region == "r2" and slot == 11, ["claude-c1", "claude-c2", "claude-c3"])
    assert world.diagnosis("r2").nats == pytest.approx(BAD_NATS)


def test_the_looks_of_the_other_workers_of_a_region_are_not_its_own() -> None:
    world = World(lambda *_: False)
    for track in world.tracks.values():
        track["r2"].add(code_of(115, Vote.BAD, worker=1))
    assert world.diagnosis("r2").nats == 0


def test_a_worker_that_was_not_heard_lately_is_not_diagnosed() -> None:
    world = World(lambda *_: True)
    world.vantages["r2"].heard_at = at(10_000)
    assert world.diagnosis("r2") == HEALTHY


def test_doubt_needs_two_witnesses_and_half_of_those_there_are() -> None:
    enough = Diagnosis(nats=5, share=0.6, against=2, witnesses=3, expected=6)
    assert enough.is_doubtful(RULES)
    assert not Diagnosis(nats=5, share=1, against=1, witnesses=1, expected=1).is_doubtful(RULES)
    assert not Diagnosis(nats=5, share=0.6, against=2, witnesses=3, expected=7).is_doubtful(RULES)
    assert not Diagnosis(nats=3.9, share=0.6, against=2, witnesses=3, expected=6).is_doubtful(RULES)
    assert not Diagnosis(nats=5, share=0.4, against=2, witnesses=5, expected=6).is_doubtful(RULES)


def test_sickness_needs_the_evidence_and_the_share() -> None:
    assert Diagnosis(nats=15, share=0.6).is_sick(RULES)
    assert not Diagnosis(nats=14.9, share=0.6).is_sick(RULES)
    assert not Diagnosis(nats=15, share=0.59).is_sick(RULES)


def test_a_good_look_speaks_for_a_worker_less_than_a_bad_one_against_it() -> None:
    assert GOOD_NATS < 0 < BAD_NATS
    assert -GOOD_NATS < BAD_NATS / 4


def test_a_closer_look_is_due_when_a_fair_part_of_the_witnesses_fails() -> None:
    world = World(lambda *_: False)
    groups = world.groups("r1", {})
    vantage = vantage_of("r1")
    tracks = list(groups)
    assert [_suspect(vantage, tracks[:n], groups) for n in range(5)] == [False, False, False, True, True]
    assert not _suspect(vantage, tracks[:4], dict.fromkeys(tracks, "AS1")), "all of one network"
    vantage.failing = {}
    vantage.doubted_since = at(0)
    assert is_suspect(vantage, groups, 7)
    vantage.doubted_since, vantage.unfit_since = None, at(0)
    assert is_suspect(vantage, groups, 7), "an unfit worker is looked at until it is well"


def _suspect(vantage: Vantage, failing: Sequence[Track], groups: Mapping[Track, str]) -> bool:
    vantage.failing = dict.fromkeys(failing, at(0))
    return is_suspect(vantage, groups, len(set(groups.values())))


def test_a_worker_that_is_slow_everywhere_is_sick_as_one_that_fails() -> None:
    world = World(lambda *_: False)
    for track in world.tracks.values():
        for moment in (105, 115):
            track["r2"].add(code_of(moment, slow=True))
            track["r3"].add(code_of(moment))
    assert world.sick() == ["r2"]


def test_a_sickness_that_is_over_is_no_sign_of_another() -> None:
    world = World(lambda region, _, slot: region == "r2" and 4 < slot < 8)
    worker = world.vantages["r2"]
    assert world.diagnosis("r2").is_sick(RULES)
    worker.fall_ill(at(40))
    worker.recover(at(80))
    assert world.diagnosis("r2").nats == 0


def test_a_region_fails_as_rarely_as_its_best_worker() -> None:
    check = check_of()
    bad = [code_of(1, Vote.BAD), code_of(2, worker=1), code_of(3, Vote.BAD, worker=1), code_of(4, worker=1)]
    assert failing_about([track_of(check, "r1", bad)], at(0) // INTERVAL_MS) == {"r1": pytest.approx(1 / 3)}


def test_only_looks_of_a_slot_and_of_its_neighbours_tell_of_it() -> None:
    check, slot = check_of(), at(50) // INTERVAL_MS
    moments = {39.9: False, 40: True, 69.9: True, 70: False}
    for moment, tells in moments.items():
        assert bool(failing_about([track_of(check, "r1", [code_of(moment)])], slot)) == tells, moment


def test_regions_that_did_not_look_or_abstained_say_nothing() -> None:
    check = check_of()
    silent, abstains = track_of(check, "r1"), track_of(check, "r2", [code_of(1, Vote.ABSTAINS)])
    assert failing_about([silent, abstains], at(0) // INTERVAL_MS) == {}


def test_of_many_regions_enough_are_asked() -> None:
    tracks = [track_of(check_of(), f"r{n}", [code_of(1)]) for n in range(40)]
    assert len(failing_about(tracks, at(0) // INTERVAL_MS)) == WITNESSES_AT_MOST + 1, "one of them may be its own"


def test_nothing_answered_yet_is_long_ago() -> None:
    assert World(lambda *_: True).vantages["r1"].answered_at == LONGEST_AGO
