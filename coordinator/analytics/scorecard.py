"""How a vendor did with its incidents over a while: how late, how much of it, how far."""

from collections.abc import Mapping, Sequence
from typing import Any, Final

from coordinator.domain.acknowledging.acknowledgement import State
from coordinator.store import Store
from worker.contract.instant import Instant, rfc3339

MINUTE_MS: Final = 60_000
_OF_INCIDENTS: Final = (State.ACKNOWLEDGED, State.NOTHING_YET, State.NEVER, State.NOT_HEARD)
_NONE: Final[Mapping[str, Any]] = {}


async def scorecard(
    store: Store, service: str, pages: Sequence[str], since: Instant, until: Instant
) -> dict[str, Any]:
    """The scorecard of the vendor of a service for incidents opened in [since, until)."""
    counts = await store.acknowledgements.counts(service, since, until)
    number = {state: int(counts.get(state, _NONE).get("number", 0)) for state in State}
    acknowledged = number[State.ACKNOWLEDGED]

    async def lag(share: float) -> Mapping[str, int | None] | None:
        """The smallest that so large a share does not exceed."""
        place = max(0, -int(-acknowledged * share // 1) - 1)
        return await store.acknowledgements.lag(service, since, until, place)

    def total(name: str) -> int:
        return sum(int(counts.get(state, _NONE).get(name) or 0) for state in _OF_INCIDENTS)

    return {
        "vendor": service,
        "pages": [*pages],
        "since": rfc3339(since),
        "until": rfc3339(until),
        "incidents": sum(number[state] for state in _OF_INCIDENTS),
        **{str(state): number[state] for state in (*_OF_INCIDENTS, State.UNSEEN)},
        "backdated": total("backdated"),
        "share_acknowledged": _share(acknowledged, acknowledged + number[State.NEVER]),
        "lag_median": await lag(0.5),
        "lag_p90": await lag(0.9),
        "scope_told": total("scope_told"),
        "share_scope_right": _share(total("scope_right"), total("scope_told")),
        "false_reassurance_minutes": round(total("green_ms") / MINUTE_MS, 1),
        "unheard_minutes": round(total("unheard_ms") / MINUTE_MS, 1),
    }


def _share(some: int, of: int) -> float | None:
    return round(some / of, 4) if of else None
