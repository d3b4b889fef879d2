"""Scripts in which we are at fault: a vantage point, silence, a key, our own coordinator; and quiet
days.
"""

from typing import Final

from coordinator.evaluation.simulator.arrival import cut_off
from coordinator.evaluation.simulator.scenarios.stage import MINUTE_MS, Stage
from coordinator.evaluation.simulator.world.trouble import (
    BLOCKED,
    HANDSHAKE,
    KEY_REFUSED,
    NO_ANSWER_OF_DNS,
    NOT_MADE,
    TIMEOUT,
    TOO_MANY,
)

_DAY_MS: Final = 24 * 60 * MINUTE_MS
_CLOCK_MS: Final = 5 * MINUTE_MS
_CUT_OFF_MS: Final = 10 * MINUTE_MS


def quiet_day(stage: Stage) -> None:
    """Nothing but noise."""
    stage.ends = stage.begins + _DAY_MS


def noisy_day(stage: Stage) -> None:
    """Nothing but twice the noise."""
    stage.noise = stage.noise.doubled()
    stage.ends = stage.begins + _DAY_MS


def worker_network_dead(stage: Stage) -> None:
    """One worker reaches nothing."""
    stage.break_workers([stage.one(stage.workers())])


def worker_dns_dead(stage: Stage) -> None:
    """One worker resolves no name; it still reaches what it knows by address."""
    named = [check.id for check in stage.topology.checks if check.kind != "dns"]
    stage.break_workers([stage.one(stage.workers())], (NO_ANSWER_OF_DNS,), checks=named)


def worker_clock_off(stage: Stage) -> None:
    """One worker's clock is five minutes ahead (so that every order seems late) or behind."""
    ahead = stage.random.random() < 0.5
    late = (NOT_MADE,) if ahead and stage.shape.interval_ms < _CLOCK_MS else ()
    stage.break_workers(
        [stage.one(stage.workers())], late, clock_ms=_CLOCK_MS if ahead else -_CLOCK_MS
    )


def worker_starved(stage: Stage) -> None:
    """One worker has hardly any processor: much times out, some looks are not made, all are
    slow.
    """
    worker = [stage.one(stage.workers())]
    stage.break_workers(worker, (), slow=4.0)
    stage.break_workers(worker, (TIMEOUT, TIMEOUT, NOT_MADE), share=0.4)


def worker_half_dead(stage: Stage) -> None:
    """One worker loses half of its looks."""
    stage.break_workers([stage.one(stage.workers())], share=0.5)


def region_workers_dead(stage: Stage) -> None:
    """No worker of one region reaches anything."""
    stage.break_workers(stage.workers([stage.one(stage.regions)]))


def provider_dead(stage: Stage) -> None:
    """The provider that houses our workers in three regions (fewer in a small fleet) is down."""
    count = min(3, max(1, len(stage.regions) * 3 // 8))
    stage.break_workers(stage.workers(stage.pick(stage.regions, count)))


def region_silent(stage: Stage) -> None:
    """Nothing is heard of one region."""
    stage.silence([stage.one(stage.regions)], stage.since, stage.until)


def bad_release(stage: Stage) -> None:
    """Half of the fleet got a release that speaks no TLS; what is looked at without it is well."""
    encrypted = [check.id for check in stage.topology.checks if check.service in stage.services]
    workers = stage.workers()
    parity = stage.random.randrange(2)
    stage.break_workers(workers[parity::2], (HANDSHAKE,), checks=encrypted)


def bot_wall(stage: Stage) -> None:
    """The service turns away (403, 429) who comes from a cloud's network, as three in four of our
    regions do.
    """
    clouds = stage.pick(stage.regions, max(1, len(stage.regions) * 3 // 4))
    main = [check.id for check in stage.topology.checks_of(stage.main)]
    stage.break_workers(stage.workers(clouds), (BLOCKED, TOO_MANY), share=0.95, checks=main)


def key_revoked(stage: Stage) -> None:
    """Our key to the service is refused (401) everywhere."""
    main = [check.id for check in stage.topology.checks_of(stage.main)]
    stage.break_workers(stage.workers(), (KEY_REFUSED,), checks=main)
    stage.nobody_knows(services=[stage.main])


def all_but_one_silent(stage: Stage) -> None:
    """Only one region is heard, and there the service fails."""
    heard = stage.one(stage.regions)
    stage.disrupt(regions=[heard])
    stage.truths.clear()
    stage.silence([region for region in stage.regions if region != heard], stage.since, stage.until)
    stage.nobody_knows([heard], [stage.main])


def coordinator_cut_off(stage: Stage) -> None:
    """The coordinator hears nothing for ten minutes; then all of it comes at once."""
    stage.until = stage.since + _CUT_OFF_MS
    stage.arrivals.append(cut_off(stage.since, stage.until))


def no_network(stage: Stage) -> None:
    """No worker reaches anything at all."""
    stage.break_workers(stage.workers())
    stage.nobody_knows()
