"""Places for exports: so many at once in this process, and so many for one client."""

from collections import Counter
from ipaddress import IPv6Address, ip_address
from typing import Final

from api.http.answers.errors import BusyError

RETRY_AFTER_S: Final = 5


class ExportPlaces:
    """Who exports at the moment. An export that finds no place is refused, not kept waiting."""

    def __init__(
        self,
        at_once: int,
        per_client: int,
        what: str = "exports",
        code: str = "too_many_exports",
    ) -> None:
        self._what = what
        self._code = code
        self._at_once = at_once
        self._per_client = per_client
        self._taken: Counter[str] = Counter()

    @property
    def taken(self) -> int:
        """How many go on."""
        return self._taken.total()

    def take(self, address: str) -> "ExportPlace":
        """A place for a client at an address; BusyError when it or this process has no more."""
        client = client_of(address)
        if self._taken[client] >= self._per_client:
            raise self._busy(f"{self._per_client} {self._what} of this client go on already")
        if self.taken >= self._at_once:
            raise self._busy(f"{self._at_once} {self._what} go on already, which is as many as may")
        self._taken[client] += 1
        return ExportPlace(self, client)

    def free(self, client: str) -> None:
        """An export of this client is over."""
        self._taken[client] -= 1
        if self._taken[client] <= 0:
            del self._taken[client]

    def _busy(self, why: str) -> BusyError:
        sentence = f"{why}; try again when one is over"
        return BusyError(self._code, sentence, RETRY_AFTER_S)


class ExportPlace:
    """One place; `free` gives it back, once."""

    def __init__(self, places: ExportPlaces, client: str) -> None:
        self._places: ExportPlaces | None = places
        self._client = client

    def free(self) -> None:
        """Give it back; again does no harm."""
        places, self._places = self._places, None
        if places is not None:
            places.free(self._client)


def client_of(address: str) -> str:
    """Whom an address stands for: in IPv6 one client has a whole /64 of them."""
    try:
        found = ip_address(address)
    except ValueError:
        return address
    if isinstance(found, IPv6Address) and found.ipv4_mapped is None:
        return str(IPv6Address(int(found) >> 64 << 64))
    return str(found)
