"""What an alert is: when it fires, what it means, and what to do at night."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field


@dataclass(frozen=True)
class Alert:
    """One alert, with its page in the runbook and what makes it fire.

    `summary` may name labels as Prometheus' templates do. `fires` are series of a minute's steps
    that make it fire at `after`, `quiet` some at which it must not; `labels` are those that it has
    besides its severity.
    """

    name: str
    severity: str
    """`page` wakes somebody, `ticket` waits for the morning, `deadman` always fires."""
    expr: str
    wait: str
    """How long it has to hold: the grace of a restart, an upgrade or a drained worker."""
    summary: str
    means: str
    look: Sequence[str]
    """What to look at first: commands, pages."""
    mend: Sequence[str]
    fires: Mapping[str, str]
    quiet: Mapping[str, str]
    after: str = "20m"
    labels: Mapping[str, str] = field(default_factory=dict)

    def told(self) -> str:
        """The summary with the labels of the test filled in."""
        text = self.summary
        for name, value in self.labels.items():
            text = text.replace(f"{{{{ $labels.{name} }}}}", value)
        return text
