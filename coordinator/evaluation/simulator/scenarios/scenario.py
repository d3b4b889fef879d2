"""The scenarios by name: each sets up a stage for any fleet, with any seed and any noise."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from difflib import get_close_matches
from functools import partial
from typing import Final

from coordinator.evaluation.simulator.fleet.shape import Shape
from coordinator.evaluation.simulator.play import Play
from coordinator.evaluation.simulator.scenarios import changing, network, ours, target
from coordinator.evaluation.simulator.scenarios.stage import Stage
from coordinator.evaluation.simulator.truth import Family
from coordinator.evaluation.simulator.world.dice import seed_of
from coordinator.evaluation.simulator.world.noise import NORMAL, Noise
from coordinator.evaluation.simulator.world.world import World

Script = Callable[[Stage], None]


@dataclass(frozen=True, slots=True)
class Scenario:
    """A kind of event. What is hit and when is drawn by the seed."""

    id: str
    title: str
    family: Family
    script: Script

    def build(
        self,
        shape: Shape | None = None,
        seed: int = 0,
        noise: Noise = NORMAL,
        lasts_ms: int | None = None,
    ) -> Play:
        """The play of this scenario for a fleet of this shape; the same for the same arguments.

        It ends by itself, or `lasts_ms` after its beginning: a quiet day may be an hour, or a year.
        """
        own = seed_of(seed, self.id)
        stage = Stage(self.id, shape or Shape(), seed, noise)
        self.script(stage)
        stage.ends = stage.begins + lasts_ms if lasts_ms else stage.ends
        return Play(
            self.id,
            self.family,
            stage.shape,
            seed,
            stage.begins,
            stage.warm_until,
            stage.end,
            tuple(stage.truths),
            World(
                stage.shape,
                stage.placement,
                stage.noise,
                own,
                stage.begins,
                stage.end,
                stage.troubles,
            ),
            tuple(stage.arrivals),
            stage.published_at,
        )


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


def _shares(
    name: str, sentence: str, script: Callable[..., None], percents: tuple[int, ...]
) -> list[Scenario]:
    return [
        Scenario(
            f"{name}-{percent}",
            sentence.format(percent=percent),
            Family.DISRUPTION,
            partial(script, share=percent / 100),
        )
        for percent in percents
    ]


def _disruption(name: str, sentence: str, script: Script) -> Scenario:
    return Scenario(name, sentence, Family.DISRUPTION, script)


def _ours(name: str, sentence: str, script: Script) -> Scenario:
    return Scenario(name, sentence, Family.OURS, script)


_ALL: Final = (
    Scenario(
        "quiet-day", "A day on which nothing happens but noise.", Family.QUIET, ours.quiet_day
    ),
    Scenario(
        "noisy-day",
        "A day on which nothing happens but twice the noise.",
        Family.QUIET,
        ours.noisy_day,
    ),
    Scenario(
        "blip-30s",
        "The whole service fails for half a minute: no incident.",
        Family.QUIET,
        changing.blip,
    ),
    *_shares(
        "service",
        "{percent} % of the whole service's requests fail, everywhere.",
        target.service,
        (100, 30, 10, 5),
    ),
    *_shares(
        "component",
        "{percent} % of one component's requests fail, everywhere.",
        target.component,
        (100, 30, 10),
    ),
    *_shares(
        "region",
        "{percent} % of the service's requests fail in one region.",
        target.region,
        (100, 30, 10),
    ),
    _disruption(
        "component-in-region", "One component fails in one region.", target.component_in_region
    ),
    _disruption("two-components", "Two components fail everywhere.", target.two_components),
    _disruption("region-asn", "One network cannot be reached from one region.", network.region_asn),
    _disruption(
        "country-100", "The service fails in every region of one country.", network.country
    ),
    _disruption(
        "continent-100", "The service fails in every region of one continent.", network.continent
    ),
    _disruption(
        "cdn-two-regions",
        "The edge of a CDN that two regions share fails for all behind it.",
        network.cdn_two_regions,
    ),
    _disruption(
        "cdn-60-percent",
        "An edge of the CDN fails that carries six in ten of all targets.",
        network.cdn_60_percent,
    ),
    _disruption(
        "cdn-everywhere",
        "The whole CDN fails that carries six in ten of all targets.",
        network.cdn_everywhere,
    ),
    _disruption(
        "region-after-region",
        "One region after the other fails, until all do.",
        changing.region_after_region,
    ),
    _disruption(
        "recovery-region-by-region",
        "All regions fail, then recover one after the other.",
        changing.recovery_region_by_region,
    ),
    _disruption(
        "recovery-model-by-model",
        "All components fail, then recover one after the other.",
        changing.recovery_model_by_model,
    ),
    _disruption("flapping", "The whole service fails and is well by turns.", changing.flapping),
    _disruption("slow-region", "The service is slow in one region.", target.slow_region),
    _disruption("slow-everywhere", "The service is slow everywhere.", target.slow_everywhere),
    _disruption(
        "timeouts-only", "Half of the service's requests never get an answer.", target.timeouts_only
    ),
    _disruption(
        "certificate-expired",
        "The certificate of one component expires.",
        target.certificate_expired,
    ),
    _disruption(
        "nxdomain-half",
        "Half of the resolvers say that the service's names do not exist.",
        target.nxdomain_half,
    ),
    _disruption(
        "unreachable-region", "One region has no route to the service.", network.unreachable_region
    ),
    _disruption("maintenance", "One component is shut down for maintenance.", target.maintenance),
    _disruption(
        "slow-burn", "The failing share grows from 1 to 20 % over half an hour.", changing.slow_burn
    ),
    _disruption(
        "two-incidents",
        "A component of one service fails everywhere, another service in one region.",
        changing.two_incidents,
    ),
    _disruption(
        "two-incidents-one-service",
        "One component fails everywhere, the whole service in one region.",
        changing.two_incidents_one_service,
    ),
    _disruption(
        "third-silent",
        "The service fails everywhere while a third of the regions is silent.",
        target.third_silent,
    ),
    _disruption(
        "repeats-shuffled",
        "One component fails, and every result comes three times, up to two minutes late.",
        target.repeats_shuffled,
    ),
    _ours("worker-network-dead", "One worker's network is dead.", ours.worker_network_dead),
    _ours("worker-dns-dead", "One worker's resolver is dead.", ours.worker_dns_dead),
    _ours(
        "worker-clock-off",
        "One worker's clock is five minutes ahead or behind.",
        ours.worker_clock_off,
    ),
    _ours("worker-starved", "One worker has hardly any processor.", ours.worker_starved),
    _ours("worker-half-dead", "One worker loses half of its looks.", ours.worker_half_dead),
    _ours(
        "region-workers-dead",
        "All workers of one region lose their network.",
        ours.region_workers_dead,
    ),
    _ours("region-silent", "Nothing is heard of one region.", ours.region_silent),
    _ours(
        "provider-dead", "The provider of our workers in three regions is down.", ours.provider_dead
    ),
    _ours("bad-release", "Half of the fleet gets a release that speaks no TLS.", ours.bad_release),
    _ours(
        "bot-wall", "The service turns away whoever comes from a cloud's network.", ours.bot_wall
    ),
    _ours("key-revoked", "Our key to the service is revoked.", ours.key_revoked),
    _ours(
        "all-but-one-silent",
        "Only one region is heard, and there the service fails.",
        ours.all_but_one_silent,
    ),
    _ours(
        "coordinator-cut-off",
        "The coordinator hears nothing for ten minutes, then all at once.",
        ours.coordinator_cut_off,
    ),
    _ours("no-network", "No worker has any network.", ours.no_network),
)

SCENARIOS: Final[Mapping[str, Scenario]] = {one.id: one for one in _ALL}
"""Every scenario by its name."""
