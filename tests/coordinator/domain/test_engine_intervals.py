"""Checks of slow and mixed intervals are judged each in its own time."""

from dataclasses import replace

import pytest

from coordinator.domain.model.rules import Rules
from coordinator.domain.model.topology import Topology
from tests.coordinator.domain.engine_worlds import NET
from tests.scenarios.internet import Trouble, results, topology
from tests.scenarios.trial import at, try_results
from worker.contract.outcome import Reason


def test_a_quick_cell_goes_stale_in_its_own_time_beside_a_slow_one() -> None:
    """The console is looked at every 20 s, the API every 2 s; then our key for the API is
    refused.
    """
    slow = [
        replace(c, interval_ms=20_000) if (c.service, c.component) == ("claude", "c2") else c
        for c in NET.checks
    ]
    mixed = replace(NET, checks=tuple(slow))
    revoked = Trouble(at(60), services=["claude"], components=["c1"], reason=Reason.UNAUTHORIZED)
    trial = try_results(mixed, results(mixed, at(0), at(75), [revoked]), until=at(75))
    states = {(cell.component, str(cell.state)) for cell in trial.engine.verdicts()["claude"].cells}
    assert states == {("c1", "unknown"), ("c2", "well")}


def slower(interval_ms: dict[str, int]) -> Topology:
    """Five regions look at `claude` c1 and c2 and at all else, each as often as told."""
    net = topology(
        regions=5, services=(("claude", 2), ("openai", 1)), references=2, timeout_ms=10_000
    )
    return replace(
        net,
        checks=tuple(
            replace(c, interval_ms=interval_ms.get(c.component, interval_ms["c1"]))
            for c in net.checks
        ),
    )


@pytest.mark.parametrize("failing", ["c1", "c2"])
@pytest.mark.parametrize(
    "interval_ms", [{"c1": 300_000}, {"c1": 10_000, "c2": 300_000}, {"c1": 60_000, "c2": 30_000}]
)
def test_slow_and_mixed_intervals_are_judged_as_well(
    interval_ms: dict[str, int], failing: str
) -> None:
    net = slower(interval_ms)
    every_s = interval_ms.get(failing, interval_ms["c1"]) / 1_000
    trouble = Trouble(at(1_200), at(2_400), services=["claude"], components=[failing])
    end = at(2_400 + max(300, 10 * every_s) + 3 * every_s)
    trial = try_results(
        net, results(net, at(0), end, [trouble]), Rules(), until=end, batch_ms=5_000
    )
    assert trial.scopes() == ["none", "component", "none"]
    told = trial.verdicts()[1]
    assert (told.regions, told.components) == (("r1", "r2", "r3", "r4", "r5"), (failing,))
    assert told.at <= at(1_200 + 2 * every_s + 45), "no other check is waited for that is slower"
    opened = trial.incidents()[0].incident
    assert abs(opened.started_by - at(1_200)) <= 1_000 * every_s
    assert at(2_700) <= (trial.incidents()[-1].incident.resolved_at or 0) <= end
    assert trial.scopes("openai") == ["none"]
