"""What the regions of a verdict have in common is said in its sentence: from the results to the
words.
"""

from dataclasses import replace

import pytest

from coordinator.domain.model.topology import Topology
from tests.scenarios.internet import Trouble, results, topology
from tests.scenarios.trial import at, try_results
from worker.contract.result import Result

HIT = ("r2", "r5", "r6")
NET = topology(regions=8, services=(("claude", 2),))


def answered(result: Result, what: str) -> Result:
    """The result as another edge or network answers it in the regions that are hit; references stay
    where they are.
    """
    apart = result.region in HIT and result.service == "claude"
    if what == "edge":
        return result._replace(extra={"edge": "FRA" if apart else result.region})
    return result._replace(asn=64501 if apart else 64500)


def abroad(net: Topology) -> Topology:
    """The regions that are hit are in a country of their own."""
    return replace(
        net, regions=tuple(replace(r, country="DE" if r.id in HIT else "IE") for r in net.regions)
    )


@pytest.mark.parametrize(
    ("what", "shared"),
    [("edge", "edge FRA"), ("network", "network AS64501"), ("country", "country DE")],
)
def test_regions_that_fail_together_are_said_to_share_what_answers_them_or_where_they_are(
    what: str, shared: str
) -> None:
    net = abroad(NET) if what == "country" else NET
    found = results(net, at(0), at(60), [Trouble(at(30), at(60), list(HIT), ["claude"], ["c1"])])
    seen = found if what == "country" else [answered(result, what) for result in found]
    verdict = try_results(net, seen, until=at(60)).verdicts()[-1]
    assert (verdict.scope, verdict.regions) == ("regional", HIT)
    assert f", which share {shared}): " in verdict.reason
