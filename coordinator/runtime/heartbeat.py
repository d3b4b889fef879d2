"""A sign of life to somebody else's address, each minute that all is well: who hears nothing any
more knows that something is ill here, even when it is all of us.
"""

import asyncio
import logging
from collections.abc import Callable, Mapping
from functools import partial
from http.client import HTTPException
from typing import Final
from urllib.error import HTTPError
from urllib.request import Request, urlopen

from coordinator.runtime.stopping import told_within
from worker.contract.clock import monotonic_s
from worker.contract.settings.web_address import web_address

log = logging.getLogger(f"outscope.{__name__}")

VARIABLE: Final = "OUTSCOPE_HEARTBEAT_URL"
EVERY_S: Final = 60.0
PATIENCE_S: Final = 10.0
_LOOK_S: Final = 1.0


def read_heartbeat(text: str) -> str:
    """The address, or nothing; ValueError for what is no address. It may be secret, so it is not
    repeated.
    """
    if not text:
        return ""
    try:
        return web_address(text)
    except ValueError as error:
        raise ValueError(f"{error}, such as https://ping.example.com/abc") from None


class Heartbeat:
    """Asks for the address once in `every_s`, while `wrong` finds nothing."""

    def __init__(
        self, url: str, wrong: Callable[[], Mapping[str, str]], every_s: float = EVERY_S
    ) -> None:
        self._url = url
        self._wrong = wrong
        self._every_s = every_s
        self._next_s = monotonic_s()
        self._failed = False
        self._withheld = False

    async def run(self, stop: asyncio.Event) -> None:
        """Go on until told to stop."""
        while self._url and not await told_within(stop, min(_LOOK_S, self._every_s)):
            if monotonic_s() >= self._next_s and self._well():
                self._next_s = monotonic_s() + self._every_s
                self._tell(await asyncio.to_thread(partial(ask, self._url)))

    def _well(self) -> bool:
        found = self._wrong()
        if found and not self._withheld:
            said = "; ".join(f"{part}: {what}" for part, what in found.items())
            log.warning("heartbeat_withheld %s", said)
        self._withheld = bool(found)
        return not found

    def _tell(self, failure: str) -> None:
        """One line when it begins to fail, one when it is heard again."""
        if bool(failure) == self._failed:
            return
        self._failed = bool(failure)
        if failure:
            log.warning("heartbeat_failed %s; see %s", failure, VARIABLE)
        else:
            log.info("heartbeat_heard")


def ask(url: str) -> str:
    """Ask for an address; what went wrong, without the address. Never raises."""
    try:
        request = Request(url, headers={"user-agent": "outscope"})  # noqa: S310 - http or https
        with urlopen(request, timeout=PATIENCE_S) as answer:  # noqa: S310 - as above
            answer.read(1000)
    except HTTPError as error:
        return f"its address answered {error.code}"
    except (OSError, ValueError, HTTPException) as error:
        return f"its address cannot be reached ({type(error).__name__})"
    return ""
