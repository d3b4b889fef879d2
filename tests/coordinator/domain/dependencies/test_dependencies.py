"""Which incident upstream caused which, how probable that is, and how far it cascades."""

from dataclasses import replace
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from coordinator.domain.dependencies.cascade import Link, cascades, cause_named
from coordinator.domain.dependencies.cause import SAID_FROM, causes, probability
from coordinator.domain.dependencies.graph import MOST_DEPTH, Graph, circle_in, longest_in
from coordinator.domain.model.incident import Incident
from coordinator.domain.model.verdict import Severity
from tests.coordinator.domain.notifying.incidents import AT, MINUTE, TOPOLOGY, incident, over

GRAPH = Graph({"shop": ("claude/api",), "app": ("shop",), "desk": ("claude",)})
CLAUDE = incident()
API = frozenset({"api"})


def after(name: str, service: str, seconds: int, **told: object) -> Incident:
    began = AT + seconds * 1000
    times = {"started_by": began, "started_after": began - 30_000, "opened_at": began}
    return incident(name, service, **{**times, "components": ("buy",), **told})


def test_what_follows_within_minutes_is_probably_caused_by_it() -> None:
    shop = after("shop-1", "shop", 60)
    (found,) = causes([CLAUDE, shop], GRAPH).values()
    assert (found.incident, found.service, found.components) == ("claude-1", "claude", ("api",))
    assert found.probability > 0.95
    assert (found.root, found.root_service) == ("claude-1", "claude")


def test_what_follows_after_hours_or_came_before_is_not() -> None:
    assert causes([CLAUDE, after("shop-1", "shop", 4 * 3600)], GRAPH) == {}
    assert causes([CLAUDE, after("shop-1", "shop", -1200)], GRAPH) == {}


def test_another_component_or_another_place_is_no_cause() -> None:
    web = replace(CLAUDE, components=("web",))
    assert causes([web, after("shop-1", "shop", 300)], GRAPH) == {}
    elsewhere = after("shop-1", "shop", 300, regions=("us-east",))
    assert causes([replace(CLAUDE, regions=("eu-west",)), elsewhere], GRAPH) == {}
    assert "desk-1" in causes([web, after("desk-1", "desk", 60)], GRAPH)


def test_what_was_over_before_or_is_withdrawn_is_no_cause() -> None:
    shop = after("shop-1", "shop", 600)
    assert causes([over(CLAUDE, AT + 5 * MINUTE), shop], GRAPH) == {}
    assert causes([over(CLAUDE, AT + 20 * MINUTE, withdrawn=True), shop], GRAPH) == {}
    assert "shop-1" in causes([over(CLAUDE, AT + 20 * MINUTE), after("shop-1", "shop", 60)], GRAPH)


def test_a_cascade_goes_back_to_its_root_and_is_one_sentence() -> None:
    found = [CLAUDE, after("shop-1", "shop", 30), after("app-1", "app", 60)]
    told = causes([*found, after("desk-1", "desk", 10)], GRAPH)
    assert {name: one.root for name, one in told.items()} == dict.fromkeys(
        ("shop-1", "app-1", "desk-1"), "claude-1"
    )
    assert told["app-1"].incident == "shop-1"
    known = {one.id: one for one in (*found, after("desk-1", "desk", 10))}
    links = [
        Link(name, known[name].service, known[name].severity, one) for name, one in told.items()
    ]
    (one,) = cascades(links)
    assert one.services == ["app", "desk", "shop"]
    assert one.sentence(TOPOLOGY) == "3 of your services are down because Claude API is"
    (alone,) = cascades(link for link in links if link.service == "shop")
    assert alone.sentence(TOPOLOGY) == "Our shop is down because Claude API is"
    slow = [replace(link, severity=Severity.DEGRADED) for link in links]
    assert cascades(slow)[0].sentence(TOPOLOGY).startswith("3 of your services are disrupted")


@pytest.mark.parametrize(
    ("service", "components", "named"),
    [
        ("claude", ["api"], "Claude API"),
        ("claude", ["web"], "claude.ai"),
        ("claude", ["api", "web"], "Claude"),
        ("claude", [], "Claude"),
        ("claude", ["gone"], "Claude gone"),
    ],
)
def test_a_cause_is_named_once(service: str, components: list[str], named: str) -> None:
    assert cause_named(service, components, TOPOLOGY) == named


@pytest.mark.parametrize(
    ("edges", "circle"),
    [
        ({"a": ("a",)}, ["a", "a"]),
        ({"a": ("b/x",), "b": ("c",), "c": ("a/y",)}, ["a", "b", "c", "a"]),
        ({"z": ("a",), "a": ("b",), "b": ("a",)}, ["a", "b", "a"]),
        ({"a": ("b", "c"), "b": ("d",), "c": ("d",)}, None),
        ({}, None),
    ],
)
def test_a_circle_is_shown(edges: dict[str, tuple[str, ...]], circle: list[str] | None) -> None:
    assert circle_in(edges) == circle


def test_rows_of_any_length_are_looked_at() -> None:
    row = {f"s{number}": (f"s{number + 1}",) for number in range(5_000)}
    assert circle_in(row) is None
    assert len(longest_in(row)) == 5_001
    assert len(Graph(row).upstream["s0"]) == MOST_DEPTH


names = st.sampled_from("abcdef")
edges = st.dictionaries(names, st.lists(names, max_size=3, unique=True).map(tuple), max_size=6)


@given(edges)
def test_either_there_is_a_circle_or_an_order(found: dict[str, tuple[str, ...]]) -> None:
    circle = circle_in(found)
    if circle is not None:
        assert circle[0] == circle[-1]
        assert all(b in found[a] for a, b in pairwise(circle))
    else:
        row = longest_in(found)
        assert len(row) == len(set(row))
        assert all(b in found[a] for a, b in pairwise(row))


lags = st.integers(-7200, 7200)
REGIONS = ("eu-west", "us-east", "ap-south")
regions = st.sets(st.sampled_from(REGIONS), min_size=1).map(lambda one: tuple(sorted(one)))


@given(lags, regions, regions, st.booleans())
def test_a_probability_is_one(
    lag: int, mine: tuple[str, ...], theirs: tuple[str, ...], other: bool
) -> None:
    upstream = replace(CLAUDE, regions=theirs, components=("web",) if other else ("api",))
    assert 0 <= probability(after("x", "shop", lag, regions=mine), upstream, API) < 1


@given(st.integers(0, 7200), st.integers(0, 7200), regions)
def test_the_later_it_follows_the_less_probable(lag: int, more: int, mine: tuple[str, ...]) -> None:
    soon, late = (after("x", "shop", one, regions=mine) for one in (lag, lag + more))
    assert probability(soon, CLAUDE, API) >= probability(late, CLAUDE, API)


@given(lags, regions, st.sampled_from(REGIONS))
def test_where_the_cause_reaches_farther_it_is_not_less_probable(
    lag: int, theirs: tuple[str, ...], more: str
) -> None:
    one = after("x", "shop", lag, regions=REGIONS)
    wider = replace(CLAUDE, regions=tuple({*theirs, more}))
    assert probability(one, wider, API) >= probability(one, replace(CLAUDE, regions=theirs), API)


@given(
    st.lists(st.tuples(st.sampled_from(["claude", "shop", "app", "desk", "x"]), lags), max_size=8),
    st.randoms(),
)
def test_the_order_of_incidents_does_not_matter_and_strangers_are_never_blamed(
    found: list[tuple[str, int]], chance: object
) -> None:
    made = [after(f"{s}-{n}", s, lag) for n, (s, lag) in enumerate(found)]
    shuffled = sorted(made, key=lambda one: hash((one.id, str(chance))))
    told = causes(made, GRAPH)
    assert told == causes(shuffled, GRAPH)
    by_id = {one.id: one for one in made}
    for name, cause in told.items():
        assert cause.service in GRAPH.upstream[by_id[name].service]
        assert cause.probability >= SAID_FROM
        assert cause.root not in told
