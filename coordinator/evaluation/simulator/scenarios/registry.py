"""The scenarios by name."""

from collections.abc import Mapping
from difflib import get_close_matches
from typing import Final

from coordinator.evaluation.simulator.scenarios.answers import ANSWERS
from coordinator.evaluation.simulator.scenarios.faint import FAINT
from coordinator.evaluation.simulator.scenarios.fleets import FLEETS
from coordinator.evaluation.simulator.scenarios.scenario import Scenario
from coordinator.evaluation.simulator.scenarios.sick import SICK_VANTAGE
from coordinator.evaluation.simulator.scenarios.usual import USUAL

SCENARIOS: Final[Mapping[str, Scenario]] = {
    one.id: one for one in (*USUAL, *SICK_VANTAGE, *FAINT, *ANSWERS, *FLEETS)
}
"""Every scenario by its name."""


class UnknownScenarioError(ValueError):
    """No scenario has this name; the sentence names the nearest."""


def scenario(name: str, known: Mapping[str, Scenario] | None = None) -> Scenario:
    """The scenario of that name among those known, all built in by itself; UnknownScenarioError
    when there is none.
    """
    known = SCENARIOS if known is None else known
    if name in known:
        return known[name]
    nearest = get_close_matches(name, known, n=1, cutoff=0.4)
    hint = f"did you mean {nearest[0]}?" if nearest else "--list names them all"
    raise UnknownScenarioError(f"there is no scenario {name}; {hint}")
