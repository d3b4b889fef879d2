"""What a subscriber of a status page is told of the subscription itself."""

from typing import Final

from coordinator.domain.model.verdict import Severity
from coordinator.domain.notifying.message import Message
from coordinator.domain.notifying.thread import Kind
from worker.contract.instant import Instant, rfc3339

TYPE: Final = "subscription.challenge"


def asking(identifier: str, page: str, title: str, at: Instant) -> Message:
    """Asks whether it is wanted. The link that says yes is added where it is sent, so that no
    record of messages holds one.
    """
    told = f"{title}: shall you be told of incidents?"
    text = (
        f"Somebody, most likely you, asked that this address be told of incidents of {title}."
        " If it was not you, do nothing: nothing more will come."
    )
    document = {"type": TYPE, "at": rfc3339(at), "page": page, "title": told, "link": None}
    key = f"subscriber-{identifier}"
    return Message(Kind.ASKED, key, told, text, Severity.OPERATIONAL, document)
