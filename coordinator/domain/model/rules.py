"""Every threshold of the judge in one place, each with its reason. `judge:` in the configuration
overrides them.
"""

from dataclasses import dataclass

VERSION = "2"
"""Version of the rules; stored with every verdict."""


@dataclass(frozen=True, slots=True)
class Rules:
    """The thresholds. Durations are milliseconds, evidence is in nats. The defaults need no
    tuning.
    """

    silent_after_ms: int = 90_000
    """A region or worker not heard for this long, and for three intervals, is silent."""
    fit_again_after_slots: int = 5
    """Clean slots before an unfit vantage point speaks again."""
    unfit_nats: float = 15.0
    """Evidence that a worker's failures are its own; a dead one gives it within one or two
    slots.
    """
    doubt_nats: float = 4.0
    """From this evidence on, what a worker saw fail waits until it is clear whose fault it was."""
    unfit_share: float = 0.6
    """Share of independent witnesses that must speak against a vantage point before it is unfit."""
    unfit_loss: float = 0.4
    """And it must lose this share of its looks; what loses less is weighed down."""
    suspect_ourselves_share: float = 0.3
    """When more than this share of regions falls silent within two intervals, the fault is more
    likely ours.
    """

    normal_share_min: float = 0.002
    """The least share of failing looks that a cell is taken to have while all is well."""
    normal_share_max: float = 0.05
    """The most; a cell that always fails more often than this is disrupted, not normal."""
    prior_looks: float = 250.0
    """A cell begins as if it had been looked at so often, with one failure: 0.4 %."""
    half_life_ms: int = 604_800_000
    """What is learned of a cell while all is well counts half after this long: a week has every
    kind of day.
    """
    fate_share: float = 0.1
    """Workers of one region share so much of their fate: n looks of one slot count as n / (1 + (n -
    1) * this).
    """
    blip_nats: float = 3.6
    """A path that fails as a whole for one bucket is this unlikely while all is well; no bucket
    says more alone.
    """

    burst_ms: int = 45_000
    """Paths fail for so long without being news, as when routes converge; in some regions, it must
    go on beyond.
    """

    slow_factor: float = 1.5
    """A look is slow from this multiple of its normal time on..."""
    slow_extra_ms: float = 100.0
    """...and from so much more than its normal time, ..."""
    slow_deviations: float = 3.0
    """...and beyond so many deviations of the logarithm of its normal times."""
    slow_after_looks: int = 20
    """Times of a check in a region that must be known before any of its looks is called slow."""

    window_ms: int = 600_000
    """How far back looks are weighed."""
    window_intervals: int = 20
    """And at least so many intervals of the quickest check of a service; a third as many of its
    slowest.
    """
    service_nats: float = 8.0
    """A disruption of a whole service, or of one component everywhere, needs so much evidence to be
    likely.
    """
    region_nats: float = 9.0
    """So does one of a whole region, or of a group of regions that share a country, a network or an
    edge.
    """
    each_region_nats: float = 2.0
    """And so much more for each region of any other set."""
    cell_nats: float = 14.0
    """One component in one region, or in several that share something: there are many of them, so
    chance finds one often.
    """
    each_component_nats: float = 3.0
    """And so much more for each component of a set."""
    end_nats: float = 3.0
    """A disruption ends in a given bucket this rarely; rarer, and what has ended would be called a
    lesser failure.
    """
    alarm_share: float = 0.9
    """How likely something must be wrong before anything is said."""
    claim_share: float = 0.9
    """How likely a claim must be among all that may be wrong before it is made."""
    clear_share: float = 0.1
    """How likely something may still be wrong when all is called well."""
    second_share: float = 0.9
    """How likely a second disruption must be beside the first."""
    outage_share: float = 0.8
    """From this share of failing looks on it is an outage; below, the service is degraded."""

    nearly_all: float = 0.8
    """Share of the heard regions (or components) that counts as everywhere."""
    enough_regions: int = 3
    """Fewer regions heard than this cannot say that something is down everywhere."""
    enough_share: float = 0.5
    """Nor can less than this share of the regions that should look."""

    incident_nats: float = 14.0
    """An incident opens with so much evidence: a verdict may be taken back, an incident is
    history.
    """
    withdraw_nats: float = 7.0
    """An incident of which no more evidence is left, since its workers were found sick, is
    withdrawn.
    """
    narrow_after_ms: int = 300_000
    """An incident narrows only after this long of steady evidence; it widens at once."""
    resolve_after_ms: int = 300_000
    """An incident resolves after this long of good looks, and after `resolve_after_slots` slots."""
    resolve_after_slots: int = 10
    """As above, in slots of the slowest check involved."""
    resolve_share: float = 0.9
    """Share of the affected regions that must be heard and well before an incident resolves."""
    intermittent_within_ms: int = 3_600_000
    """A disruption that comes back for the third time within this long is one intermittent
    incident.
    """
    intermittent_times: int = 3
    """How many times make it intermittent."""
    together_ms: int = 180_000
    """Incidents of several services that start within this long in the same regions likely share a
    cause.
    """

    confirm_share: float = 0.1
    """Extra looks that confirm or deny a suspicion, as a share of the regular ones; 0 for none."""
    confirm_regions: int = 3
    """Far regions that are asked, beside the suspect's own."""

    future_ms: int = 30_000
    """A result that claims to have begun this long after it was received is our own clock's
    fault.
    """
    step_ms: int = 1_000
    """The judge looks again on a fixed grid of this step, so that a replay judges at the same
    moments.
    """
    rebuild_ms: int = 1_200_000
    """How far back stored results are read at least to rebuild the judge's state after a
    restart.
    """
