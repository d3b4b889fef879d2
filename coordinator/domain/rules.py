"""Every threshold of the judge in one place, each with its reason. `judge:` in the configuration overrides them."""

from dataclasses import dataclass

VERSION = "1"
"""Version of the rules; stored with every verdict."""


@dataclass(frozen=True, slots=True)
class Rules:
    """The thresholds. Durations are milliseconds, evidence is in nats. The defaults need no tuning."""

    silent_after_ms: int = 90_000
    """A region or worker not heard for this long, and for three intervals, is silent."""
    fit_again_after_slots: int = 5
    """Clean slots before an unfit vantage point speaks again."""
    unfit_share: float = 0.6
    """Share of references (or of independent witnesses) that must fail before a vantage point is unfit."""
    suspect_ourselves_share: float = 0.3
    """When more than this share of regions falls silent within two intervals, the fault is more likely ours."""

    normal_share: float = 0.01
    """Share of looks that fails while all is well."""
    partial_share: float = 0.4
    """Share of failing looks that the test for partial failures is sharpest at; it finds 30 % and more."""
    total_share: float = 0.95
    """Share of failing looks that the test for total failures is sharpest at."""
    alarm_nats: float = 9.0
    """Evidence that calls one cell bad by itself: two failed looks in a row."""
    line_nats: float = 13.5
    """Evidence that a region's components, or a component's regions, call bad together: one failed look in three."""
    clip_nats: float = 7.0
    """The most that one cell may add to the evidence of its line, so that no cell speaks for its neighbours."""
    open_nats: float = 11.0
    """Evidence behind a claim before it opens an incident: for a single cell, three failed looks in a row."""
    clear_share: float = 0.02
    """A failing cell is well again when its last good looks had less than this chance to be luck."""
    outage_share: float = 0.8
    """From this share of failing looks on, a cell is bad rather than degraded."""
    window_looks: int = 32
    """Looks that the judge remembers of one check in one region."""

    nearly_all: float = 0.8
    """Share of the heard regions (or components) that counts as everywhere."""
    enough_regions: int = 3
    """Fewer regions heard than this cannot say that something is down everywhere."""
    enough_share: float = 0.5
    """Nor can less than this share of the regions that should look."""

    narrow_after_ms: int = 300_000
    """An incident narrows only after this long of steady evidence; it widens at once."""
    resolve_after_ms: int = 300_000
    """An incident resolves after this long of good looks, and after `resolve_after_slots` slots."""
    resolve_after_slots: int = 10
    """As above, in slots of the slowest check involved."""
    resolve_share: float = 0.9
    """Share of the affected regions that must be heard and well before an incident resolves."""

    future_ms: int = 30_000
    """A result that claims to have begun this long after it was received is our own clock's fault."""
    step_ms: int = 1_000
    """The judge looks again on a fixed grid of this step, so that a replay judges at the same moments."""
    rebuild_ms: int = 1_200_000
    """How far back stored results are read to rebuild the judge's state after a restart."""
