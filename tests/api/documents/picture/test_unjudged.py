"""Whenever nobody can judge a component, no text says that all is well."""

import re
from collections.abc import Iterator

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from rich.console import Console

from api.cli.commands.status import _all, _one
from api.documents.evidence import names_of
from api.documents.picture.picture import Picture
from api.documents.picture.standing import unjudged_in
from api.explanation import explain
from coordinator.verdicts.current_state import CurrentState
from tests.scenarios.internet import Silence, Trouble, results, topology
from tests.scenarios.trial import at, try_results
from worker.contract.outcome import Blame, Reason

NET = topology(regions=3, services=(("claude", 3), ("openai", 1)), references=2)
REGIONS = [region.id for region in NET.regions]
OURS = [Reason.BLOCKED, Reason.UNAUTHORIZED, Reason.RATE_LIMITED, Reason.INTERNAL, Reason.DNS]
CLAIMS_ALL = re.compile(r"\ball (is )?well\b|^\w+ (is|are) well|services are well|^Both", re.I)
"""How a text says that all is well: `2 of 3 components ...` does not."""


def some(names: list[str]) -> st.SearchStrategy[list[str] | None]:
    """All of these names, or some."""
    return st.none() | st.lists(st.sampled_from(names), min_size=1, max_size=3)


obstacles = st.lists(
    st.builds(
        Trouble,
        since=st.sampled_from([0, 12]).map(at),
        regions=some(REGIONS),
        services=some(["claude", "openai"]),
        components=some(["c1", "c2", "c3"]),
        reason=st.sampled_from([*OURS, Reason.STATUS]),
    ),
    min_size=1,
    max_size=4,
)
silences = st.lists(
    st.builds(
        Silence,
        since=st.sampled_from([0, 12]).map(at),
        until=st.just(at(60)),
        regions=st.lists(st.sampled_from(REGIONS), min_size=1, max_size=2),
    ),
    max_size=1,
)


def picture_of(troubles: list[Trouble], silences: list[Silence]) -> Picture:
    """What stands after a while in which this went on."""
    trial = try_results(NET, results(NET, at(0), at(40), troubles, silences), until=at(41))
    standings: dict[str, dict[str, dict[str, object]]] = {"service": {}, "region": {}, "worker": {}}
    for kind, subject, _, document in CurrentState().changes(trial.engine, at(41)):
        standings[kind][subject] = dict(document)
    return Picture(1, NET, standings["service"], standings["region"])


def texts_of(picture: Picture, service: str) -> Iterator[str]:
    """Every text about a service that people get to read."""
    detail, matrix = picture.detail(service), picture.matrix(service)
    assert detail is not None
    assert matrix is not None
    yield detail["headline"]
    yield detail["verdict"]["reason"]
    names = names_of(NET, service)
    yield from (point.text for point in explain(dict(detail["verdict"]), names).sections[0].points)
    out = Console(width=200)
    with out.capture() as said:
        _one(out, dict(detail), dict(matrix))
    yield from said.get().splitlines()[:2]


def overview_texts(picture: Picture) -> Iterator[str]:
    """Every text about all services together."""
    overview = picture.overview()
    yield overview["headline"]
    out = Console(width=200)
    with out.capture() as said:
        _all(out, dict(overview))
    yield said.get().splitlines()[0]


@given(obstacles, silences)
@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
def test_no_text_says_that_all_is_well_while_a_component_is_not_judged(
    troubles: list[Trouble], silences: list[Silence]
) -> None:
    picture = picture_of(troubles, silences)
    partly = False
    for service in picture.services:
        matrix = picture.matrix(service["id"])
        assert matrix is not None
        unjudged = unjudged_in(matrix["cells"], [part["id"] for part in service["components"]])
        if not unjudged:
            continue
        partly = True
        assert service["state"] != "well"
        for text in texts_of(picture, service["id"]):
            assert not CLAIMS_ALL.search(text.removeprefix(f"{service['name']}: ")), text
        if service["verdict"]["scope"] == "none":
            for part in service["components"]:
                assert part["id"] not in unjudged or part["label"] in service["headline"]
                assert part["id"] not in unjudged or part["name"] in service["verdict"]["reason"]
    if partly:
        assert picture.overview()["state"] != "well"
        for text in overview_texts(picture):
            assert not CLAIMS_ALL.search(text), text


def test_a_component_whose_looks_are_all_blocked_is_named_with_that() -> None:
    blocked = Trouble(at(0), services=["claude"], components=["c2"], reason=Reason.BLOCKED)
    picture = picture_of([blocked], [])
    claude = picture.services[0]
    assert claude["headline"] == ("2 of 3 components well; C2 not judged: every look was blocked")
    assert claude["verdict"]["reason"] == (
        "2 of 3 components of Claude are well in all 3 regions."
        " C2 not judged: every look was blocked."
    )
    assert picture.overview()["headline"] == f"Claude: {claude['headline']}"


def test_a_service_none_of_whose_components_can_be_judged_is_unknown_and_says_why() -> None:
    blocked = Trouble(at(0), services=["openai"], reason=Reason.BLOCKED, blame=Blame.PROBER)
    picture = picture_of([blocked], [])
    openai = picture.services[1]
    assert (openai["state"], openai["verdict"]["scope"]) == ("unknown", "unknown")
    assert openai["headline"] == "Not judged: every look was blocked"
    assert "every look was blocked" in openai["verdict"]["reason"]
    assert picture.overview()["headline"] == "Openai cannot be judged: every look was blocked"
