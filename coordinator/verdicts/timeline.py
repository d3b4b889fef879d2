"""The lines of timelines: what happened to incidents, each with the verdict that its service had at
that moment.
"""

from collections.abc import Iterable, Iterator, Sequence
from typing import Protocol

from coordinator.domain.engine import Event
from coordinator.domain.model.incident import IncidentEvent
from coordinator.domain.model.verdict import Verdict
from coordinator.store.state.incidents import Line


class Judged(Protocol):
    """Who knows the present verdicts."""

    def verdict(self, service: str) -> Verdict:
        """The present verdict of a service; KeyError when it is not judged."""


def lines(events: Sequence[Event], judged: Judged) -> Iterator[Line]:
    """The incidents' events among `events`, which are all that was said in one go up to the
    present.

    A line has no verdict when the one of its moment is known no more.
    """
    said: dict[str, Verdict] = {}
    for place, event in enumerate(events):
        if isinstance(event, Verdict):
            said[event.service] = event
        elif isinstance(event, IncidentEvent):
            service = event.incident.service
            stands = said.get(service)
            if (stands is None or stands.at < event.at) and _is_last_word(service, events[place:]):
                stands = _present(service, judged)
            yield event, stands


def _is_last_word(service: str, events: Iterable[Event]) -> bool:
    """Whether none of these is another verdict of the service."""
    return not any(isinstance(event, Verdict) and event.service == service for event in events)


def _present(service: str, judged: Judged) -> Verdict | None:
    try:
        return judged.verdict(service)
    except KeyError:
        return None
