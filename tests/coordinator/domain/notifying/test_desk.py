"""Who is told what: one beginning, bounded changes, one end, whatever happens in between."""

from collections import Counter
from dataclasses import replace
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from coordinator.domain.model.incident import Incident
from coordinator.domain.model.verdict import Scope, Severity
from coordinator.domain.notifying.desk import BURST, Desk
from coordinator.domain.notifying.hours import QuietHours
from coordinator.domain.notifying.rule import Rule
from coordinator.domain.notifying.thread import DIGESTED, Kind, Thread
from tests.coordinator.domain.notifying.incidents import AT, MINUTE, incident, over

ALL = Rule("all")


class Office:
    """Asks the desk again and again, and keeps what was said as a store would."""

    def __init__(self, *rules: Rule) -> None:
        self.rules = rules
        self.incidents: dict[str, Incident] = {}
        self.threads: dict[tuple[str, str], Thread] = {}
        self.said: list[tuple[int, str, str, Kind]] = []
        self.digests: list[tuple[str, ...]] = []
        self.begun: Counter[str] = Counter()

    def ask(self, at: int, *incidents: Incident) -> list[tuple[str, Kind]]:
        self.incidents |= {one.id: one for one in incidents}
        sure = {one.service: 0.9 for one in self.incidents.values()}
        desk = Desk(self.incidents, self.threads, sure, self.begun)
        steps, digests = desk.steps(self.rules, at)
        new = []
        for step in steps:
            thread = step.thread
            self.threads[thread.rule, thread.incident] = thread
            if step.kind is not None:
                new.append((thread.incident, step.kind))
                self.said.append((at, thread.rule, thread.incident, step.kind))
                self.begun[thread.rule] += step.kind is Kind.OPENED
        self.digests += [one.incidents for one in digests]
        return new


def test_an_incident_is_told_once_and_its_end_once() -> None:
    office, one = Office(ALL), incident()
    assert office.ask(AT, one) == [("claude-1", Kind.OPENED)]
    assert office.ask(AT + MINUTE, one) == []
    assert office.ask(AT + 2 * MINUTE, over(one, AT + 2 * MINUTE)) == [("claude-1", Kind.RESOLVED)]
    assert office.ask(AT + 3 * MINUTE) == []


def test_what_is_withdrawn_is_told_to_whom_it_was_told() -> None:
    office, one = Office(ALL, Rule("shop", services=frozenset({"shop"}))), incident()
    office.ask(AT, one)
    gone = over(one, AT + MINUTE, withdrawn=True)
    assert office.ask(AT + MINUTE, gone) == [("claude-1", Kind.WITHDRAWN)]


def test_what_was_over_before_it_was_due_is_never_told() -> None:
    office, one = Office(Rule("late", after_ms=5 * MINUTE)), incident()
    assert office.ask(AT + 4 * MINUTE, one) == []
    assert office.ask(AT + 4 * MINUTE + 1, over(one, AT + 4 * MINUTE)) == []
    other = incident("claude-2", started_by=AT)
    assert office.ask(AT + 5 * MINUTE, other) == [("claude-2", Kind.OPENED)]


def test_worse_is_told_soon_and_other_changes_later() -> None:
    office = Office(ALL)
    one = incident(scope=Scope.REGIONAL, regions=("eu-west",), severity=Severity.DEGRADED)
    office.ask(AT, one)
    moved = replace(one, regions=("us-east",))
    assert office.ask(AT + 2 * MINUTE, moved) == [], "another region is no worse"
    wider = replace(one, scope=Scope.SYSTEM_WIDE)
    assert office.ask(AT + MINUTE - 1, wider) == []
    assert office.ask(AT + MINUTE, wider) == [("claude-1", Kind.CHANGED)]
    narrower = replace(wider, scope=Scope.COMPONENT)
    assert office.ask(AT + 3 * MINUTE, narrower) == []
    assert office.ask(AT + 11 * MINUTE, narrower) == [("claude-1", Kind.CHANGED)]


def test_a_rule_leaves_out_what_it_does_not_ask_for() -> None:
    one = incident(scope=Scope.REGIONAL, regions=("eu-west",), severity=Severity.DEGRADED)
    for rule, wanted in (
        (Rule("r", services=frozenset({"shop"})), False),
        (Rule("r", components=frozenset({"web"})), False),
        (Rule("r", components=frozenset({"api"})), True),
        (Rule("r", regions=frozenset({"us-east"})), False),
        (Rule("r", regions=frozenset({"eu-west", "us-east"})), True),
        (Rule("r", scopes=frozenset({Scope.SYSTEM_WIDE})), False),
        (Rule("r", severity=Severity.OUTAGE), False),
        (Rule("r", confidence=0.95), False),
        (Rule("r", confidence=0.9), True),
    ):
        assert bool(Office(rule).ask(AT, one)) == wanted, rule


def test_a_cascade_is_told_in_the_thread_of_its_cause() -> None:
    office, one = Office(ALL), incident()
    fell = incident("shop-1", "shop", components=("buy",), started_by=AT + 1, cause="claude-1")
    assert office.ask(AT + MINUTE, fell, one) == [("claude-1", Kind.OPENED)]
    assert office.threads["all", "claude-1"].said.also == ("shop",)
    assert office.threads["all", "shop-1"].within == "claude-1"
    assert office.ask(AT + 2 * MINUTE, over(fell, AT + 2 * MINUTE)) == []
    later = incident("shop-2", "shop", components=("buy",), cause="claude-1")
    assert office.ask(AT + 4 * MINUTE, later) == [], "the same service fell with it before"
    ended = over(one, AT + 5 * MINUTE)
    assert office.ask(AT + 5 * MINUTE, ended) == [("claude-1", Kind.RESOLVED)]


def test_a_flood_becomes_a_few_messages_and_a_count() -> None:
    office = Office(ALL)
    many = [incident(f"s{n}-1", f"s{n}", started_by=AT + n) for n in range(10_000)]
    assert len(office.ask(AT + MINUTE, *many)) == BURST
    assert [len(one) for one in office.digests] == [10_000 - BURST]
    assert office.ask(AT + 2 * MINUTE) == []
    ends = office.ask(AT + 3 * MINUTE, *(over(one, AT + 3 * MINUTE) for one in many))
    assert len(ends) == BURST
    assert {thread.within for thread in office.threads.values()} == {"", DIGESTED}


def test_quiet_hours_hold_back_what_is_not_bad_enough() -> None:
    night = QuietHours(22 * 60, 7 * 60, "Europe/Berlin", unless=Severity.OUTAGE)
    office = Office(Rule("r", quiet=night))
    midnight = 1_772_060_400_000  # 2026-02-26 00:00 in Berlin
    slow = incident("a", severity=Severity.DEGRADED, started_by=midnight, opened_at=midnight)
    down = incident("b", started_by=midnight)
    assert office.ask(midnight, slow, down) == [("b", Kind.OPENED)]
    assert office.ask(midnight + 7 * 3_600_000 - 1) == []
    assert office.ask(midnight + 7 * 3_600_000) == [("a", Kind.OPENED)]


severities = st.sampled_from([Severity.DEGRADED, Severity.OUTAGE])
scopes = st.sampled_from([Scope.REGIONAL, Scope.COMPONENT, Scope.SYSTEM_WIDE, Scope.UNKNOWN])
changes = st.lists(
    st.tuples(
        st.integers(1, 30 * MINUTE),
        st.sampled_from(["a", "b", "c"]),
        st.one_of(st.none(), st.booleans(), st.tuples(severities, scopes)),
    ),
    max_size=40,
)


@settings(max_examples=200, deadline=None)
@given(changes, st.integers(0, 5 * MINUTE), st.sampled_from(["", "a"]))
def test_whatever_happens_nobody_is_told_twice_nor_of_an_end_without_a_beginning(
    story: list[tuple[int, str, Any]], after_ms: int, cause: str
) -> None:
    office, at, alive = Office(Rule("r", after_ms=after_ms)), AT, dict[str, Incident]()
    number = 0
    for step_ms, name, change in story:
        at += step_ms
        if name not in alive:
            number += 1
            linked = alive[cause].id if cause in alive else ""
            alive[name] = incident(f"{name}-{number}", name, started_by=at, cause=linked)
        elif isinstance(change, bool):
            office.ask(at, over(alive.pop(name), at, withdrawn=change))
            continue
        elif change is not None:
            alive[name] = replace(alive[name], severity=change[0], scope=change[1])
        office.ask(at, alive[name])
        assert office.ask(at) == [], "asked again it says nothing"
    for one in set(office.incidents):
        kinds = [kind for _, _, of, kind in office.said if of == one]
        assert kinds.count(Kind.OPENED) <= 1
        assert kinds[:1] in ([], [Kind.OPENED]), "an end or a change without a beginning"
        ends = [kind for kind in kinds if kind in (Kind.RESOLVED, Kind.WITHDRAWN)]
        assert len(ends) <= 1
        assert not ends or kinds[-1] is ends[0]
        hours = Counter(when // 3_600_000 for when, _, of, _ in office.said if of == one)
        assert all(count <= 62 for count in hours.values())
