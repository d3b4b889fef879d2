"""What a rule is shown of a service, and what it answers: how far it is down."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from coordinator.domain.model.topology import Check
from coordinator.domain.model.verdict import Scope, Severity
from coordinator.evaluation.baselines.stream import Stream
from worker.contract.instant import Instant

NEARLY_ALL = 0.8
"""A rule that calls this share of the components down everywhere says that the whole system is."""
SILENT_INTERVALS = 3
SILENT_AFTER_MS = 90_000


@dataclass(frozen=True, slots=True)
class Claim:
    """A rule's answer. `alarm` is False for what the product shows without opening an incident."""

    scope: Scope = Scope.NONE
    severity: Severity = Severity.OPERATIONAL
    regions: tuple[str, ...] = ()
    components: tuple[str, ...] = ()
    alarm: bool = True


WELL = Claim()
UNSURE = Claim(Scope.UNKNOWN)


@dataclass(slots=True)
class Monitor:
    """A check with the streams of its checkers that were heard so far."""

    check: Check
    streams: list[Stream] = field(default_factory=list)

    def fresh(self, now: Instant) -> list[Stream]:
        """The checkers heard within three intervals, and within 90 s."""
        since = now - max(SILENT_INTERVALS * self.check.interval_ms, SILENT_AFTER_MS)
        return [stream for stream in self.streams if stream.heard_at >= since]

    def is_down_for_any(self) -> bool:
        """Whether any of its checkers has it down."""
        return any(stream.down for stream in self.streams)


@dataclass(slots=True)
class View:
    """One service before a rule: its monitors, its components and regions in their order, and what
    was said before.
    """

    components: tuple[str, ...]
    regions: tuple[str, ...]
    monitors: tuple[Monitor, ...]
    everything: Mapping[str, Sequence[Stream]]
    """By region, every stream: those of other services and of the references too."""
    references: Mapping[str, Sequence[Stream]]
    """By region, the streams of the references, for rules that test their own vantage points."""
    now: Instant = 0
    before: Claim = WELL

    def claim(
        self,
        everywhere: Mapping[str, Iterable[str]],
        local: Mapping[str, Iterable[str]] | None = None,
        severity: Severity = Severity.OUTAGE,
        alarm: bool = True,
    ) -> Claim:
        """The claim that these components are down as such, each with the regions named, or else
        only locally.
        """
        if everywhere:
            whole = len(everywhere) >= NEARLY_ALL * len(self.components)
            return self._claim(
                Scope.SYSTEM_WIDE if whole else Scope.COMPONENT, everywhere, severity, alarm
            )
        return self._claim(Scope.REGIONAL, local, severity, alarm) if local else WELL

    def claim_of_any(self) -> Claim:
        """The claim that what is down for any of its checkers is down in every region that
        looks.
        """
        down = [monitor.check for monitor in self.monitors if monitor.is_down_for_any()]
        return self.claim({check.component: check.regions for check in down})

    def _claim(
        self, scope: Scope, reach: Mapping[str, Iterable[str]], severity: Severity, alarm: bool
    ) -> Claim:
        named = {region for regions in reach.values() for region in regions}
        return Claim(
            scope,
            severity,
            tuple(region for region in self.regions if region in named),
            tuple(component for component in self.components if component in reach),
            alarm,
        )


def nowhere() -> defaultdict[str, set[str]]:
    """Regions by component, to be filled: checks of one component add up."""
    return defaultdict(set)


def regions_of(streams: Iterable[Stream]) -> set[str]:
    """The regions of these streams."""
    return {stream.region for stream in streams}
