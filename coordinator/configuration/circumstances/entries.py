"""How a file, the command line or a request writes announced maintenance."""

import re
from datetime import UTC, datetime
from typing import Annotated, Any, Final, Self

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    WithJsonSchema,
    model_validator,
)

from coordinator.configuration.circumstances.windows import window_of, written
from coordinator.configuration.duration import PATTERN, milliseconds
from coordinator.configuration.notifying.entries import Zone
from coordinator.domain.maintenance.expansion import instant_of, why_not
from coordinator.domain.maintenance.rule import FIRST_YEAR, LAST_YEAR, RuleError, checked
from worker.contract.message import IDENTIFIER
from worker.contract.settings.web_address import web_address

_TIME: Final = re.compile(r"\d{4}-\d\d-\d\d[T ]\d\d:\d\d(:\d\d)?(Z|[+-]\d\d:\d\d)?")
_LATEST_MS: Final = 86_400_000
_OFTENEST_MS: Final = 60_000
_USUALLY_MS: Final = 900_000
_NO_TIMES: Final = (None, None, None, None, ())
_ID: Final = IDENTIFIER.strip("^$")
TARGET: Final = rf"^{_ID}(?:/{_ID})?$"
"""A service, or `service/component`."""


def _time(text: Any) -> str:
    try:
        told = datetime.fromisoformat(str(text) if _TIME.fullmatch(str(text)) else "")
    except ValueError:
        raise ValueError(
            f"{str(text)[:40]!r} is not a time; write it such as 2026-12-06T02:00, with Z behind it"
            " for UTC"
        ) from None
    if not FIRST_YEAR <= told.year <= LAST_YEAR:
        raise ValueError(f"{text} is not between the years {FIRST_YEAR} and {LAST_YEAR}")
    return str(text)


def _every(text: Any) -> int:
    amount = milliseconds(text)
    if not _OFTENEST_MS <= amount <= _LATEST_MS:
        raise ValueError("must be between 1m and 1d")
    return amount


def _feed(text: str) -> str:
    if text.startswith("file:///"):
        return text
    try:
        return web_address(text)
    except ValueError:
        raise ValueError(
            f"{text[:60]!r} is not where a calendar is; write https://... or file:///... in full"
        ) from None


Time = Annotated[
    str,
    BeforeValidator(_time),
    WithJsonSchema({"type": "string", "examples": ["2026-12-06T02:00", "2026-12-06T02:00Z"]}),
]
_LENGTH: Final = WithJsonSchema({"type": "string", "pattern": PATTERN, "examples": ["2h"]})
Length = Annotated[int, BeforeValidator(milliseconds), _LENGTH]
Targets = Annotated[
    tuple[Annotated[str, Field(pattern=TARGET)], ...], Field(min_length=1, max_length=200)
]
_Regions = Annotated[
    tuple[Annotated[str, Field(pattern=IDENTIFIER)], ...], Field(min_length=1, max_length=200)
]


class MaintenanceEntry(BaseModel):
    """Announced maintenance: a window (`from`), a calendar (`feed`), or what a vendor says on its
    status page (`page`).
    """

    model_config = ConfigDict(extra="forbid", frozen=True, use_attribute_docstrings=True)

    id: Annotated[str, Field(pattern=IDENTIFIER)]
    """Unique among all announced maintenance."""
    title: Annotated[str, Field(min_length=1, max_length=100)] | None = None
    """What people call it."""
    begins: Time | None = Field(default=None, alias="from")
    """When it begins (the first time), by the clocks of `zone`; with `Z` or an offset a moment."""
    until: Time | None = None
    """When it ends, instead of `for`."""
    lasts: Length | None = Field(default=None, alias="for")
    """How long it lasts: up to 31d."""
    zone: Zone | None = None
    """Whose clocks; UTC when left out."""
    repeat: Annotated[str, Field(max_length=300)] | None = None
    """When it comes again: a rule of RFC 5545 such as `FREQ=WEEKLY;BYDAY=SU`."""
    without: Annotated[tuple[Time, ...], Field(max_length=1000)] = ()
    """Times of the rule at which it does not come."""
    feed: Annotated[str, AfterValidator(_feed), Field(max_length=2000)] | None = None
    """Address of a calendar (iCalendar), `https://` or `file:///`; each event is a window."""
    page: Annotated[str, Field(pattern=IDENTIFIER)] | None = None
    """Id of a check of the kind `vendor_status`; what it says of scheduled maintenance counts."""
    every: Annotated[int, BeforeValidator(_every), _LENGTH] = _USUALLY_MS
    """How often feed or page is read, between 1m and 1d."""
    services: Targets | None = None
    """Only these services, or components of them such as `claude/api`; all when left out."""
    regions: _Regions | None = None
    """Only what is seen from these regions."""

    @model_validator(mode="after")
    def _is_one_thing(self) -> Self:
        if (self.begins, self.feed, self.page).count(None) != 2:
            raise ValueError("needs either `from`, `feed` or `page`; write exactly one of them")
        if self.begins is not None:
            self._is_possible()
            return self
        if (self.until, self.lasts, self.zone, self.repeat, self.without) != _NO_TIMES:
            raise ValueError("a feed or page says itself when it is; only a window has times")
        return self

    def _is_possible(self) -> None:
        if (self.until, self.lasts).count(None) != 1:
            raise ValueError("needs either `until` or `for`; write exactly one of them")
        try:
            window = window_of(canonical(self), "configuration")
        except RuleError as error:
            raise ValueError(f"repeat: {error}") from None
        if trouble := why_not(window):
            raise ValueError(trouble)


def canonical(entry: MaintenanceEntry) -> dict[str, Any]:
    """The entry as the canonical document has it; RuleError when its rule is none."""
    told = entry.model_dump(mode="json", exclude_none=True, include={"services", "regions"})
    if entry.feed is not None:
        return {"id": entry.id, "feed": entry.feed, "every_ms": entry.every, **told}
    if entry.page is not None:
        return {"id": entry.id, "page": entry.page, "every_ms": entry.every, **told}
    return {"id": entry.id, "title": entry.title or entry.id, **_times(entry), **told}


def _times(entry: MaintenanceEntry) -> dict[str, Any]:
    begins, zone = _read(entry.begins or "", entry.zone or "UTC")
    if entry.repeat and entry.zone not in (None, zone):
        raise RuleError("comes by the clocks of a zone; write `from` without Z or an offset")
    told: dict[str, Any] = {
        "begins": written(begins),
        "lasts_ms": entry.lasts,
        "zone": zone,
    }
    if entry.until is not None:
        told["lasts_ms"] = instant_of(*_read(entry.until, zone)) - instant_of(begins, zone)
    if entry.repeat:
        told["repeat"] = checked(entry.repeat, begins, zone)
        told["without"] = [written(_read(one, zone)[0]) for one in entry.without]
    return told


def _read(text: str, zone: str) -> tuple[datetime, str]:
    """The time by the clocks of a zone, and the zone: UTC where a moment is written."""
    told = datetime.fromisoformat(text)
    if told.tzinfo is None:
        return told, zone
    return told.astimezone(UTC).replace(tzinfo=None), "UTC"
