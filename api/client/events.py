"""The messages of an event stream (HTML Living Standard, 9.2): pure."""

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from api.client.asking import Ask, path

OURS: Final = frozenset({"ready", "reset", "dropped", "closing"})
"""Messages about the stream itself."""


@dataclass(frozen=True, slots=True)
class Event:
    """What happened: `type` such as `verdict` or `incident.opened`, and its document. `reset` tells
    that events were missed which are not kept any more: read all anew.
    """

    id: int
    type: str
    data: Mapping[str, Any]


@dataclass(slots=True)
class Reader:
    """Lines become messages; remembers where a new connection goes on."""

    last_id: int | None = None
    _told: dict[str, str] = field(default_factory=dict)

    def take(self, line: str) -> Event | None:
        """The message that this line ends, if it ends one that says what happened."""
        if line.startswith(":"):
            return None
        if line:
            name, _, value = line.partition(":")
            self._told[name] = value.removeprefix(" ")
            return None
        told, self._told = self._told, {}
        number = told.get("id", "")
        if number.isdigit():
            self.last_id = int(number)
        name = told.get("event", "")
        if "data" not in told or (name in OURS and name != "reset"):
            return None
        return Event(self.last_id or 0, name, json.loads(told["data"]))

    def begin(self) -> None:
        """A new connection: what was half told is told again."""
        self._told = {}


def ask(
    types: Iterable[str] | None,
    services: Iterable[str] | None,
    components: Iterable[str] | None,
    regions: Iterable[str] | None,
) -> Ask:
    """The stream that is wanted."""
    filters = {"type": types, "service": services, "component": components, "region": regions}
    listed = {name: ",".join(ids) for name, ids in filters.items() if ids is not None}
    return Ask(path("events"), listed)


def headers(last_id: int | None) -> dict[str, str]:
    """Where to go on."""
    return {} if last_id is None else {"last-event-id": str(last_id)}
