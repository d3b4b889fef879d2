"""How the servers of the small internet behave now, to whom."""

from collections.abc import Iterable
from enum import StrEnum
from typing import Final

from api.demo.status_page import StatusPage
from api.demo.world import SPOTS, Endpoint

EVERYWHERE: Final = tuple(spot.id for spot in SPOTS)
_REGION_AT: Final = {spot.source: spot.id for spot in SPOTS}


class Behaviour(StrEnum):
    """What a server does with a request."""

    FINE = "fine"
    ERROR = "error"
    """It answers 500."""
    HANG = "hang"
    """It never answers."""
    RESET = "reset"
    """It resets the connection."""
    CLOSE = "close"
    """It closes the connection without an answer."""
    SLOW = "slow"
    """It answers late."""


class Weather:
    """The behaviour of each endpoint towards each region, and what the status page says. All is
    fine at first.
    """

    def __init__(self) -> None:
        self.page = StatusPage()
        self._now: dict[tuple[str, str], Behaviour] = {}

    def set(
        self,
        behaviour: Behaviour,
        endpoints: Iterable[Endpoint],
        regions: Iterable[str] = EVERYWHERE,
    ) -> None:
        """From now on these endpoints behave so towards these regions."""
        wanted = tuple(regions)
        for endpoint in endpoints:
            for region in wanted:
                self._now[endpoint.id, region] = behaviour

    def towards(self, endpoint: Endpoint, address: str) -> Behaviour:
        """How the endpoint behaves towards whoever looks from `address`; well towards strangers."""
        return self._now.get((endpoint.id, _REGION_AT.get(address, "")), Behaviour.FINE)
