"""Reports to a relay: several together, packed."""

import gzip
from collections.abc import Sequence
from typing import Final

from worker.contract.http.relaying import REPORTS
from worker.relaying.link import Link

PATIENCE_S: Final = 10.0
AT_ONCE: Final = 200
LINGER_S: Final = 0.5
"""Each request has some hundred bytes of its own, and a way there and back."""
_WORTH: Final = 400


class RelayPublisher:
    """Sends what the broker's publisher would; the relay puts it on the queue of this worker's
    region.
    """

    at_once = AT_ONCE
    linger_s = LINGER_S

    def __init__(self, link: Link) -> None:
        self._link = link

    def send_all(self, queue: str, task: str, arguments: Sequence[bytes]) -> None:
        """Leave reports at the relay; BrokerAwayError when it does not say that it has them."""
        body, headers = b"\n".join(arguments), {"content-type": "application/x-ndjson"}
        if len(body) > _WORTH:
            body = gzip.compress(body, 6, mtime=0)
            headers["content-encoding"] = "gzip"
        self._link.post(REPORTS, body, PATIENCE_S, headers)

    def close(self) -> None:
        """Let go of the connection."""
        self._link.close()
