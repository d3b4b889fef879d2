"""What advice means for a choice: whom it takes away, and when it says nothing."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from api.client.routing.observed import Observed
from api.client.routing.opinion import NONE, Opinion, kept, opinion_of, still

USES = st.sampled_from(["ok", "avoid", "unknown"])
NAMES = st.sampled_from(["claude", "claude/api", "openai/api", "openai/api/gpt-5-mini"])


def advice(**uses: str) -> dict[str, Any]:
    targets = [{"id": name, "use": use} for name, use in uses.items()]
    return {"v": 1, "ttl_s": 10, "targets": targets, "order": []}


@given(st.dictionaries(NAMES, USES), st.lists(NAMES, min_size=1), st.floats(0, 200))
def test_a_choice_is_never_left_empty_and_only_what_is_down_leaves_it(
    uses: dict[str, str], choices: list[str], later_s: float
) -> None:
    opinion = opinion_of(advice(**uses), 100.0)
    left = kept(choices, lambda one: opinion.avoids(one, 100.0 + later_s))
    assert left
    assert [one for one in choices if one in left] == left
    if len(left) < len(choices):
        assert later_s <= 60
        assert "avoid" in uses.values()


def test_the_longest_part_that_the_advice_knows_counts() -> None:
    opinion = opinion_of(advice(**{"claude": "ok", "claude/api": "avoid"}), 0.0)
    assert opinion.avoids("claude/api/claude-haiku-4-5", 1.0)
    assert not opinion.avoids("claude/web", 1.0)
    assert not opinion.avoids("openai/api", 1.0)
    model = opinion_of(advice(**{"claude/api": "avoid", "claude/api/sonnet": "ok"}), 0.0)
    assert not model.avoids("claude/api/sonnet", 1.0)


def test_an_opinion_grows_stale_and_is_renewed_when_nothing_changed() -> None:
    opinion = opinion_of(advice(claude="avoid"), 0.0)
    assert opinion.avoids("claude", 60.0)
    assert not opinion.avoids("claude", 60.1)
    assert still(opinion, 50.0).avoids("claude", 110.0)
    assert not still(NONE, 50.0).avoids("claude", 50.0)


def test_since_when_is_kept_while_it_lasts() -> None:
    first = opinion_of(advice(claude="avoid"), 5.0)
    second = opinion_of(advice(claude="avoid", openai="avoid"), 15.0, first)
    assert (second.since("claude", 16.0), second.since("openai", 16.0)) == (5.0, 15.0)
    over = opinion_of(advice(claude="ok"), 25.0, second)
    assert opinion_of(advice(claude="avoid"), 35.0, over).since("claude", 36.0) == 35.0


@pytest.mark.parametrize(
    "strange",
    [None, [], "x", {}, {"v": 2, "targets": [{"id": "claude", "use": "avoid"}]}, {"v": 1}],
)
def test_what_is_not_understood_is_no_opinion(strange: Any) -> None:
    assert not opinion_of(strange, 0.0).avoids("claude", 0.0)


@pytest.mark.parametrize("ttl", [None, "10", True, -5, 0, 1e9, float("nan")])
def test_a_strange_time_to_live_neither_hammers_nor_sleeps_for_ever(ttl: Any) -> None:
    opinion: Opinion = opinion_of({**advice(claude="avoid"), "ttl_s": ttl}, 0.0)
    assert 1.0 <= opinion.ttl_s <= 60.0
    assert opinion.avoids("claude", 1.0)


def test_three_answers_in_a_row_since_it_is_called_down_say_that_it_works() -> None:
    observed = Observed()
    for asked_s in (9.0, 11.0, 12.0):
        observed.succeeded("a", asked_s)
    assert not observed.works("a", 10.0)
    observed.succeeded("a", 13.0)
    assert observed.works("a", 10.0)
    observed.failed("a")
    assert not observed.works("a", 10.0)
    assert not observed.works("b", 10.0)
