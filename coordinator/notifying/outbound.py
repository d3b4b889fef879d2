"""One POST to somebody else's server: no redirect is followed, no answer is read to its end, and
none is waited for beyond a deadline, however it comes.
"""

import asyncio
import http.client
import socket
import ssl
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass
from functools import partial
from typing import Final, TypeVar
from urllib.error import HTTPError, URLError
from urllib.request import OpenerDirector, Request

from coordinator.runtime.redirects import Note, unnoted, unredirected
from worker.contract.installed import own_version

TIMEOUT_S: Final = 20.0
"""So long the other side may say nothing."""
DEADLINE_S: Final = 30.0
"""So long it may take in all: one byte now and then is no answer either."""
_READ: Final = 1_000
_Given = TypeVar("_Given")
_THREADS: Final = ThreadPoolExecutor(64, "notifying")
"""Apart from those that all else shares: who hangs takes none away from it."""


async def in_thread(does: Callable[[], _Given]) -> _Given:
    """What takes its time, done beside the loop."""
    return await asyncio.get_running_loop().run_in_executor(_THREADS, does)


class DeliveryError(Exception):
    """A message did not arrive; `why` holds no secret. `final` when it never will."""

    def __init__(
        self, why: str, *, final: bool = False, retry_after_s: float | None = None
    ) -> None:
        super().__init__(why)
        self.why = why
        self.final = final
        self.retry_after_s = retry_after_s


@dataclass(frozen=True, slots=True)
class Post:
    """What is sent where. The URL is told to nobody: it may be a secret."""

    url: str
    body: bytes
    headers: Mapping[str, str]
    opener: Callable[[Note], OpenerDirector] = unredirected

    async def sent(self) -> bytes:
        """As `send`, beside the loop; who has not answered at the deadline is cut off."""
        made: list[socket.socket] = []
        try:
            async with asyncio.timeout(DEADLINE_S):
                return await in_thread(partial(self.send, note=made.append))
        except TimeoutError:
            raise DeliveryError("could not be reached: no answer in time") from None
        finally:
            for one in made:
                with suppress(OSError):
                    one.shutdown(socket.SHUT_RDWR)

    def send(self, timeout_s: float = TIMEOUT_S, note: Note = unnoted) -> bytes:
        """The beginning of the answer when the server took it (2xx); DeliveryError says why it did
        not.
        """
        headers = {
            "content-type": "application/json",
            "user-agent": f"outscope/{own_version()}",
            **self.headers,
        }
        request = Request(self.url, self.body, headers, method="POST")  # noqa: S310 - http(s) by the configuration
        try:
            with self.opener(note).open(request, timeout=timeout_s) as answer:
                told: bytes = answer.read(_READ)
                return told
        except HTTPError as error:
            with error:
                raise _refused(error) from None
        except (URLError, OSError, ssl.SSLError, http.client.HTTPException, ValueError) as error:
            reason = error.reason if isinstance(error, URLError) else error
            raise DeliveryError(f"could not be reached: {_shown(reason)}") from None


def _refused(error: HTTPError) -> DeliveryError:
    if 300 <= error.code < 400:
        return DeliveryError(f"answered {error.code}; redirects are not followed")
    if error.code == http.HTTPStatus.GONE:
        return DeliveryError("answered 410: it is gone for good", final=True)
    return DeliveryError(f"answered {error.code}", retry_after_s=_seconds(error))


def _seconds(error: HTTPError) -> float | None:
    text = error.headers.get("retry-after", "")
    return (
        min(float(text), 86_400.0) if text.isascii() and text.isdigit() and len(text) < 8 else None
    )


def _shown(reason: object) -> str:
    """The kind of a fault and its words, without an address."""
    if isinstance(reason, TimeoutError):
        return "no answer in time"
    text = getattr(reason, "strerror", None) or type(reason).__name__
    return str(text)[:200]
