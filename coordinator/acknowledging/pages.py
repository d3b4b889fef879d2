"""The vendors' pages of a configuration, and what is remembered of each."""

from bisect import bisect_left
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from coordinator.configuration import Configuration
from coordinator.domain.acknowledging.hearing import Span, joined
from coordinator.domain.acknowledging.statement import (
    Edit,
    Statement,
    heard,
    statements,
    taken_away,
)
from coordinator.domain.model.topology import VENDOR_STATUS
from coordinator.store import Store
from worker.contract.instant import Instant

LOOKS: Final = 3
"""A page counts as read for so many intervals behind a look, and copies of it are not older."""
HOURS: Final = 24.0
"""So long the kind keeps what is over, unless its check says otherwise."""
DAY_MS: Final = 86_400_000
SOON_MS: Final = 600_000
"""Most looks arrive so soon after they are due; those that come later are read now and then."""
THOROUGH_MS: Final = 60_000
OVERLAP_MS: Final = 10_000
"""So much may be committed behind what has a later stamp."""


@dataclass(frozen=True, slots=True)
class Page:
    """A check that reads a vendor's page."""

    id: str
    service: str
    interval_ms: int
    hours: float
    names: Mapping[str, str] = field(hash=False)
    """The vendor's names in small letters, and the components of the service that they mean."""

    @property
    def settle_ms(self) -> int:
        """How long a look counts."""
        return LOOKS * self.interval_ms


def pages_of(configuration: Configuration) -> list[Page]:
    """The pages that are looked at."""
    return [
        Page(
            check.id,
            check.service,
            check.interval_ms,
            float(check.params.get("hours", HOURS)),
            _names(check.params),
        )
        for check in configuration.topology.checks
        if check.kind == VENDOR_STATUS
    ]


def _names(params: Mapping[str, Any]) -> dict[str, str]:
    told = params.get("components", {})
    return {name[:100].casefold(): component for name, component in told.items()}


@dataclass(slots=True)
class Memory:
    """What one page said lately, and which looks of it were read already."""

    page: Page
    edits: dict[tuple[str, str], Edit] = field(default_factory=dict)
    moments: list[Instant] = field(default_factory=list)
    _soon: Instant = 0
    _late: Instant = 0
    _thorough_at: Instant = 0
    _loaded: bool = False

    async def read(self, store: Store, at: Instant, since: Instant) -> bool:
        """Read what new looks tell, and keep it; whether anything else is said now.

        A look that is read twice changes nothing: wordings are kept by what they say, moments as
        the first and the last.
        """
        if not self._loaded:
            self.edits = dict(await store.vendors.said(self.page.id, since))
            self.moments = await store.vendors.moments(self.page.id, at - DAY_MS)
            self._loaded = True
        thorough = at >= self._thorough_at
        due, behind = (at - DAY_MS, self._late) if thorough else (at - SOON_MS, self._soon)
        looks, last = await store.vendors.looks(self.page.id, due, behind - OVERLAP_MS)
        whole = {look.at for look in looks if look.whole}
        moments = sorted({*self.moments, *whole})
        said = heard(self.edits, looks, moments)
        said |= self._taken_away({**self.edits, **said}, moments)
        changed = {key: edit for key, edit in said.items() if self.edits.get(key) != edit}
        spans = joined(Span(look.at, look.at + self.page.settle_ms) for look in looks)
        if changed or spans:
            await store.vendors.keep(self.page.service, self.page.id, changed, spans)
        news = any(_is_news(edit, self.edits.get(key)) for key, edit in changed.items())
        self.edits |= changed
        self.moments = moments[bisect_left(moments, at - DAY_MS) :]
        self._soon = last
        if thorough:
            self._late, self._thorough_at = last, at + THOROUGH_MS
        return news

    def statements(self) -> Mapping[str, Statement]:
        """What it said, by the vendor's incident."""
        return statements(self.page.service, self.page.id, self.edits, self.page.settle_ms)

    def forget(self, before: Instant) -> None:
        """Forget what was not read since a moment; the store keeps it."""
        last: dict[str, Instant] = {}
        for (incident, _), edit in self.edits.items():
            last[incident] = max(last.get(incident, 0), edit.last_at)
        self.edits = {key: edit for key, edit in self.edits.items() if last[key[0]] >= before}

    def _taken_away(
        self, edits: Mapping[tuple[str, str], Edit], moments: list[Instant]
    ) -> dict[tuple[str, str], Edit]:
        page = self.page
        found = statements(page.service, page.id, edits, page.settle_ms)
        gone = {
            (name, ""): taken_away(statement, moments, page.hours)
            for name, statement in found.items()
        }
        return {key: edit for key, edit in gone.items() if edit is not None}


def _is_news(edit: Edit, before: Edit | None) -> bool:
    """Whether more changed than when it was read last."""
    if before is None:
        return True
    return (edit.first_at, edit.after) != (before.first_at, before.after)
