from pathlib import Path

from coordinator.domain.engine import Engine
from coordinator.domain.model.rules import Rules
from coordinator.store import open_store
from coordinator.verdicts import learned
from tests.scenarios.internet import results, topology
from tests.scenarios.trial import at, try_results


async def test_what_is_normal_outlives_a_restart_and_is_not_learned_twice(tmp_path: Path) -> None:
    net = topology(regions=3)
    found = results(net, at(0), at(200), seed=4)
    through = try_results(net, found, until=at(205)).engine
    async with open_store(f"sqlite://{tmp_path}/outscope.db") as store:
        assert await learned.load(store) is None
        await learned.save(store, through.learned())
        again = Engine(net, Rules())
        again.restore(
            [r for r in found if r.received_at > at(100)], [], at(205), await learned.load(store)
        )
    assert again.learned() == through.learned()
    assert (
        sum(
            numbers[0]
            for regions in through.learned().normal.values()
            for numbers in regions.values()
        )
        > 100
    )
