"""What messages say."""

from coordinator.domain.model.verdict import Scope
from coordinator.domain.notifying.message import of_incident, of_many
from coordinator.domain.notifying.thread import Kind, said_of
from tests.coordinator.domain.notifying.incidents import AT, MINUTE, TOPOLOGY, incident, over


def test_a_message_tells_what_how_far_since_when_and_how_sure() -> None:
    one = incident()
    said = said_of(one, ["shop"])
    link = "https://outscope.example.com/incidents/claude-1"
    told = of_incident(Kind.OPENED, one, said, TOPOLOGY, at=AT, confidence=0.934, link=link)
    assert told.title == "Claude: Claude API disrupted everywhere"
    assert told.text.splitlines() == [
        "Claude API fails everywhere.",
        "Reach: component, everywhere, some features",
        "Regions: Ireland and Virginia",
        "Since: between 2026-02-25 06:12:50 UTC and 2026-02-25 06:13:20 UTC",
        "Sure: 93%",
        "Fell with it: Our shop",
        f"Evidence: {link}",
    ]
    assert told.key == "claude-1"
    assert told.document["scope"] == "component"
    assert told.document["since"] == ["2026-02-25T06:12:50.000Z", "2026-02-25T06:13:20.000Z"]


def test_the_end_says_how_long_it_took() -> None:
    one = over(incident(scope=Scope.REGIONAL, regions=("eu-west",)), AT + 12 * MINUTE)
    told = of_incident(Kind.RESOLVED, one, said_of(one, ()), TOPOLOGY, at=AT, confidence=0.9)
    assert told.title == "Claude: over after 12 min: Claude API works again"
    assert "Sure" not in told.text
    gone = of_incident(Kind.WITHDRAWN, one, said_of(one, ()), TOPOLOGY, at=AT, confidence=0.9)
    assert gone.title == "Claude: withdrawn: Claude API disrupted in Ireland"


def test_what_left_the_configuration_is_told_by_its_id() -> None:
    one = incident("x-1", "gone", components=("old",), scope=Scope.REGIONAL, regions=("mars",))
    told = of_incident(Kind.OPENED, one, said_of(one, ()), TOPOLOGY, at=AT, confidence=0.5)
    assert told.title == "gone: old disrupted in mars"


def test_a_digest_counts() -> None:
    many = [incident(f"s{n}-1", f"s{n}") for n in range(7)]
    told = of_many(many, TOPOLOGY, AT)
    assert told.title == "7 more incidents began: s0, s1, s2 and 4 more services"
