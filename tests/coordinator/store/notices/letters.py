"""Messages to be delivered, as tests make them."""

from coordinator.domain.notifying.message import Message, of_incident
from coordinator.domain.notifying.thread import Kind, said_of
from coordinator.store.notices.threads import Letter
from tests.coordinator.domain.notifying.incidents import AT, TOPOLOGY, incident


def message(kind: Kind = Kind.OPENED, name: str = "claude-1") -> Message:
    """What is said of an incident of this name."""
    one = incident(name)
    return of_incident(kind, one, said_of(one, ()), TOPOLOGY, at=AT, confidence=0.9)


def letter(kind: Kind = Kind.OPENED, channel: str = "mail", name: str = "claude-1") -> Letter:
    """The same for a channel."""
    return Letter("mail", channel, message(kind, name))
