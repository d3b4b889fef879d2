"""The lines of timelines: what happened to incidents, each with the verdict that its service had at that moment."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Protocol

from coordinator.domain.engine import Event
from coordinator.domain.incident import IncidentEvent
from coordinator.domain.verdict import Verdict
from coordinator.store.incidents import Line


class Judged(Protocol):
    """Who knows the present verdicts."""

    def verdicts(self) -> Mapping[str, Verdict]:
        """The present verdict of each service."""


def lines(events: Sequence[Event], judged: Judged) -> Iterator[Line]:
    """The incidents' events among `events`, which are all that was said in one go up to the present.

    A line has no verdict when the one of its moment is known no more.
    """
    if not any(isinstance(event, IncidentEvent) for event in events):
        return
    present = judged.verdicts()
    said: dict[str, Verdict] = {}
    for place, event in enumerate(events):
        if isinstance(event, Verdict):
            said[event.service] = event
        elif isinstance(event, IncidentEvent):
            service = event.incident.service
            stands = said.get(service)
            if _is_last_word(service, events[place:]) and (stands is None or stands.at < event.at):
                stands = present.get(service)
            yield event, stands


def _is_last_word(service: str, events: Iterable[Event]) -> bool:
    """Whether none of these is another verdict of the service."""
    return not any(isinstance(event, Verdict) and event.service == service for event in events)
