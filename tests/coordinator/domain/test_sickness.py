from collections.abc import Sequence

from coordinator.domain.look import Look, Vote
from coordinator.domain.rules import Rules
from coordinator.domain.sickness import diagnose
from coordinator.domain.vantage import Endpoint, Glimpse, Vantage
from worker.contract.outcome import Reason

ENDPOINTS = {
    **{f"ref{n}": Endpoint(f"internet/ref{n}", True, 100) for n in range(1, 5)},
    **{f"{service}-{n}": Endpoint(service, False, 100) for service in ("a", "b", "c") for n in (1, 2)},
}


def look(check: str, at: int, ok: bool, region: str = "here", reason: Reason = Reason.TIMEOUT) -> Look:
    vote = Vote.GOOD if ok else Vote.BAD
    return Look(at, f"{check}-{at}", vote, ok, False, Reason.OK if ok else reason, check, region, "w", at + 300)


def worker(*looks: Look) -> Vantage:
    vantage = Vantage("here", "w", 100, 0, 300)
    for made in looks:
        vantage.hear(made)
    return vantage


def others_well(check: str, _: str) -> Sequence[Glimpse]:
    return [Glimpse(look(check, 1_090, True, region), 0) for region in ("x", "y")]


def others_bad(check: str, _: str) -> Sequence[Glimpse]:
    return [Glimpse(look(check, 1_090, False, region), 0) for region in ("x", "y")]


def looks(at: int, ok: bool, *checks: str) -> list[Look]:
    return [look(check, at + n, ok) for n, check in enumerate(checks)]


REFS = ("ref1", "ref2", "ref3", "ref4")


def test_a_worker_whose_references_fail_is_sick() -> None:
    found = diagnose(worker(*looks(1_000, False, *REFS)), ENDPOINTS, others_well, Rules())
    assert found.why == "4 of 4 references fail too"


def test_one_failing_reference_of_four_is_none_of_its_business() -> None:
    vantage = worker(look("ref1", 1_000, False), *looks(1_001, True, *REFS[1:]))
    assert not diagnose(vantage, ENDPOINTS, others_well, Rules()).sick


def test_references_down_for_everyone_are_not_the_workers_fault_while_anything_answers_it() -> None:
    down = looks(1_000, False, *REFS[:3])
    assert not diagnose(worker(*down, look("ref4", 1_010, True)), ENDPOINTS, others_bad, Rules()).sick
    assert diagnose(worker(*down, look("ref4", 1_010, False)), ENDPOINTS, others_bad, Rules()).sick


def test_a_reference_that_fails_in_any_way_counts_unless_the_look_was_late() -> None:
    refused = [look(check, 1_000 + n, False, reason=Reason.UNAUTHORIZED) for n, check in enumerate(REFS)]
    late = [look(check, 1_000 + n, False, reason=Reason.LATE) for n, check in enumerate(REFS)]
    assert diagnose(worker(*refused), ENDPOINTS, others_well, Rules()).sick
    assert not diagnose(worker(*late), ENDPOINTS, others_well, Rules()).sick


def test_a_single_lost_packet_at_the_only_reference_is_no_sickness() -> None:
    once = worker(look("ref1", 1_000, False))
    assert not diagnose(once, ENDPOINTS, others_well, Rules()).sick
    once.hear(look("ref1", 1_100, False))
    assert diagnose(once, ENDPOINTS, others_well, Rules()).sick


def test_failing_at_one_service_alone_makes_the_service_the_suspect() -> None:
    vantage = worker(*looks(1_000, False, "a-1", "a-2"), *looks(1_010, True, "b-1"))
    assert not diagnose(vantage, ENDPOINTS, others_well, Rules()).sick


def test_failing_at_several_places_where_others_succeed_makes_the_worker_the_suspect() -> None:
    vantage = worker(*looks(1_000, False, "a-1", "b-1"), *looks(1_010, True, "c-1"))
    found = diagnose(vantage, ENDPOINTS, others_well, Rules())
    assert found.why == "fails at 2 of 3 independent places where others succeed"


def test_failing_where_everybody_fails_says_nothing_of_the_worker() -> None:
    vantage = worker(*looks(1_000, False, "a-1", "b-1"), *looks(1_010, True, "c-1"))
    assert not diagnose(vantage, ENDPOINTS, others_bad, Rules()).sick


def test_others_that_succeeded_only_before_or_only_after_do_not_contradict() -> None:
    """At the edges of an outage the first to see it must not be taken for sick."""

    def only_before(check: str, _: str) -> Sequence[Glimpse]:
        return [Glimpse(look(check, 950, True, region), 0) for region in ("x", "y")]

    def only_after(check: str, _: str) -> Sequence[Glimpse]:
        return [Glimpse(look(check, 1_090, True, region), 1_050) for region in ("x", "y")]

    vantage = worker(*looks(1_000, False, "a-1", "b-1"), *looks(1_010, True, "c-1"))
    assert not diagnose(vantage, ENDPOINTS, only_before, Rules()).sick
    assert not diagnose(vantage, ENDPOINTS, only_after, Rules()).sick


def test_services_that_fail_while_all_references_answer_are_disrupted_in_the_region() -> None:
    vantage = worker(*looks(1_000, True, *REFS), *looks(1_010, False, "a-1", "b-1", "c-1"))
    assert not diagnose(vantage, ENDPOINTS, others_well, Rules()).sick


def test_a_worker_that_fails_in_part_is_in_doubt() -> None:
    vantage = worker(*looks(1_000, True, *REFS[2:], "b-1", "c-1"), *looks(1_010, False, *REFS[:2], "a-1", "a-2"))
    found = diagnose(vantage, ENDPOINTS, others_well, Rules())
    assert (found.sick, found.doubtful) == (False, True)
