"""A message that only tries a channel."""

from typing import Final

from coordinator.domain.model.verdict import Severity
from coordinator.domain.notifying.message import Message
from coordinator.domain.notifying.thread import Kind
from coordinator.notifying.channels import Named
from coordinator.notifying.delivering import opened
from worker.contract.clock import now
from worker.contract.instant import rfc3339

_TITLE: Final = "Outscope: a trial"
_TEXT: Final = "This message only tries the channel. Nothing is wrong."


async def send_trial(named: Named) -> None:
    """Returns when the channel took it; DeliveryError says why it did not. What was triggered is
    resolved at once.
    """
    at = now()
    document = {"type": "trial", "at": rfc3339(at), "title": _TITLE, "link": None}
    key = f"trial-{at}"
    message = Message(Kind.RESOLVED, key, _TITLE, _TEXT, Severity.OPERATIONAL, document)
    await opened(named).send(message, f"outscope-{key}")
