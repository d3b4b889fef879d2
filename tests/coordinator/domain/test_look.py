import pytest

from coordinator.domain.look import Vote, look_of
from coordinator.domain.rules import Rules
from coordinator.domain.topology import Check
from tests.scenarios.internet import START
from worker.contract.outcome import BLAME, Blame, Reason
from worker.contract.result import Result

CHECK = Check("c", "s", "a", "http", 30_000, 10_000, ("r",))


def result(reason: Reason = Reason.OK, blame: Blame | None = None, started: int = 0, received: int = 500) -> Result:
    return Result(
        "id", "c", "s", "a", "http", "r", "w", START, START + started, START + received, 0,
        reason is Reason.OK, reason, blame or BLAME[reason],
    )  # fmt: skip


@pytest.mark.parametrize("reason", [r for r in Reason if r is not Reason.OK])
def test_only_failures_of_target_and_path_vote_against_it(reason: Reason) -> None:
    vote = look_of(result(reason), CHECK, Rules()).vote
    assert (vote is Vote.BAD) == (BLAME[reason] in (Blame.TARGET, Blame.PATH))
    assert vote is not Vote.GOOD


def test_a_name_that_does_not_exist_is_the_targets() -> None:
    assert look_of(result(Reason.DNS, Blame.TARGET), CHECK, Rules()).vote is Vote.BAD


def test_a_result_from_the_future_abstains_and_stands_where_it_was_received() -> None:
    found = look_of(result(started=300_000), CHECK, Rules())
    assert found.vote is Vote.ABSTAINS
    assert not found.was_made
    ahead = look_of(result(received=-400_000), CHECK, Rules())
    assert (ahead.vote, ahead.at) == (Vote.ABSTAINS, START - 400_000)


def test_later_than_timeout_and_one_interval_is_late() -> None:
    assert not look_of(result(received=40_000), CHECK, Rules()).late
    assert look_of(result(received=40_001), CHECK, Rules()).late


def test_a_look_speaks_for_three_intervals_or_as_long_as_the_rules_say() -> None:
    assert look_of(result(), CHECK, Rules()).fresh_until == START + 90_000
    assert look_of(result(), CHECK, Rules(silent_after_ms=200_000)).fresh_until == START + 200_000
