import pytest
from hypothesis import given
from hypothesis import strategies as st

from coordinator.domain.look import Look, Vote
from coordinator.domain.reading import Reading
from coordinator.domain.rules import Rules
from coordinator.domain.tape import read
from worker.contract.outcome import Reason

RULES = Rules()
SECOND = 30
GAP = 90


def votes(tape: str) -> list[Look]:
    """`.` good, `x` bad, `l` bad but late; one each 30."""
    kinds = {".": (Vote.GOOD, False), "x": (Vote.BAD, False), "l": (Vote.BAD, True)}
    return [
        Look(
            n * SECOND,
            str(n),
            kinds[c][0],
            c == ".",
            kinds[c][1],
            Reason.OK if c == "." else Reason.TIMEOUT,
            "c",
            "r",
            "w",
            0,
        )
        for n, c in enumerate(tape)
        if c != " "
    ]


def told(tape: str) -> Reading:
    return read(votes(tape), RULES, GAP)


tapes = st.text(alphabet="..x", max_size=40)


@pytest.mark.parametrize(
    ("tape", "failing"),
    [
        ("........", False),
        ("....x...", False),
        ("....x", False),
        ("....xx", True),
        ("....xx.", True),
        ("....xxxxxx..", False),
        ("..x.....x....", False),
        ("..x.x..xx..x..x", True),
        ("....ll", False),
        ("....lll", False),
        ("....lxx", True),
    ],
)
def test_two_failures_in_a_row_fail_and_single_ones_do_not(tape: str, failing: bool) -> None:
    assert told(tape).failing is failing


def test_a_run_knows_where_it_began_and_where_it_ended() -> None:
    ongoing = told("....xxx")
    assert (ongoing.last_good, ongoing.first_bad, ongoing.last_bad) == (3 * SECOND, 4 * SECOND, 6 * SECOND)
    assert told("....xxx...").ended == (6 * SECOND, 7 * SECOND)


def test_a_stray_failure_before_a_total_one_is_not_its_start() -> None:
    assert told("....x....xxx").first_bad == 9 * SECOND


def test_late_failures_move_the_start_back_but_raise_no_alarm() -> None:
    assert told("...llxx").first_bad == 3 * SECOND
    assert told("...llll").nats == 0


def test_a_pause_ends_a_suspicion_but_no_failure() -> None:
    assert not told("...x" + " " * 8 + "x").failing
    assert told("...xx" + " " * 8 + ".").failing


def test_a_partial_failure_is_not_over_after_a_little_luck() -> None:
    assert told("....x.x.xx.x.x....").failing
    assert not told("....x.x.xx.x.x" + "." * 14).failing


def test_reasons_are_counted() -> None:
    assert dict(told("...xxx").reasons) == {Reason.TIMEOUT: 3}


@given(tapes)
def test_one_more_good_look_never_adds_evidence_or_an_alarm(tape: str) -> None:
    before, after = told(tape), told(tape + ".")
    assert after.nats <= before.nats
    assert after.failing <= before.failing


@given(tapes, st.integers(0, 39))
def test_a_failure_turned_good_never_raises_the_first_alarm(tape: str, place: int) -> None:
    """For cells that were well all along: what is not an alarm stays none when a look turns out good."""
    better = tape[:place] + tape[place:].replace("x", ".", 1)
    if not any(told(tape[:n]).failing for n in range(len(tape) + 1)):
        assert not any(told(better[:n]).failing for n in range(len(better) + 1))


@given(tapes)
def test_start_and_end_are_in_order(tape: str) -> None:
    reading = told(tape)
    if reading.first_bad is not None:
        assert reading.last_good is None or reading.last_good < reading.first_bad or reading.good_since > 0
        assert reading.last_bad is not None
        assert reading.first_bad <= reading.last_bad
    if reading.ended is not None:
        assert reading.ended[0] < reading.ended[1]
