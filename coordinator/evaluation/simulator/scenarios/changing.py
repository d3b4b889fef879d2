"""Scripts whose reach or strength changes while they last, and pairs of disruptions."""

from typing import Final

from coordinator.evaluation.simulator.scenarios.stage import MINUTE_MS, Stage

_BLIP_MS: Final = 30_000


def region_after_region(stage: Stage) -> None:
    """One region after the other fails, until all do."""
    order = stage.random.sample(stage.regions, len(stage.regions))
    starts = [*stage.moments(len(order) + 2)[:-2], stage.until]
    for n in range(len(order)):
        failing = [region for region in stage.regions if region in order[: n + 1]]
        stage.disrupt(regions=failing, since=starts[n], until=starts[n + 1])


def recovery_region_by_region(stage: Stage) -> None:
    """All regions fail; then one after the other is well."""
    order = stage.random.sample(stage.regions, len(stage.regions))
    starts = [stage.since, *stage.moments(len(order) + 2)[3:], stage.until]
    for n in range(len(order)):
        failing = [region for region in stage.regions if region not in order[:n]]
        stage.disrupt(regions=failing, since=starts[n], until=starts[n + 1])


def recovery_model_by_model(stage: Stage) -> None:
    """All components fail; then one after the other is well."""
    names = stage.components()
    order = stage.random.sample(names, len(names))
    starts = [stage.since, *stage.moments(len(order) + 2)[3:], stage.until]
    for n in range(len(order)):
        failing = [name for name in names if name not in order[:n]]
        stage.disrupt(components=failing, since=starts[n], until=starts[n + 1])


def flapping(stage: Stage) -> None:
    """The whole service fails and is well by turns; in truth one disruption of half the looks."""
    turn_ms = max(2 * stage.shape.interval_ms, stage.random.randint(60_000, 90_000))
    turns = max(3, (stage.until - stage.since) // (2 * turn_ms))
    flapping_by(stage, turn_ms, turn_ms, turns)


def flapping_by(stage: Stage, down_ms: int, up_ms: int, turns: int) -> None:
    """The whole service is down and up so many times; in truth one disruption of a part of the
    looks.
    """
    starts = [stage.since + n * (down_ms + up_ms) for n in range(turns)]
    for start in starts:
        stage.disrupt(since=start, until=start + down_ms)
    stage.truths.clear()
    end = starts[-1] + down_ms
    share = turns * down_ms / (end - stage.since)
    stage.tell(stage.main, stage.components(), stage.regions, share, stage.since, end)


def blip(stage: Stage) -> None:
    """The whole service fails for half a minute."""
    stage.until = stage.since + _BLIP_MS
    stage.disrupt()


def slow_burn(stage: Stage) -> None:
    """The failing share of the whole service grows from 1 to 20 % over half an hour."""
    stage.until = stage.since + 30 * MINUTE_MS
    starts = [*stage.moments(10), stage.until]
    for n in range(10):
        stage.disrupt(share=0.01 + 0.19 * n / 9, since=starts[n], until=starts[n + 1])


def two_incidents(stage: Stage) -> None:
    """A component of one service everywhere, and another service in one region."""
    stage.disrupt(components=[stage.one(stage.components())])
    later = stage.since + stage.random.randrange((stage.until - stage.since) // 2)
    stage.disrupt(
        service=stage.one([s for s in stage.services if s != stage.main]),
        regions=[stage.one(stage.regions)],
        since=later,
    )


def two_incidents_one_service(stage: Stage) -> None:
    """One component everywhere, and the rest of the service in one region."""
    part = stage.one(stage.components())
    later = stage.since + stage.random.randrange((stage.until - stage.since) // 2)
    stage.disrupt(components=[part])
    stage.disrupt(regions=[stage.one(stage.regions)], since=later)
