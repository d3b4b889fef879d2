"""Statements and incidents are joined by component and time; silence, deafness and half a truth are
told apart.
"""

import random
from dataclasses import replace
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from coordinator.domain.acknowledging.acknowledgement import Acknowledgement, State, told, voided
from coordinator.domain.acknowledging.hearing import Span, joined, lasts_ms, within, without
from coordinator.domain.acknowledging.joining import acknowledgements
from coordinator.domain.acknowledging.sentences import sentence
from coordinator.domain.acknowledging.statement import Edit, Look
from coordinator.domain.model.incident import Incident, Part
from coordinator.domain.model.verdict import Scope
from tests.coordinator.domain.acknowledging.made import (
    MINUTE,
    at,
    incident,
    over,
    read,
    said,
    vendor,
    words,
)

LATER = at(3000)


def states(rows: list[Acknowledgement]) -> list[tuple[str, str, str]]:
    return [
        (
            row.incident.id if row.incident else "",
            row.statement.incident if row.statement else "",
            str(row.state),
        )
        for row in rows
    ]


def only(*looks: Look, ours: Incident, now: int = LATER) -> Acknowledgement:
    (row,) = acknowledgements(vendor(*looks), [ours], now)
    return row


def test_an_admission_by_component_that_is_late_and_complete() -> None:
    told_ = words(published_at=at(19), claimed_at=at(2))
    row = only(read(0), read(18), read(20, told_), ours=over())
    assert row.state is State.ACKNOWLEDGED
    assert row.lag is not None
    assert row.lag.best_ms == 18 * MINUTE
    assert row.reach is not None
    assert row.reach.word == "right"
    assert row.reassured_ms == 19 * MINUTE
    document = row.to_document()
    assert document["claim_error"] == {
        "best_ms": MINUTE,
        "least_ms": MINUTE,
        "most_ms": 2 * MINUTE,
    }
    assert sentence(document).startswith(
        "The vendor says so since 2026-03-01 12:49 UTC (18 min after"
    )


def test_half_an_admission_names_what_is_missing() -> None:
    ours = over(components=("api", "web", "console"), peak=Scope.SYSTEM_WIDE)
    row = only(read(0), read(20, words()), ours=ours)
    assert row.reach is not None
    assert row.reach.word == "narrower"
    assert row.reach.missing == ("console", "web")
    assert sentence(row.to_document()).endswith(
        "but not of console and web; its state: investigating."
    )


def test_what_an_incident_reached_before_it_narrowed_counts() -> None:
    ours = over(components=("web",), parts=(Part("component", "api", at(1), at(9)),))
    assert only(read(0), read(5, words()), ours=ours).state is State.ACKNOWLEDGED


def test_other_components_other_times_and_other_services_are_not_joined() -> None:
    looks = (read(0), read(20, words(names=("claude.ai",))))
    assert states(acknowledgements(vendor(*looks), [over(components=("console",))], LATER)) == [
        ("claude-0001", "", "never"),
        ("", "v1", "unseen"),
    ]
    late = (read(0), read(120, words(published_at=at(119))))
    assert states(acknowledgements(vendor(*late), [over()], LATER)) == [
        ("claude-0001", "", "never"),
        ("", "v1", "unseen"),
    ]
    elsewhere = (read(0), read(20, words(names=("Claude Code",))))
    assert states(acknowledgements(vendor(*elsewhere), [over()], LATER)) == [
        ("claude-0001", "", "never")
    ]
    assert acknowledgements(vendor(*looks), [over(service="openai")], at(25)) == []


def test_what_is_admitted_afterwards_when_it_is_over_is_joined() -> None:
    late = words(status="resolved", published_at=at(99), resolved_at=at(99), claimed_at=at(99))
    row = only(read(0), read(100, late), ours=over())
    assert row.state is State.ACKNOWLEDGED
    assert row.lag is not None
    assert row.lag.best_ms == 98 * MINUTE


def test_without_a_component_time_alone_joins_and_the_reach_cannot_be_said() -> None:
    row = only(read(0), read(20, words(names=())), ours=over())
    assert row.basis == "time"
    assert row.reach is not None
    assert row.reach.word == "cannot_say"
    assert any("names no component" in remark for remark in row.remarks)


def test_one_statement_of_several_incidents_and_several_of_one() -> None:
    looks = (read(0), read(5, words()), read(9, words(), words("v2", names=())))
    rows = acknowledgements(vendor(*looks), [over(), over(2, opened_at=at(3))], LATER)
    assert states(rows) == [
        ("claude-0001", "v1", "acknowledged"),
        ("claude-0001", "v2", "acknowledged"),
        ("claude-0002", "v1", "acknowledged"),
        ("claude-0002", "v2", "acknowledged"),
    ]
    assert [row.leads for row in rows] == [True, False, True, False]


def test_a_page_that_was_not_read_is_not_heard_and_reassured_nobody() -> None:
    deaf = replace(vendor(read(0)), heard=(Span(at(-900), at(-60)),))
    (row,) = acknowledgements(deaf, [over()], LATER)
    assert row.state is State.NOT_HEARD
    assert (row.reassured_ms, row.unheard_ms) == (0, 58 * MINUTE)


def test_silence_is_final_only_a_day_after_the_end() -> None:
    quiet = vendor(read(0))
    (row,) = acknowledgements(quiet, [incident()], at(30))
    assert (row.state, row.reassured_ms) == (State.NOTHING_YET, 29 * MINUTE)
    assert acknowledgements(quiet, [over()], at(90))[0].state is State.NOTHING_YET
    assert acknowledgements(quiet, [over()], LATER)[0].state is State.NEVER


def test_a_state_that_nobody_knows_is_neither_green_nor_red() -> None:
    row = only(read(0), read(11, words(status="bananas")), ours=over())
    assert (row.reassured_ms, row.unheard_ms) == (10 * MINUTE, 48 * MINUTE)
    assert "The vendor's state 'bananas' is not known" in " ".join(row.remarks)


def test_what_is_taken_away_stays_an_admission_and_the_page_is_green_again() -> None:
    (statement,) = said(read(0), read(11, words()), read(20, words()))
    gone = Edit("", at(22), at(40), None, at(20))
    taken = replace(statement, edits=(*statement.edits, gone))
    (row,) = acknowledgements(replace(vendor(), statements=[taken]), [over()], LATER)
    assert row.state is State.ACKNOWLEDGED
    assert row.reassured_ms == (10 + 59 - 22) * MINUTE
    assert row.to_document()["vendor"]["gone_by"]
    assert "took it away" in sentence(row.to_document())


def test_what_began_before_we_listened_or_a_moment_ago_is_not_unseen() -> None:
    looks = (read(10, words(published_at=at(5))),)
    listening = replace(vendor(*looks), heard=(Span(at(8), at(900)),))
    assert acknowledgements(listening, [], LATER) == []
    assert acknowledgements(vendor(*looks), [], at(12)) == []
    assert states(acknowledgements(vendor(*looks), [], LATER)) == [("", "v1", "unseen")]


def test_an_incident_that_was_withdrawn_has_no_row() -> None:
    gone = over(withdrawn=True)
    looks = (read(0), read(5, words()))
    assert states(acknowledgements(vendor(*looks), [gone], LATER)) == [("", "v1", "unseen")]


def test_a_dated_remark_names_the_zone_that_may_be_wrong() -> None:
    row = only(read(0), read(20, words(published_at=at(20 + 480))), ours=over())
    assert any("its time zone may be wrong" in remark for remark in row.remarks)


@pytest.mark.parametrize(
    ("regions", "peak", "word"),
    [
        ((), Scope.REGIONAL, "wider"),
        (("us-east-1",), Scope.REGIONAL, "right"),
        (("us-east-1",), Scope.COMPONENT, "narrower"),
        ((), Scope.UNKNOWN, "cannot_say"),
    ],
)
def test_scopes_are_compared(regions: tuple[str, ...], peak: Scope, word: str) -> None:
    row = only(read(0), read(5, words(regions=regions)), ours=over(peak=peak))
    assert row.reach is not None
    assert row.reach.word == word


def test_rows_have_ids_of_their_sides_and_what_grows_is_no_news() -> None:
    one = only(read(0), read(5, words()), ours=incident(), now=at(6))
    later = only(read(0), read(5, words()), ours=incident(), now=at(9))
    edited = only(read(0), read(5, words()), read(7, words(title="x")), ours=incident(), now=at(9))
    assert one.key == later.key == edited.key
    assert told(one.to_document()) == told(later.to_document()) != told(edited.to_document())
    assert sentence(voided(one.to_document())).startswith("The vendor's word and what we saw")


@given(
    st.lists(st.tuples(st.integers(0, 90), st.sampled_from(["v1", "v2"])), max_size=8),
    st.lists(st.tuples(st.integers(0, 90), st.integers(2, 60)), max_size=5),
    st.integers(0, 2**32),
)
def test_each_side_is_told_once_at_least_and_in_any_order_alike(
    spoken: list[tuple[int, str]], spells: list[tuple[int, int]], seed: int
) -> None:
    chance = random.Random(seed)
    looks = [read(-1), *(read(minute + 0.5, words(name)) for minute, name in spoken)]
    ours = [
        over(number, begin + lasts, started_after=at(begin), started_by=at(begin + 1))
        for number, (begin, lasts) in enumerate(spells)
    ]
    rows = acknowledgements(vendor(*looks), ours, LATER)
    chance.shuffle(ours)
    chance.shuffle(looks)
    again = acknowledgements(vendor(*looks), ours, LATER)
    assert {row.key: row.to_document() for row in rows} == {
        row.key: row.to_document() for row in again
    }
    assert sum(row.leads for row in rows if row.incident) == len(ours)
    names = {row.statement.incident for row in rows if row.statement}
    assert names == {name for _, name in spoken}
    for row in rows:
        assert 0 <= row.reassured_ms + row.unheard_ms <= 60 * MINUTE


SPANS = st.lists(st.builds(Span, st.integers(0, 50), st.integers(0, 50)), max_size=12)


@given(SPANS, SPANS)
def test_spans_are_sets_of_moments(some: list[Span], others: list[Span]) -> None:
    def moments(spans: list[Span] | tuple[Span, ...]) -> set[int]:
        return {at_ for span in spans for at_ in range(span.since, span.until)}

    assert moments(joined(some)) == moments(some)
    assert moments(without(some, others)) == moments(some) - moments(others)
    assert moments(within(some, Span(10, 40))) == moments(some) & {*range(10, 40)}
    assert lasts_ms(some) == len(moments(some))
    assert all(one.until < other.since for one, other in pairwise(joined(some)))
