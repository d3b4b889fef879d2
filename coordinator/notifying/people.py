"""Channels for people: whatever Apprise reaches, from mail to chat."""

import asyncio
import logging
import re
from functools import partial
from typing import Any, Final
from urllib.parse import unquote

from coordinator.domain.model.verdict import Severity
from coordinator.domain.notifying.message import Message
from coordinator.domain.notifying.thread import Kind
from coordinator.notifying.machines import ChannelError
from coordinator.notifying.outbound import DeliveryError, in_thread

PATIENCE_S: Final = 60.0
_ENDS: Final = (Kind.RESOLVED, Kind.WITHDRAWN)
_ADDRESS: Final = re.compile(r"\S*(://|@)\S*")
_PART: Final = re.compile(r"[^\W_]{4,}")


class People:
    """Sends title and text. Apprise tells only whether it worked; its log says why it did not."""

    def __init__(self, url: str) -> None:
        apprise = _apprise()
        unfollowed = url if "redirect=" in url else f"{url}{'&' if '?' in url else '?'}redirect=no"
        self._to = apprise.Apprise.instantiate(unfollowed, suppress_exceptions=True)
        if self._to is None:
            scheme = url.partition("://")[0]
            raise ChannelError(
                f"is not an address that Apprise understands; see what it says of {scheme[:20]}://"
            )
        self._secret = _secret(url)

    async def send(self, message: Message, identifier: str) -> None:
        """As of Webhook."""
        try:
            async with asyncio.timeout(PATIENCE_S):
                why = await in_thread(partial(self._send, message))
        except TimeoutError:
            raise DeliveryError(f"did not take it within {PATIENCE_S:.0f} s") from None
        if why is not None:
            raise DeliveryError(why)

    def _send(self, message: Message) -> str | None:
        apprise = _apprise()
        with apprise.LogCapture(level=logging.WARNING) as said:
            try:
                done = self._to.send(
                    body=message.text, title=message.title, notify_type=_type(apprise, message)
                )
            except Exception as error:
                return f"failed: {type(error).__name__}"
            return None if done else _first_line(said.getvalue(), self._secret)


def _apprise() -> Any:
    import apprise

    return apprise


def _type(apprise: Any, message: Message) -> Any:
    if message.kind in _ENDS:
        return apprise.NotifyType.SUCCESS
    bad = message.severity is Severity.OUTAGE
    return apprise.NotifyType.FAILURE if bad else apprise.NotifyType.WARNING


def _secret(url: str) -> str:
    """What an address holds, as it is written and as it is meant: any part may be secret."""
    own = url.partition("://")[2]
    return f"{own} {unquote(own)}".casefold()


def _first_line(said: str, secret: str) -> str:
    """What it logged first, without addresses and their parts, which may be secret."""
    line = next((line for line in said.splitlines() if line.strip()), "was refused")
    text = _ADDRESS.sub("...", line.rpartition(" - ")[2])
    return " ".join("..." if _tells(one, secret) else one for one in text.split())[:200]


def _tells(word: str, secret: str) -> bool:
    return any(part in secret for part in _PART.findall(word.casefold()))
