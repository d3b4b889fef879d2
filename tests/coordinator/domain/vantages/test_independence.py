"""Which regions count as one vantage point, and that this never makes a verdict claim more."""

from collections.abc import Iterable

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from coordinator.domain.engine import Engine
from coordinator.domain.inference.claim import Coverage, confidence_cap, scope_of, scope_of_cells
from coordinator.domain.inference.hypotheses import Hypothesis
from coordinator.domain.model.standpoint import UNKNOWN, Standpoint, read_standpoint
from coordinator.domain.model.topology import Topology
from coordinator.domain.model.verdict import WIDTH, Scope, Verdict
from coordinator.domain.vantages.independence import Independence, independence_of
from coordinator.evaluation.replay import replay
from tests.coordinator.domain.handmade import RULES, regions_of, some_axes
from tests.scenarios.internet import Trouble, results, topology
from tests.scenarios.trial import FAST, at
from worker.contract.result import VANTAGE, Result, from_record, to_record

HOST = Standpoint("h1", "b1")


@pytest.mark.parametrize(
    ("one", "other", "shared"),
    [
        (HOST, Standpoint("h1", "b1"), True),
        (HOST, Standpoint("h1", "b2"), True),
        (HOST, Standpoint("h2", "b1"), True),  # two containers of one machine
        (HOST, Standpoint("h2", "b2"), False),
        (UNKNOWN, UNKNOWN, False),
        (UNKNOWN, HOST, False),
        (Standpoint("h1", "b1", "o1"), Standpoint("h2", "b2", "o1"), True),  # behind one NAT
        (Standpoint("h1", "b1", "o1", "IE"), Standpoint("h1", "b1", "o2", "JP"), False),
        (Standpoint("h1", "b1", "o1", "IE"), Standpoint("h1", "b1", "o2", "IE"), True),
        (Standpoint("h1", "b1", "o1", ""), Standpoint("h1", "b1", "o2", ""), True),
        (Standpoint("h1", "b1", "o1", "IE"), Standpoint("h1", "b1"), True),
        (Standpoint("h1", "b1", "o1", "IE"), Standpoint("h1", "b1", "o2", "IE-AS1"), True),
        (Standpoint("h1", "b1", "o1", "IE-AS2"), Standpoint("h1", "b1", "o2", "IE-AS1"), False),
        (Standpoint("h1", "b1", "o1", "AS2"), Standpoint("h1", "b1", "o2", "AS-AS2"), True),
        (Standpoint("h1", "b1", "o1", "AS1"), Standpoint("h1", "b1", "o2", "IE-AS2"), False),
    ],
)
def test_a_machine_or_a_public_address_in_common_is_one_vantage_point(
    one: Standpoint, other: Standpoint, shared: bool
) -> None:
    assert one.shares_with(other) is other.shares_with(one) is shared


def test_a_standpoint_is_read_as_it_was_written() -> None:
    whole = Standpoint("h", "b", "o", "IE-AS1")
    assert read_standpoint(whole.text) == whole
    assert UNKNOWN.text == ""
    assert {read_standpoint(text) for text in ("", "h", "...", "a.b.c.d.e")} == {UNKNOWN}


def test_regions_share_by_way_of_a_third_and_in_their_order() -> None:
    told = {
        "a": [Standpoint("h1")],
        "b": [Standpoint("h2")],
        "c": [UNKNOWN],
        "d": [Standpoint("h3"), Standpoint("h1")],
        "e": [Standpoint("h3")],
        "f": [UNKNOWN],
    }
    found = independence_of(told)
    assert found.groups == (("a", "d", "e"),)
    assert found.count("abcdef") == 4
    assert found.count("de") == 1
    assert found.among("bde") == [["d", "e"]]
    assert found.others("d", {"a": 0.5, "b": 0.1, "c": 0.2}) == {"b": 0.1, "c": 0.2}
    assert found.others("b", {"a": 0.5, "d": 0.3, "b": 1.0}) == {"a": 0.3}


SIX = regions_of(6)
PARTITIONS = st.lists(st.integers(0, 5), min_size=6, max_size=6)


def grouped(labels: Iterable[int]) -> Independence:
    return independence_of(
        {name: [Standpoint(f"h{label}")] for name, label in zip(SIX, labels, strict=True)}
    )


def merged(labels: list[int], one: int, other: int) -> list[int]:
    return [one if label == other else label for label in labels]


@given(
    labels=PARTITIONS,
    pair=st.tuples(st.integers(0, 5), st.integers(0, 5)),
    votes=st.lists(st.booleans(), min_size=12, max_size=12),
    failing=st.sets(st.integers(0, 5), min_size=1),
    components=st.sampled_from([(0,), (1,), (0, 1)]),
)
@settings(max_examples=300, deadline=None)
def test_merging_regions_onto_one_machine_never_raises_scope_or_confidence(
    labels: list[int],
    pair: tuple[int, int],
    votes: list[bool],
    failing: set[int],
    components: tuple[int, ...],
) -> None:
    axes, flags = some_axes(2, 6), np.array(votes).reshape(2, 6)
    hypothesis = Hypothesis(components, tuple(sorted(failing)), 0.0)
    enabled = np.ones((2, 6), dtype=np.bool_)
    before, after = (
        Coverage(axes, enabled, flags, grouped(found)) for found in (labels, merged(labels, *pair))
    )

    def width(coverage: Coverage) -> int:
        return WIDTH[scope_of(hypothesis, coverage, np.ones(6, dtype=np.bool_), RULES)]

    assert width(after) <= width(before)
    caps = [confidence_cap(coverage.points_heard()) for coverage in (before, after)]
    assert caps[1] <= caps[0]
    reach = {(axes.components[c], SIX[r]) for c in components for r in failing}
    every = axes.keys(enabled)
    stretched = [
        WIDTH[scope_of_cells(reach, every, RULES, axes.keys(flags), found.independence)]
        for found in (before, after)
    ]
    assert stretched[1] <= stretched[0]


def stamped(found: list[Result], hosts: dict[str, str]) -> list[Result]:
    """The same results of workers that tell their machines."""
    return [
        one._replace(extra={VANTAGE: Standpoint(hosts[one.region], hosts[one.region]).text})
        if one.region in hosts
        else one
        for one in found
    ]


@pytest.fixture(scope="module")
def net() -> Topology:
    return topology()


EVERYWHERE = Trouble(at(20), at(80), services=["claude"])
TWO = Trouble(at(20), at(80), services=["claude"], regions=["r1", "r2"])
BROKEN = Trouble(at(20), at(80), regions=["r1"])
ALL_APART = {f"r{n}": f"h{n}" for n in range(1, 6)}
ALL_ONE = dict.fromkeys(ALL_APART, "h1")
THREE_ONE = {**ALL_ONE, "r4": "h4", "r5": "h5"}


def judged(net: Topology, found: list[Result]) -> list[Verdict]:
    engine = Engine(net, FAST)
    engine.observe(found)
    events = engine.advance(at(70))
    verdict = engine.verdict("claude")
    return [*(e for e in events if isinstance(e, Verdict) and e.service == "claude"), verdict]


@pytest.mark.parametrize("trouble", [EVERYWHERE, TWO, BROKEN])
def test_one_machine_never_says_more_than_what_one_sees(net: Topology, trouble: Trouble) -> None:
    found = results(net, at(0), at(70), [trouble])
    said = judged(net, stamped(found, ALL_ONE))
    assert {one.scope for one in said} <= {Scope.NONE, Scope.UNKNOWN}
    unknown = [one.confidence for one in said if one.scope is Scope.UNKNOWN]
    assert all(confidence <= 0.6 for confidence in unknown)
    assert unknown or trouble is BROKEN, "a region whose references fail says nothing of services"
    apart = judged(net, stamped(found, ALL_APART))
    assert [one.claim() for one in apart] == [one.claim() for one in judged(net, found)]
    assert WIDTH[said[-1].scope] <= WIDTH[apart[-1].scope]


def test_three_vantage_points_of_five_regions_may_say_everywhere_less_surely(
    net: Topology,
) -> None:
    found = results(net, at(0), at(70), [EVERYWHERE])
    last = judged(net, stamped(found, THREE_ONE))[-1]
    assert (last.scope, last.confidence) == (Scope.SYSTEM_WIDE, 0.8)
    assert last.evidence["together"] == [["r1", "r2", "r3"]]
    assert last.evidence["vantage_points"] == 3
    assert (
        "Ireland, Virginia, Oregon look from one machine or address and count as one vantage point."
    ) in last.reason


def test_a_region_that_is_only_played_is_a_vantage_point_of_its_own(net: Topology) -> None:
    played = Topology(
        tuple(
            type(region)(**{name: getattr(region, name) for name in ("id", "name")}, simulated=True)
            for region in net.regions
        ),
        net.services,
        net.checks,
    )
    found = stamped(results(net, at(0), at(70), [EVERYWHERE]), ALL_ONE)
    assert judged(played, found)[-1].scope is Scope.SYSTEM_WIDE
    assert judged(net, found)[-1].scope is Scope.UNKNOWN


def test_a_worker_that_moves_in_with_another_takes_the_claim_back(net: Topology) -> None:
    found = results(net, at(0), at(70), [EVERYWHERE])
    moved = [
        one
        for part, hosts in (
            ([r for r in found if r.scheduled_at < at(45)], ALL_APART),
            ([r for r in found if r.scheduled_at >= at(45)], ALL_ONE),
        )
        for one in stamped(part, hosts)
    ]
    assert judged(net, moved)[-1].scope is Scope.UNKNOWN


def test_a_replay_of_records_says_the_same_as_live_and_as_a_restart(net: Topology) -> None:
    found = stamped(results(net, at(0), at(70), [EVERYWHERE]), THREE_ONE)
    again = [from_record(to_record(one)) for one in found]
    assert list(replay(found, net, FAST)) == list(replay(again, net, FAST))
    restarted = Engine(net, FAST)
    restarted.restore(found, [], at(70))
    assert restarted.together() == (("r1", "r2", "r3"),)
    assert restarted.verdict("claude").evidence["together"] == [["r1", "r2", "r3"]]
