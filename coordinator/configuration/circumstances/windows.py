"""The windows and sources of announced maintenance that a canonical document means."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from coordinator.domain.maintenance.window import Window


@dataclass(frozen=True, slots=True)
class Source:
    """Where windows are read: a calendar at `feed`, or what the check `page` says."""

    id: str
    every_ms: int
    feed: str = ""
    page: str = ""
    targets: frozenset[str] = frozenset()
    regions: frozenset[str] = frozenset()

    @property
    def name(self) -> str:
        """As the source of its windows: `feed:ID` or `page:ID`."""
        return f"{'feed' if self.feed else 'page'}:{self.id}"


def windows_of(document: Mapping[str, Any]) -> list[Window]:
    """The windows that the configuration itself has, in the order of the file."""
    return [
        window_of(entry, "configuration")
        for entry in document.get("maintenance", ())
        if "begins" in entry
    ]


def sources_of(document: Mapping[str, Any]) -> list[Source]:
    """Where it says that more are to be read."""
    return [_source(entry) for entry in document.get("maintenance", ()) if "begins" not in entry]


def window_of(entry: Mapping[str, Any], source: str) -> Window:
    """The window that a canonical entry means."""
    return Window(
        id=entry["id"],
        title=entry["title"],
        begins=datetime.fromisoformat(entry["begins"]),
        lasts_ms=entry["lasts_ms"],
        zone=entry.get("zone", "UTC"),
        repeat=entry.get("repeat", ""),
        without=tuple(map(datetime.fromisoformat, entry.get("without", ()))),
        targets=frozenset(entry.get("services", ())),
        regions=frozenset(entry.get("regions", ())),
        source=source,
    )


def entry_of(window: Window) -> dict[str, Any]:
    """The canonical entry that means a window."""
    told = {
        "repeat": window.repeat,
        "without": [written(one) for one in window.without],
        "services": sorted(window.targets),
        "regions": sorted(window.regions),
    }
    return {
        "id": window.id,
        "title": window.title,
        "begins": written(window.begins),
        "lasts_ms": window.lasts_ms,
        "zone": window.zone,
        **{name: value for name, value in told.items() if value},
    }


def written(time: datetime) -> str:
    """A time by the clocks of its zone, to the second."""
    return time.isoformat(timespec="seconds")


def _source(entry: Mapping[str, Any]) -> Source:
    return Source(
        id=entry["id"],
        every_ms=entry["every_ms"],
        feed=entry.get("feed", ""),
        page=entry.get("page", ""),
        targets=frozenset(entry.get("services", ())),
        regions=frozenset(entry.get("regions", ())),
    )
