"""The manifest: one small JSON document a part, beside the parts. A part without one does not
count.

Entries are written once and never changed, so they are read once and remembered.
"""

from dataclasses import asdict, dataclass, fields
from datetime import UTC, datetime
from typing import Any, Final

import orjson

from coordinator.archive.place import Place
from worker.contract.instant import Instant

ENTRIES: Final = "manifest"
PARTS: Final = "results"
DAY_MS: Final = 86_400_000


@dataclass(frozen=True, slots=True)
class Part:
    """One file of the archive: what it holds, and how to tell that it is whole. Instants are
    milliseconds.
    """

    file: str
    schema: str
    day: str
    service: str
    rows: int
    bytes: int
    sha256: str
    first_scheduled_at: Instant
    last_scheduled_at: Instant
    first_received_at: Instant
    last_received_at: Instant

    @property
    def entry(self) -> str:
        """The name of its entry."""
        return f"{ENTRIES}/{self.file.removeprefix(f'{PARTS}/').removesuffix('.parquet')}.json"


_FIELDS: Final = frozenset(field.name for field in fields(Part))


def day_text(day: int) -> str:
    """Days since 1970 as a date: `2026-03-01`."""
    return f"{datetime.fromtimestamp(day * 86_400, UTC):%Y-%m-%d}"


class Manifest:
    """The parts that count."""

    def __init__(self, place: Place) -> None:
        self._place = place
        self._known: dict[str, Part] = {}
        self.broken: list[str] = []
        """Entries that cannot be read, when the parts were last listed."""

    def parts(self) -> list[Part]:
        """All parts, by day, service and name."""
        names = self._place.names(ENTRIES)
        self.broken = []
        known: dict[str, Part] = {}
        for name in names:
            found = self._known.get(name) or self._read(name)
            if found is not None:
                known[name] = found
        self._known = known
        return sorted(known.values(), key=lambda part: part.file)

    def of(self, day: str, service: str) -> list[Part]:
        """The parts of one day and service, as last listed."""
        return [
            part for part in self._known.values() if part.day == day and part.service == service
        ]

    def add(self, part: Part) -> None:
        """Let a part count from now on. This is the moment at which results are archived."""
        self._place.put_bytes(
            part.entry, orjson.dumps(asdict(part), option=orjson.OPT_INDENT_2) + b"\n"
        )
        self._known[part.entry] = part

    def strays(self) -> list[str]:
        """Files of parts that have no entry: of an archiving that was interrupted."""
        entered = {part.file for part in self.parts()}
        unsure = {
            f"{PARTS}/{name.removeprefix(f'{ENTRIES}/').removesuffix('.json')}.parquet"
            for name in self.broken
        }
        return [
            name for name in self._place.names(PARTS) if name not in entered and name not in unsure
        ]

    def _read(self, name: str) -> Part | None:
        try:
            told: dict[str, Any] = orjson.loads(self._place.read(name))
            return Part(**{key: value for key, value in told.items() if key in _FIELDS})
        except (OSError, ValueError, TypeError, AttributeError):
            self.broken.append(name)
            return None
