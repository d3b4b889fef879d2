from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import pytest

from coordinator.domain.announcing.sentences import nonvoters, sentence, unjudged, voteless
from coordinator.domain.inference.claim import ALL_WELL, Claim
from coordinator.domain.model.fitness import Fitness
from coordinator.domain.model.topology import Component, Region, Role, Service, Topology
from coordinator.domain.model.verdict import Scope, Severity
from coordinator.domain.window.axes import Axes, CellKey
from coordinator.domain.window.look import REASON_CODE, REASONS
from coordinator.domain.window.share import NOTHING_COUNTED, Counted, FailingShare
from tests.coordinator.domain.handmade import coverage_of, some_axes
from worker.contract.instant import parse_rfc3339
from worker.contract.outcome import Reason

NAMES = {"r1": "Ireland", "r2": "Virginia", "r3": "Oregon", "r4": "Singapore", "r5": "Sydney"}
AXES = some_axes(3, 5)
CLAUDE = Service(
    "claude",
    "Claude",
    Role.SERVICE,
    (Component("c1", "API"), Component("c2", "Console"), Component("c3", "Downloads")),
)
NET = Topology(
    tuple(Region(name, word, "IE", "EU", 0.0, 0.0) for name, word in NAMES.items()), (CLAUDE,)
)
FIT, SILENT, UNFIT = (
    (Fitness.FIT, ""),
    (Fitness.SILENT, "nothing heard for 90 s"),
    (Fitness.UNFIT, "broken"),
)


def counted_of(reasons: Mapping[Reason, int], looks: int) -> Counted:
    """Looks of which so many failed for these reasons."""
    by_reason = np.zeros((1, len(REASONS)), dtype=np.int64)
    for reason, count in reasons.items():
        by_reason[0, REASON_CODE[reason]] = count
    bad = by_reason.sum(axis=1)
    since = parse_rfc3339("2026-03-01T14:31:07Z")
    share = FailingShare(int(bad[0]), looks, since, since + 60_000)
    return Counted(share, looks - bad, bad, by_reason)


def say(
    scope: Scope,
    components: Sequence[str] = (),
    regions: Sequence[str] = (),
    *,
    severity: Severity = Severity.OUTAGE,
    reasons: Mapping[Reason, int] | None = None,
    looks: int = 12,
    votes: object = True,
    rivals: Sequence[Mapping[str, Any]] = (),
    **fields: Any,
) -> str:
    """What is said of a claim of these cells, each of which failed for these reasons."""
    cells = frozenset((component, region) for component in components for region in regions)
    claim = Claim(scope, cells, tuple(regions), tuple(components), 0.95, **fields)
    why = {Reason.TIMEOUT: 12} if reasons is None else reasons
    counted = counted_of(why, looks) if cells else NOTHING_COUNTED
    return sentence(CLAUDE, claim, severity, counted, coverage_of(AXES, votes), NET, rivals)


ALL, EVERY = ("c1", "c2", "c3"), tuple(NAMES)
HEARD_2 = np.array([True, True, False, False, False])


@pytest.mark.parametrize(
    ("told", "expected"),
    [
        (say(Scope.NONE), "Claude is well in all 5 regions."),
        (say(Scope.NONE, votes=HEARD_2), "Claude is well in 2 of 5 regions."),
        (
            say(Scope.REGIONAL, ["c1"], ["r1", "r2"]),
            "API disrupted in 2 of 5 regions heard (Ireland, Virginia): all 12 looks timed out.",
        ),
        (
            say(Scope.REGIONAL, ALL, ["r3"], reasons={Reason.RESET: 9}, looks=10),
            (
                "Claude disrupted in 1 of 5 regions heard (Oregon): about 90 % of looks were cut"
                " off (60 to 98 %), 9 of 10 since 14:31 UTC."
            ),
        ),
        (
            say(Scope.REGIONAL, ["c1", "c3"], ["r1", "r2"], group="country IE"),
            (
                "API and Downloads disrupted in 2 of 5 regions heard (Ireland, Virginia, which "
                "share country IE): "
                "all 12 looks timed out."
            ),
        ),
        (
            say(
                Scope.REGIONAL,
                ["c1"],
                ["r1"],
                at_least=True,
                reasons={Reason.STATUS: 4, Reason.TIMEOUT: 8},
                looks=14,
            ),
            (
                "API disrupted in at least 1 of 5 regions heard (Ireland): about 86 % of looks"
                " failed (60 to 96 %), 12 of 14 since 14:31 UTC (8 timeout, 4 status)."
            ),
        ),
        (
            say(Scope.REGIONAL, ["c2"], ["r5"], slow=True, severity=Severity.DEGRADED),
            (
                "Console slow in 1 of 5 regions heard (Sydney): all 12 looks took much longer "
                "than normal."
            ),
        ),
        (
            say(Scope.COMPONENT, ["c1"], EVERY, reasons={Reason.STATUS: 12}),
            (
                "API down everywhere, in 5 of 5 regions heard: all 12 looks got an unexpected "
                "status."
            ),
        ),
        (
            say(Scope.COMPONENT, ["c1", "c2"], EVERY, severity=Severity.DEGRADED, looks=40),
            (
                "API and Console degraded everywhere, in 5 of 5 regions heard: about 30 % of looks"
                " timed out (18 to 45 %), 12 of 40 since 14:31 UTC."
            ),
        ),
        (
            say(Scope.SYSTEM_WIDE, ALL, EVERY, reasons={Reason.REFUSED: 12}, group="everywhere"),
            "Claude down system-wide, in 5 of 5 regions heard: all 12 looks were refused.",
        ),
        (
            say(Scope.SYSTEM_WIDE, ALL, EVERY, severity=Severity.DEGRADED, slow=True),
            (
                "Claude slow system-wide, in 5 of 5 regions heard: all 12 looks took much longer "
                "than normal."
            ),
        ),
        (
            say(Scope.UNKNOWN, ALL, ["r1", "r2"], votes=HEARD_2),
            (
                "Claude disrupted in 2 of 2 regions heard (Ireland, Virginia), regional or wider: "
                "all 12 looks timed out."
            ),
        ),
        (
            say(Scope.UNKNOWN, votes=HEARD_2),
            "Something is wrong with Claude, but not yet how far it reaches.",
        ),
    ],
)
def test_a_sentence_says_what_where_how_much_and_why(told: str, expected: str) -> None:
    assert told == expected


RIVALS = [
    {"components": ["c1"], "regions": ["r1", "r2"], "chance": 0.55},
    {"components": ["c1", "c2"], "regions": ["r1"], "chance": 0.4},
    {"components": ["c3"], "regions": ["r1"], "chance": 0.05},
]


def test_an_unknown_reach_names_the_two_best_explanations() -> None:
    assert (
        say(Scope.UNKNOWN, rivals=RIVALS)
        == "Something is wrong with Claude, but not yet how far it reaches; "
        "it may be c1 in r1, r2 (55%) or c1, c2 in r1 (40%)."
    )
    assert (
        say(Scope.UNKNOWN, ["c1"], ["r1"], at_least=True, rivals=RIVALS[:1])
        == "API disrupted in at least 1 of 5 regions heard (Ireland); it may be c1 in r1, r2"
        " (55%): "
        "all 12 looks timed out."
    )


def test_a_service_of_one_component_is_called_by_it() -> None:
    """Its name is what people look for; the service's would say nothing more."""
    alone = Service("claude", "Claude", Role.SERVICE, (Component("c1", "API"),))
    claim = Claim(Scope.SYSTEM_WIDE, frozenset({("c1", "r1")}), ("r1",), ("c1",))
    counted = counted_of({Reason.DNS: 1}, 1)
    told = sentence(alone, claim, Severity.OUTAGE, counted, coverage_of(some_axes(1, 1)), NET)
    assert told == "API down system-wide, in 1 of 1 region heard: the only look found no address."


def standings(*found: tuple[Fitness, str]) -> dict[str, tuple[Fitness, str]]:
    return dict(zip(NAMES, found, strict=False))


@pytest.mark.parametrize(
    ("heard", "abstentions", "expected"),
    [
        (standings(), {}, "Nothing looks at Claude."),
        (
            standings(UNFIT, UNFIT),
            {},
            "Nothing heard from any region: every region's references fail too (no network?).",
        ),
        (standings(SILENT, SILENT), {}, "Every region is silent: nothing heard for 90 s."),
        (standings(UNFIT, SILENT, SILENT), {}, "No region is fit to speak: 1 unfit, 2 silent."),
        (
            standings(FIT, FIT, SILENT),
            {
                ("c1", "r1"): "our own key is refused",
                ("c1", "r2"): "our own key is refused",
                ("c2", "r1"): "not heard",
            },
            "No look counts in any region that is fit: our own key is refused.",
        ),
    ],
)
def test_without_a_vote_the_reason_says_why_nothing_can_be_said(
    heard: Mapping[str, tuple[Fitness, str]], abstentions: Mapping[CellKey, str], expected: str
) -> None:
    assert voteless(CLAUDE, heard, abstentions) == expected


@pytest.mark.parametrize(
    ("heard", "expected"),
    [
        (standings(FIT, FIT), ""),
        (standings(FIT, SILENT), " Virginia does not vote (silent)."),
        (
            standings(UNFIT, SILENT, UNFIT),
            " Ireland, Oregon do not vote (unfit); Virginia does not vote (silent).",
        ),
    ],
)
def test_who_does_not_vote_is_named(
    heard: Mapping[str, tuple[Fitness, str]], expected: str
) -> None:
    assert nonvoters(heard, NET) == expected


def test_components_that_nobody_votes_on_are_named_with_the_reason() -> None:
    votes = np.ones((3, 5), dtype=np.bool_)
    votes[1:] = False
    votes[0, 0] = False
    whys = {
        ("c2", "r1"): "our own key is refused",
        ("c3", "r1"): "only our resolver failed",
        ("c1", "r1"): "not heard",
    }
    told = unjudged(CLAUDE, coverage_of(AXES, votes), whys)
    assert told == (
        " Console not judged: our own key is refused; Downloads not judged: only our resolver"
        " failed."
    )
    assert unjudged(CLAUDE, coverage_of(AXES), {}) == ""
    assert unjudged(CLAUDE, coverage_of(AXES, votes), {}) == (
        " Console and Downloads not judged: no region that looks at it is heard."
    )


def test_a_service_is_well_only_when_every_component_is_judged() -> None:
    votes = np.ones((3, 5), dtype=np.bool_)
    votes[2] = False
    assert say(Scope.NONE, votes=votes) == "2 of 3 components of Claude are well in all 5 regions."
    votes[1] = False
    assert say(Scope.NONE, votes=votes) == "1 of 3 components of Claude is well in all 5 regions."
    votes[1:, 0] = True
    assert say(Scope.NONE, votes=votes) == "Claude is well in all 5 regions."


def test_a_well_service_is_well_whatever_the_claim_says_of_cells() -> None:
    assert (
        sentence(CLAUDE, ALL_WELL, Severity.OPERATIONAL, NOTHING_COUNTED, coverage_of(AXES), NET)
        == "Claude is well in all 5 regions."
    )


HERE_ONLY = Topology((Region("here", "laptop"),), (CLAUDE,))
HERE_AXES = Axes(("c1", "c2", "c3"), ("here",), 30_000, 12)


def from_here(scope: Scope, components: Sequence[str] = (), **fields: Any) -> str:
    """What is said where only the machine of Outscope itself looks."""
    cells = frozenset((component, "here") for component in components)
    regions = ("here",) if components else ()
    claim = Claim(scope, cells, regions, tuple(components), 0.95, **fields)
    counted = counted_of({Reason.TIMEOUT: 12}, 12) if cells else NOTHING_COUNTED
    coverage = coverage_of(HERE_AXES)
    return sentence(CLAUDE, claim, Severity.OUTAGE, counted, coverage, HERE_ONLY)


def test_one_machine_speaks_of_itself() -> None:
    assert from_here(Scope.NONE) == "Claude is well from this machine."
    assert from_here(Scope.UNKNOWN, ["c1"], at_least=True) == (
        "API disrupted from this machine, regional or wider: all 12 looks timed out."
    )
    assert from_here(Scope.UNKNOWN, ALL, slow=True, at_least=True).startswith(
        "Claude slow from this machine, regional or wider: "
    )
    assert voteless(CLAUDE, {"here": UNFIT}, {}) == (
        "Nothing can be told from this machine: its references fail too (no network?)."
    )
    assert voteless(CLAUDE, {"here": SILENT}, {}) == (
        "The worker of this machine is silent: nothing heard for 90 s."
    )
