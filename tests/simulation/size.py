"""How large a simulation is."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Size:
    """So many regions with so many workers in all, which look for so long."""

    regions: int = 50
    workers: int = 1_000
    hours: float = 168.0
    interval_s: int = 60
    services: int = 3
    checks: int = 1
    """Of each of the two components of a service."""
    faults_per_hour: float = 600.0
    """Of regions, workers and targets."""

    beat_s: float = 5.0
    """Between two heartbeats of a worker; the product's own is 5. Silence is three of them."""

    audit_hours: float = 1.0
    """Between two calms, each with an audit at its end."""
    signed: bool = True
    """Whether coordinators sign, and workers verify."""

    def pause_s(self) -> float:
        """Between two readings of a coordinator, which is the busier the more report to it."""
        return self.workers / 10_000

    def told(self) -> str:
        """As options of the command."""
        return (
            f"--regions {self.regions} --workers {self.workers} --hours {self.hours:g}"
            f" --interval {self.interval_s} --services {self.services} --checks {self.checks}"
            f" --beat {self.beat_s:g} --audit-each {self.audit_hours:g}"
            f"{'' if self.signed else ' --unsigned'}"
        )
