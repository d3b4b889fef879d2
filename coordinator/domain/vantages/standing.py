"""How a vantage point stands: its fitness, and why."""

from coordinator.domain.model.fitness import Fitness
from coordinator.domain.model.horizon import LONGEST_AGO
from coordinator.domain.window.vantage import Vantage
from worker.contract.instant import Instant

Standing = tuple[Fitness, str]
"""A fitness, and why."""


NOT_HEARD: Standing = (Fitness.SILENT, "nothing heard yet")


def standing_of(vantage: Vantage, diagnosis: str, now: Instant) -> Standing:
    """How a worker stands now; `diagnosis` is why it is unfit, if it is."""
    if vantage.silent_at() < now:
        return Fitness.SILENT, f"nothing heard for {vantage.fresh_ms / 1000:g} s"
    if vantage.unfit_since is not None:
        return Fitness.UNFIT, diagnosis
    if vantage.answered_at == LONGEST_AGO:
        return Fitness.SILENT, "heard, but nothing has answered it yet"
    return Fitness.FIT, ""
