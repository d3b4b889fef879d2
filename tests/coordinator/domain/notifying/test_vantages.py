"""Who is told that regions fell silent or unfit: one thread for all that fell together."""

import itertools
from collections.abc import Mapping

from hypothesis import given, settings
from hypothesis import strategies as st

from coordinator.domain.model.fitness import Fitness
from coordinator.domain.model.topology import Check, Region, Topology
from coordinator.domain.model.verdict import Severity
from coordinator.domain.notifying.hours import QuietHours
from coordinator.domain.notifying.message import Message
from coordinator.domain.notifying.rule import Rule
from coordinator.domain.notifying.thread import Kind, Thread
from coordinator.domain.notifying.vantage_message import of_vantages
from coordinator.domain.notifying.vantages import Vantage, paces, vantage_steps
from tests.coordinator.domain.notifying.incidents import AT, MINUTE

NAMES = ("a", "b", "c", "d", "e")
TOPOLOGY = Topology(regions=tuple(Region(name, f"Land {name.upper()}") for name in NAMES))
ALL = Rule("all", workers=True)
FIT, UNFIT, SILENT = Fitness.FIT, Fitness.UNFIT, Fitness.SILENT
HOUR = 60 * MINUTE


class Watch:
    """Asks again and again, and keeps what was said as a store would."""

    def __init__(self, rule: Rule = ALL) -> None:
        self.rule = rule
        self.vantages = {name: Vantage(name, FIT, "", AT - HOUR) for name in NAMES}
        self.threads: dict[str, Thread] = {}
        self.begun: dict[str, int] = {}
        self.messages: list[Message] = []

    def becomes(self, at: int, fitness: Fitness, *names: str, why: str = "") -> None:
        for name in names:
            self.vantages[name] = self.vantages[name].followed_by(fitness, why, at)

    def ask(self, at: int) -> list[str]:
        """The titles of what is said."""
        going = [one for one in self.threads.values() if not one.over]
        begun = max(self.begun.values(), default=None)
        new = []
        for step in vantage_steps(self.rule, self.vantages, going, begun, at):
            self.threads[step.thread.incident] = step.thread
            self.begun.setdefault(step.thread.incident, at)
            new.append(of_vantages(step, self.rule, self.vantages, TOPOLOGY, at))
        self.messages += new
        return [one.title for one in new]


def test_all_that_fell_together_is_one_message_and_its_end_another() -> None:
    watch = Watch()
    watch.becomes(AT, SILENT, "a", "b")
    watch.becomes(AT + 30_000, SILENT, "e")
    assert watch.ask(AT + MINUTE - 1) == [], "a restart takes less"
    title = "3 of 5 regions are silent: Land A, Land B and Land E, since 06:13 UTC"
    assert watch.ask(AT + MINUTE) == [title]
    assert watch.ask(AT + 9 * HOUR) == []
    watch.becomes(AT + 10 * HOUR, FIT, "a", "b", "e")
    assert watch.ask(AT + 10 * HOUR) == [], "one look is no return"
    end = AT + 10 * HOUR + MINUTE
    assert watch.ask(end) == ["Land A, Land B and Land E speak again after 10 h 1 min"]
    assert watch.ask(end + HOUR) == []
    assert [one.kind for one in watch.messages] == [Kind.OPENED, Kind.RESOLVED]


def test_what_falls_within_ten_minutes_changes_the_thread_and_later_begins_another() -> None:
    watch = Watch()
    watch.becomes(AT, SILENT, "a")
    assert len(watch.ask(AT + MINUTE)) == 1
    watch.becomes(AT + 5 * MINUTE, UNFIT, "b", why="its clock is off")
    assert watch.ask(AT + 10 * MINUTE) == []
    title = "2 of 5 regions are silent or unfit: Land A and Land B, since 06:13 UTC"
    assert watch.ask(AT + 11 * MINUTE) == [title]
    watch.becomes(AT + 15 * MINUTE, SILENT, "c")
    title = "1 of 5 regions is silent: Land C, since 06:28 UTC"
    assert watch.ask(AT + 16 * MINUTE) == [title]
    assert len({one.key for one in watch.messages}) == 2
    assert "Land B: unfit since 2026-02-25 06:18:20 UTC (its clock is off)" in (
        watch.messages[1].text.splitlines()
    )


def test_a_rolling_restart_tells_nobody() -> None:
    watch = Watch()
    for number, name in enumerate(NAMES):
        at = AT + number * MINUTE
        watch.becomes(at, SILENT, name)
        assert watch.ask(at + 50_000) == []
        watch.becomes(at + 50_000, FIT, name)
        assert watch.ask(at + 50_000) == []


def test_a_region_that_comes_and_goes_tells_every_ten_minutes_at_most() -> None:
    watch = Watch()
    for minute in range(0, 60, 2):
        watch.becomes(AT + minute * MINUTE, SILENT, "a")
        watch.ask(AT + (minute + 1) * MINUTE)
        watch.becomes(AT + (minute + 1) * MINUTE, FIT, "a")
        watch.ask(AT + (minute + 2) * MINUTE)
    assert [one.kind for one in watch.messages] == [Kind.OPENED, Kind.RESOLVED] * 6


def test_a_first_look_may_come_late_and_where_nobody_looks_nobody_is_missed() -> None:
    looks = tuple(
        Check(name, "s", "c", "tcp", interval_ms, 1_000, regions)
        for name, interval_ms, regions in (("x", HOUR, ("a", "b")), ("y", 5 * MINUTE, ("b",)))
    )
    lands = (Region("a", "A", stride=2), Region("b", "B"), Region("c", "C"))
    found = paces(Topology(regions=lands, checks=looks))
    assert found == {"a": 2 * HOUR, "b": 5 * MINUTE}
    watch = Watch()
    watch.vantages["b"] = Vantage("b", SILENT, "", AT, found["b"])
    assert watch.ask(AT + 5 * MINUTE - 1) == []
    assert len(watch.ask(AT + 5 * MINUTE)) == 1


def test_a_rule_asks_for_it_and_for_its_regions_and_says_after_how_long() -> None:
    for rule, told in (
        (Rule("r"), []),
        (Rule("r", workers=True, regions=frozenset({"e"})), []),
        (Rule("r", workers=True, after_ms=HOUR + 1), []),
        (Rule("r", workers=True, after_ms=HOUR), ["1 of 5 regions is silent"]),
        (Rule("r", workers=True, regions=frozenset({"a"})), ["1 of 1 region is silent"]),
    ):
        watch = Watch(rule)
        watch.becomes(AT, SILENT, "a")
        assert [title.partition(":")[0] for title in watch.ask(AT + HOUR)] == told, rule


def test_quiet_hours_hold_it_back_unless_nobody_speaks() -> None:
    night = QuietHours(6 * 60, 7 * 60, unless=Severity.OUTAGE)
    watch = Watch(Rule("r", workers=True, quiet=night))
    watch.becomes(AT, SILENT, "a")
    assert watch.ask(AT + MINUTE) == []
    blind = Watch(Rule("r", workers=True, quiet=night))
    blind.becomes(AT, SILENT, *NAMES)
    assert len(blind.ask(AT + MINUTE)) == 1
    assert blind.messages[0].severity is Severity.OUTAGE
    assert len(watch.ask(AT + HOUR)) == 1, "told at their end"
    assert watch.messages[0].severity is Severity.DEGRADED


def test_a_region_that_is_taken_out_ends_its_thread() -> None:
    watch = Watch()
    watch.becomes(AT, SILENT, "a")
    watch.ask(AT + MINUTE)
    del watch.vantages["a"]
    assert watch.ask(AT + 2 * MINUTE) == ["Land A is not judged any more"]


def test_what_machines_are_told() -> None:
    watch = Watch()
    watch.becomes(AT, SILENT, "a", why="no worker is heard")
    watch.ask(AT + MINUTE)
    assert watch.messages[0].document == {
        "type": "vantage.silent",
        "at": "2026-02-25T06:14:20.000Z",
        "thread": f"vantages:{AT}",
        "severity": "degraded",
        "regions": ["a"],
        "of": 5,
        "vantages": [
            {
                "region": "a",
                "fitness": "silent",
                "since": "2026-02-25T06:13:20.000Z",
                "why": "no worker is heard",
            }
        ],
        "since": "2026-02-25T06:13:20.000Z",
        "until": None,
        "title": "1 of 5 regions is silent: Land A, since 06:13 UTC",
        "link": None,
    }


stories = st.lists(
    st.tuples(
        st.one_of(st.integers(MINUTE, 2 * MINUTE), st.integers(1, 15 * MINUTE)),
        st.sets(st.sampled_from(NAMES), min_size=1),
        st.sampled_from([FIT, FIT, UNFIT, SILENT]),
    ),
    max_size=40,
)


def _fallen(vantages: Mapping[str, Vantage]) -> list[str]:
    return sorted(name for name, one in vantages.items() if one.fell)


@settings(max_examples=200, deadline=None)
@given(stories, st.integers(0, 5 * MINUTE))
def test_whatever_happens_messages_are_few_and_in_the_end_they_are_right(
    story: list[tuple[int, set[str], Fitness]], after_ms: int
) -> None:
    watch, at = Watch(Rule("r", workers=True, after_ms=after_ms)), AT
    for wait_ms, names, fitness in story:
        at += wait_ms
        watch.ask(at)
        watch.becomes(at, fitness, *names)
        watch.ask(at)
        assert watch.ask(at) == [], "asked again, as after a restart, it says nothing"
    for _ in range(2 * len(NAMES) + 2):
        at += 10 * MINUTE
        watch.ask(at)
    told = [name for one in watch.threads.values() if not one.over for name in one.said.regions]
    assert sorted(told) == _fallen(watch.vantages), "each that fell is told, in one thread"
    begins = sorted(watch.begun.values())
    assert all(b - a >= 10 * MINUTE for a, b in itertools.pairwise(begins))
    for key in watch.threads:
        kinds = [one.kind for one in watch.messages if one.key == key]
        assert kinds.count(Kind.OPENED) == 1
        assert kinds[0] is Kind.OPENED
        assert Kind.RESOLVED not in kinds[:-1]
