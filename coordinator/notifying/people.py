"""Channels for people: whatever Apprise reaches, from mail to chat."""

import asyncio
import logging
import re
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
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
_TOLD: Final = re.compile(r"Exception: (.+)")
"""How it logs what the other side said; else it says only that it failed."""
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
        with _heard() as said:
            try:
                done = self._to.send(
                    body=message.text, title=message.title, notify_type=_type(apprise, message)
                )
            except Exception as error:
                return f"failed: {type(error).__name__}"
            return None if done else _why(said, self._secret)


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


class _Hearing(logging.Handler):
    """Keeps what is logged in one thread: others send to addresses of their own meanwhile."""

    def __init__(self) -> None:
        super().__init__()
        self.said: list[logging.LogRecord] = []
        self._thread = threading.get_ident()

    def emit(self, record: logging.LogRecord) -> None:
        if record.thread == self._thread:
            self.said.append(record)


@contextmanager
def _heard() -> Iterator[list[logging.LogRecord]]:
    """What Apprise logs here. It goes nowhere else, for it holds addresses."""
    logger, hearing = logging.getLogger("apprise"), _Hearing()
    logger.propagate = False
    logger.setLevel(logging.DEBUG)
    logger.addHandler(hearing)
    try:
        yield hearing.said
    finally:
        logger.removeHandler(hearing)


def _why(said: Sequence[logging.LogRecord], secret: str) -> str:
    """What it warned of first, and what the other side said, without addresses and their parts,
    which may be secret.
    """
    warned = (one.getMessage() for one in said if one.levelno >= logging.WARNING)
    told = filter(None, (_TOLD.search(one.getMessage()) for one in said))
    parts = (next(warned, "").rstrip("."), next((found[1] for found in told), ""))
    text = _ADDRESS.sub("...", ": ".join(filter(None, parts)) or "was refused")
    return " ".join("..." if _tells(one, secret) else one for one in text.split())[:200]


def _tells(word: str, secret: str) -> bool:
    return any(part in secret for part in _PART.findall(word.casefold()))
