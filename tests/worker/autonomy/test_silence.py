"""When a worker is alone, and when no more."""

from hypothesis import given
from hypothesis import strategies as st

from worker.autonomy.silence import (
    AFTER,
    HANDOVER_S,
    HEARTBEAT_S,
    OVERLAP_S,
    START_S,
    Silence,
    beat_s,
)

MINUTE_MS = 60_000


def test_a_few_heartbeats_without_an_answer_are_silence() -> None:
    silence = Silence(AFTER, 0.0)
    silence.heard(10.0)
    assert silence.alone_since(10.0 + AFTER * HEARTBEAT_S, MINUTE_MS) is None
    assert silence.alone_since(10.1 + AFTER * HEARTBEAT_S, MINUTE_MS) == 10.0 - OVERLAP_S


def test_who_never_heard_anybody_is_alone_from_a_little_before_its_start_on() -> None:
    silence = Silence(AFTER, 100.0)
    assert silence.alone_since(100.0 + AFTER * HEARTBEAT_S + 0.1, None) == 100.0 - START_S


def test_it_goes_on_for_a_while_after_it_hears_again() -> None:
    silence = Silence(AFTER, 0.0)
    since = silence.alone_since(60.0, MINUTE_MS)
    assert since is not None
    for step in range(int(HANDOVER_S * 5)):
        silence.heard(61.0 + step / 5)
        assert silence.alone_since(61.0 + step / 5, MINUTE_MS) == since
    silence.heard(61.0 + HANDOVER_S)
    assert silence.alone_since(61.0 + HANDOVER_S, MINUTE_MS) is None


def test_who_falls_silent_again_while_handing_over_stays_alone() -> None:
    silence = Silence(AFTER, 0.0)
    since = silence.alone_since(60.0, MINUTE_MS)
    silence.heard(61.0)
    assert silence.alone_since(61.0, MINUTE_MS) == since
    assert silence.alone_since(61.0 + AFTER * HEARTBEAT_S + 0.1, MINUTE_MS) == since


def test_an_old_word_is_no_word() -> None:
    silence = Silence(AFTER, 0.0)
    silence.heard(50.0)
    silence.heard(20.0)
    assert silence.alone_since(55.0, MINUTE_MS) is None


def test_with_0_nobody_is_ever_alone() -> None:
    assert Silence(0, 0.0).alone_since(1e9, 1_000) is None
    assert beat_s(1_000, 0) == HEARTBEAT_S


@given(st.integers(1_000, 86_400_000), st.integers(1, 1_000))
def test_silence_is_noticed_before_a_look_that_nobody_ordered_is_an_interval_late(
    quickest_ms: int, after: int
) -> None:
    beat = beat_s(quickest_ms, after)
    assert beat <= HEARTBEAT_S
    # as far as heartbeats may be frequent at all
    assert beat == 0.25 or after * beat < quickest_ms / 1000


@given(
    st.lists(st.tuples(st.floats(0.01, 30.0), st.booleans()), max_size=40),
    st.sampled_from([1_000, 5_000, MINUTE_MS]),
)
def test_who_is_heard_without_a_break_is_never_alone_for_longer_than_the_handover(
    steps: list[tuple[float, bool]], quickest_ms: int
) -> None:
    silence, at_s = Silence(AFTER, 0.0), 0.0
    for pause_s, heard in steps:
        at_s += pause_s
        if heard:
            silence.heard(at_s)
        silence.alone_since(at_s, quickest_ms)
    pause_s = beat_s(quickest_ms)
    for _ in range(int(HANDOVER_S / pause_s) + 2):
        at_s += pause_s
        silence.heard(at_s)
        silence.alone_since(at_s, quickest_ms)
    assert silence.alone_since(at_s, quickest_ms) is None
