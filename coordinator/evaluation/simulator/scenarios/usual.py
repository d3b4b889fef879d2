"""The usual scenarios: outages as they are known, and faults of our own."""

from typing import Final

from coordinator.evaluation.simulator.scenarios import changing, network, target
from coordinator.evaluation.simulator.scenarios import ours as our_own
from coordinator.evaluation.simulator.scenarios.scenario import (
    Scenario,
    disruption,
    ours,
    shares,
)
from coordinator.evaluation.simulator.truth import Family

USUAL: Final = (
    Scenario(
        "quiet-day", "A day on which nothing happens but noise.", Family.QUIET, our_own.quiet_day
    ),
    Scenario(
        "noisy-day",
        "A day on which nothing happens but twice the noise.",
        Family.QUIET,
        our_own.noisy_day,
    ),
    Scenario(
        "blip-30s",
        "The whole service fails for half a minute: no incident.",
        Family.QUIET,
        changing.blip,
    ),
    *shares(
        "service",
        "{percent} % of the whole service's requests fail, everywhere.",
        target.service,
        (100, 30, 10, 5),
    ),
    *shares(
        "component",
        "{percent} % of one component's requests fail, everywhere.",
        target.component,
        (100, 30, 10),
    ),
    *shares(
        "region",
        "{percent} % of the service's requests fail in one region.",
        target.region,
        (100, 30, 10),
    ),
    disruption(
        "component-in-region", "One component fails in one region.", target.component_in_region
    ),
    disruption("two-components", "Two components fail everywhere.", target.two_components),
    disruption("region-asn", "One network cannot be reached from one region.", network.region_asn),
    disruption("country-100", "The service fails in every region of one country.", network.country),
    disruption(
        "continent-100", "The service fails in every region of one continent.", network.continent
    ),
    disruption(
        "cdn-two-regions",
        "The edge of a CDN that two regions share fails for all behind it.",
        network.cdn_two_regions,
    ),
    disruption(
        "cdn-60-percent",
        "An edge of the CDN fails that carries six in ten of all targets.",
        network.cdn_60_percent,
    ),
    disruption(
        "cdn-everywhere",
        "The whole CDN fails that carries six in ten of all targets.",
        network.cdn_everywhere,
    ),
    disruption(
        "region-after-region",
        "One region after the other fails, until all do.",
        changing.region_after_region,
    ),
    disruption(
        "recovery-region-by-region",
        "All regions fail, then recover one after the other.",
        changing.recovery_region_by_region,
    ),
    disruption(
        "recovery-model-by-model",
        "All components fail, then recover one after the other.",
        changing.recovery_model_by_model,
    ),
    disruption("flapping", "The whole service fails and is well by turns.", changing.flapping),
    disruption("slow-region", "The service is slow in one region.", target.slow_region),
    disruption("slow-everywhere", "The service is slow everywhere.", target.slow_everywhere),
    disruption(
        "timeouts-only", "Half of the service's requests never get an answer.", target.timeouts_only
    ),
    disruption(
        "certificate-expired",
        "The certificate of one component expires.",
        target.certificate_expired,
    ),
    disruption(
        "nxdomain-half",
        "Half of the resolvers say that the service's names do not exist.",
        target.nxdomain_half,
    ),
    disruption(
        "unreachable-region", "One region has no route to the service.", network.unreachable_region
    ),
    disruption("maintenance", "One component is shut down for maintenance.", target.maintenance),
    disruption(
        "slow-burn", "The failing share grows from 1 to 20 % over half an hour.", changing.slow_burn
    ),
    disruption(
        "two-incidents",
        "A component of one service fails everywhere, another service in one region.",
        changing.two_incidents,
    ),
    disruption(
        "two-incidents-one-service",
        "One component fails everywhere, the whole service in one region.",
        changing.two_incidents_one_service,
    ),
    disruption(
        "third-silent",
        "The service fails everywhere while a third of the regions is silent.",
        target.third_silent,
    ),
    disruption(
        "repeats-shuffled",
        "One component fails, and every result comes three times, up to two minutes late.",
        target.repeats_shuffled,
    ),
    ours("worker-network-dead", "One worker's network is dead.", our_own.worker_network_dead),
    ours("worker-dns-dead", "One worker's resolver is dead.", our_own.worker_dns_dead),
    ours(
        "worker-clock-off",
        "One worker's clock is five minutes ahead or behind.",
        our_own.worker_clock_off,
    ),
    ours("worker-starved", "One worker has hardly any processor.", our_own.worker_starved),
    ours("worker-half-dead", "One worker loses half of its looks.", our_own.worker_half_dead),
    ours(
        "region-workers-dead",
        "All workers of one region lose their network.",
        our_own.region_workers_dead,
    ),
    ours("region-silent", "Nothing is heard of one region.", our_own.region_silent),
    ours(
        "provider-dead",
        "The provider of our workers in three regions is down.",
        our_own.provider_dead,
    ),
    ours(
        "bad-release", "Half of the fleet gets a release that speaks no TLS.", our_own.bad_release
    ),
    ours(
        "bot-wall", "The service turns away whoever comes from a cloud's network.", our_own.bot_wall
    ),
    ours("key-revoked", "Our key to the service is revoked.", our_own.key_revoked),
    ours(
        "all-but-one-silent",
        "Only one region is heard, and there the service fails.",
        our_own.all_but_one_silent,
    ),
    ours(
        "coordinator-cut-off",
        "The coordinator hears nothing for ten minutes, then all at once.",
        our_own.coordinator_cut_off,
    ),
    ours("no-network", "No worker has any network.", our_own.no_network),
)
