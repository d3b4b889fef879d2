"""Wordings are kept whatever the order in which looks arrive, and what is taken away is kept."""

import random
from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from coordinator.domain.acknowledging.statement import (
    Edit,
    Look,
    heard,
    statements,
    taken_away,
)
from coordinator.domain.acknowledging.words import Course, Words, words_of
from tests.coordinator.domain.acknowledging.made import SETTLE, at, edits_of, read, said, words

WORDINGS = [words(status=status, updates=n) for n, status in enumerate(("identified", "resolved"))]
WORDINGS += [words("v2"), words("v2", title="Another")]
LOOKS = st.lists(
    st.builds(
        read,
        st.integers(0, 600),
        st.sampled_from(WORDINGS),
        whole=st.booleans(),
    ),
    max_size=30,
    unique_by=lambda look: look.at,
)


@given(LOOKS, st.integers(0, 2**32))
def test_the_order_in_which_looks_arrive_does_not_matter(looks: list[Look], seed: int) -> None:
    chance, whole = random.Random(seed), edits_of(looks)
    shuffled = [*looks]
    chance.shuffle(shuffled)
    kept: dict[tuple[str, str], Edit] = {}
    moments: list[int] = []
    while shuffled:
        batch, shuffled = shuffled[: (n := chance.randint(1, 5))], shuffled[n:]
        moments = sorted({*moments, *(look.at for look in batch if look.whole)})
        kept |= heard(kept, batch, moments)
        kept |= heard(kept, batch, moments)  # delivered twice
    assert kept == whole


def test_an_edit_came_between_the_look_before_and_the_first_that_read_it() -> None:
    first, second = words(), words(status="identified")
    (statement,) = said(read(0), read(2), read(4, first), read(6, first), read(8, second))
    assert [(edit.after, edit.first_at, edit.last_at) for edit in statement.edits] == [
        (at(2), at(4), at(6)),
        (at(6), at(8), at(8)),
    ]
    assert statement.current == second


def test_what_came_back_counts_again_once_the_other_was_not_read_for_a_while() -> None:
    one, other = words(title="One"), words(title="Other")
    looks = [read(0, one), read(2, other), read(4, one)]
    assert said(*looks)[0].current == other  # an old copy, as far as one can tell
    assert said(*looks, read(12, one))[0].current == one
    assert len(said(*looks)[0].edits) == 2


def test_a_page_that_has_it_no_more_is_an_edit() -> None:
    looks = [read(0), read(2, words()), read(4, words()), read(6), read(8), read(12)]
    (statement,) = said(*looks)
    moments = [look.at for look in looks]
    gone = taken_away(statement, moments, 24)
    assert gone == Edit("", at(6), at(12), None, at(4))
    kept = replace(statement, edits=(*statement.edits, gone))
    assert kept.gone == gone
    assert kept.over_by == at(6)
    assert kept.current == words()


def test_an_old_copy_of_a_page_takes_nothing_away() -> None:
    looks = [read(0), read(2, words()), read(3), read(4, words()), read(6)]
    (statement,) = said(*looks)
    assert taken_away(statement, [look.at for look in looks], 24) is None


def test_what_is_over_for_long_is_left_out_by_then_and_not_taken_away() -> None:
    done = words(status="resolved", resolved_at=at(2))
    looks = [read(0), read(4, done), read(2000)]
    (statement,) = said(*looks)
    moments = [look.at for look in looks]
    assert taken_away(statement, moments, 24) is None
    assert taken_away(statement, moments, 48) is not None


def test_a_look_that_does_not_tell_all_takes_nothing_away() -> None:
    looks = [read(0), read(2, words()), read(30, whole=False)]
    (statement,) = said(*looks)
    assert taken_away(statement, [look.at for look in looks if look.whole], 24) is None


def test_what_is_taken_away_and_comes_back_is_there_again() -> None:
    edits = {**edits_of([read(0), read(2, words()), read(20, words())])}
    edits["v1", ""] = Edit("", at(4), at(12), None, at(2))
    (statement,) = statements("claude", "page", edits, SETTLE).values()
    assert statement.gone is None
    assert len(statement.edits) == 2


def test_the_same_wording_has_one_digest_whatever_it_means_here() -> None:
    assert words(meant=("api",)).digest == words(meant=("web",)).digest
    assert words(title="a").digest != words(title="b").digest


def test_states_that_nobody_knows_are_unknown() -> None:
    course = {status: words(status=status).course for status in ("In_Progress", "bananas", "")}
    assert course == {
        "In_Progress": Course.GOES_ON,
        "bananas": Course.UNKNOWN,
        "": Course.UNKNOWN,
    }
    assert words(status="bananas", resolved_at=at(1)).course is Course.OVER
    assert words(status="Scheduled").course is Course.NOT_BEGUN


def test_an_entry_that_makes_no_sense_says_nothing_or_only_what_it_says() -> None:
    assert words_of({"title": "no id"}) is None
    assert words_of(
        {"id": "a\0b", "started_at": "yesterday", "updates": "x", "regions": 7}
    ) == Words("ab")
