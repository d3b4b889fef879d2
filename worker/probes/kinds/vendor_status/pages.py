"""What this worker heard last from each status page, so that a page that did not change need not be
sent again.
"""

from collections import OrderedDict
from dataclasses import dataclass
from hashlib import blake2b
from pathlib import Path
from typing import Final

from worker.probes.http.request import Answer
from worker.probes.kinds.vendor_status.incident import VendorIncident

REMEMBERED: Final = 64
Key = tuple[str, str]
"""The provider and the address."""


@dataclass(frozen=True, slots=True)
class Heard:
    """What a page said, and the names under which it knows that version."""

    incidents: tuple[VendorIncident, ...]
    digest: bytes
    etag: str = ""
    last_modified: str = ""

    def conditions(self) -> dict[str, str]:
        """The headers that ask for the page only if it is another one."""
        headers = {"if-none-match": self.etag, "if-modified-since": self.last_modified}
        return {name: value for name, value in headers.items() if value}


class Pages:
    """The last version of each page that made sense."""

    def __init__(self, _folder: Path | None) -> None:
        self._heard: OrderedDict[Key, Heard] = OrderedDict()

    def last(self, key: Key) -> Heard | None:
        """What was heard last, if anything."""
        return self._heard.get(key)

    def keep(self, key: Key, answer: Answer, incidents: tuple[VendorIncident, ...]) -> Heard:
        """Remember what was heard just now."""
        named = (answer.headers.get("etag", ""), answer.headers.get("last-modified", ""))
        heard = Heard(incidents, digest(answer.body), *named)
        self._heard[key] = heard
        self._heard.move_to_end(key)
        while len(self._heard) > REMEMBERED:
            self._heard.popitem(last=False)
        return heard


def digest(body: bytes) -> bytes:
    """The same for the same bytes."""
    return blake2b(body, digest_size=16).digest()
