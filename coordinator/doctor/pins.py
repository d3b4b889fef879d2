"""Whether workers obey nobody but the coordinator, as they say themselves."""

from collections.abc import Sequence
from typing import Any, Final

from coordinator.doctor.finding import Finding, ok, warning

SHOWN: Final = 5


def look_at_pins(workers: Sequence[dict[str, Any]]) -> Finding:
    """Which of these workers pin no key of the coordinator. Of older ones, which do not tell, it is
    not known.
    """
    told = {
        (one["region"], one["worker"]): (one["vitals"] or {}).get("pins_key") for one in workers
    }
    without = sorted(worker for worker, pins in told.items() if pins is False)
    if without:
        names = ", ".join(f"{worker} ({region})" for region, worker in without[:SHOWN])
        said = f"whoever writes their queues orders {len(without)} workers about, such as {names}"
        todo = "give them OUTSCOPE_COORDINATOR_KEY, which outscope key prints, and start them again"
        return warning("signatures", said, todo)
    silent = sum(pins is None for pins in told.values())
    said = f"{len(told) - silent} workers obey the coordinator's key alone"
    return ok("signatures", f"{said}; {silent} do not tell, being older or just started")
