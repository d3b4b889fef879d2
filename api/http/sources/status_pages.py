"""What vendors said last on their status pages, from the stored looks at them."""

import asyncio
import logging
from collections.abc import Mapping, Sequence
from typing import Any, Final

from api.documents.vendor_says import Heard, heard
from coordinator.domain.model.topology import Check
from coordinator.store import TROUBLE, ResultFilter, Store
from coordinator.store.results.striking import Strike, is_struck
from worker.contract.clock import monotonic_s, now
from worker.contract.instant import Instant

KEPT_S: Final = 10.0
"""So old may be what is told, on top of what stands in the store."""
LEAST_MS: Final = 900_000
LOOKS: Final = 50
"""Of one page, so many of the newest looks are searched for one that heard it."""
PATIENCE_S: Final = 5.0
_TROUBLE: Final[tuple[type[Exception], ...]] = (*TROUBLE, TimeoutError)

log = logging.getLogger(f"outscope.{__name__}")


class StatusPages:
    """Reads them for all who ask, at most once in `KEPT_S`. Where the store cannot be read, nobody
    was heard: it is told beside advice, which never waits for it.
    """

    def __init__(self, store: Store) -> None:
        self._store = store
        self._lock = asyncio.Lock()
        self._read_s: float | None = None
        self._known: Mapping[str, Heard] = {}

    async def current(
        self, checks: Sequence[Check], strikes: Sequence[Strike] = ()
    ) -> Mapping[str, Heard]:
        """What these checks heard of each service, by its id; those of which nothing was heard are
        missing. Who asks while it is read again gets what was known.
        """
        if self._lock.locked() and self._read_s is not None:
            return self._known
        async with self._lock:
            if self._is_old:
                self._known = await self._read(checks, strikes)
                self._read_s = monotonic_s()
        return self._known

    def tells(self, said: Mapping[str, Heard]) -> bool:
        """Whether this is what is told now."""
        return said is self._known and not self._is_old

    @property
    def _is_old(self) -> bool:
        return self._read_s is None or monotonic_s() - self._read_s > KEPT_S

    async def _read(
        self, checks: Sequence[Check], strikes: Sequence[Strike]
    ) -> Mapping[str, Heard]:
        extras: dict[str, list[Mapping[str, Any]]] = {}
        try:
            async with asyncio.timeout(PATIENCE_S):
                for check in checks:
                    extra = await self._newest(check, strikes, now())
                    extras.setdefault(check.service, []).append(extra)
        except _TROUBLE as error:
            log.warning("status_pages_not_read error=%r", error)
            return {}
        return {
            service: said for service, told in extras.items() if (said := heard(told)) is not None
        }

    async def _newest(
        self, check: Check, strikes: Sequence[Strike], at: Instant
    ) -> Mapping[str, Any]:
        since = at - max(LEAST_MS, 3 * check.interval_ms)
        page = await self._store.results.page(
            ResultFilter(check=check.id, since=since), None, LOOKS
        )
        counting = (one for one in page.items if not is_struck(one, strikes))
        heard_it = (one.extra for one in counting if one.extra.get("heard") is True)
        return next(heard_it, {"heard": False})
