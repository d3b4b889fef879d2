"""From which address others see this worker, as the API that it joined at says: what a worker
behind NAT cannot know by itself, and a broker behind a proxy cannot either.
"""

import json
import logging
from threading import Event, Thread
from typing import Final
from urllib.error import URLError

from worker.contract.http.relaying import ADDRESS
from worker.relaying.access import RelayAccess
from worker.settings import WorkerSettings

EVERY_S: Final = 600.0
AGAIN_S: Final = 30.0
PATIENCE_S: Final = 10.0
_MOST_BYTES: Final = 1_000

log = logging.getLogger(f"outscope.{__name__}")


class Echo:
    """Asks now and then, on a thread of its own, where there is somebody to ask."""

    def __init__(self, access: RelayAccess | None) -> None:
        self._access = access
        self.seen_from: str | None = None
        """The address; None when it is not known."""

    def start(self) -> None:
        """Begin to ask."""
        if self._access is not None:
            Thread(target=self._run, args=(self._access,), name="echo", daemon=True).start()

    def _run(self, access: RelayAccess) -> None:
        pause = Event()
        while not pause.wait(EVERY_S if self._ask(access) else AGAIN_S):
            continue

    def _ask(self, access: RelayAccess) -> bool:
        # late: only a worker that joined asks anybody over HTTP in this way
        from urllib.request import Request

        from worker.joining.asking import opener

        request = Request(access.url + ADDRESS)  # noqa: S310 - http or https, as it was joined
        try:
            with opener(access.url, access.authority).open(request, timeout=PATIENCE_S) as answer:
                self.seen_from = str(json.loads(answer.read(_MOST_BYTES))["address"])
        except (URLError, OSError, ValueError, KeyError, TypeError) as error:
            log.debug("address_not_told error=%s", error)
            return False
        return True


def echo_of(settings: WorkerSettings) -> Echo:
    """The echo of a worker that joined. A borrowed region's looks are none of this machine's."""
    return Echo(None if settings.via else settings.reach.api)
