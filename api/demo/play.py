"""Plays the script and watches whether each verdict becomes what the script made true."""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

from api.demo.script import INCIDENTS, MISSING, WELL, Claim, Step
from api.demo.telling import Teller
from api.demo.watch import View, view
from api.demo.weather import Weather
from api.demo.world import NAMES, REFERENCE, SPOTS, VENDOR
from api.supervisor.api_client import get
from api.supervisor.product import Product

_LOOK_S: Final = 0.3
HOLD_S: Final = 2.0
"""A verdict counts when it stayed as it should be for this long."""


@dataclass(slots=True)
class Played:
    """How a step went: what was expected, what was last seen, how long it took, what was wrong
    meanwhile.
    """

    told: str
    expected: str
    seen: str = ""
    took_s: float | None = None
    faults: list[str] = field(default_factory=list)

    @property
    def right(self) -> bool:
        """The verdicts became right in time, and no other verdict said anything wrong meanwhile."""
        return self.took_s is not None and not self.faults


class Player:
    """One performance of the script on a running product."""

    def __init__(
        self, product: Product, weather: Weather, teller: Teller, speed: float, hold_s: float
    ) -> None:
        self._product = product
        self._weather = weather
        self._teller = teller
        self._speed = speed
        self._hold_s = hold_s
        self._stopped: frozenset[str] = frozenset()
        self._true: tuple[Mapping[str, Claim], Mapping[str, str]] = ({}, {})

    async def play(self, script: Sequence[Step]) -> list[Played]:
        """Play every step, in order."""
        return [await self._step(step) for step in script]

    async def _step(self, step: Step) -> Played:
        self._teller.script(step.told)
        before, self._true = self._true, truth(step)
        steady = [s for s, claim in self._true[0].items() if before[0].get(s) == claim]
        step.weather(self._weather)
        await self._run_workers(step.stopped)
        played = Played(step.told, described(step))
        await self._wait(played, steady, step.within_s / min(self._speed, 1.5))
        self._teller.outcome(played.took_s, played.right, played.faults)
        return played

    async def _run_workers(self, stopped: frozenset[str]) -> None:
        for region in stopped - self._stopped:
            await self._product.pause(f"worker {region}-1")
        for region in self._stopped - stopped:
            self._product.resume(f"worker {region}-1")
        self._stopped = stopped

    async def _wait(self, played: Played, steady: Sequence[str], within_s: float) -> None:
        loop = asyncio.get_running_loop()
        began_s = loop.time()
        right_since_s: float | None = None
        while right_since_s is not None or loop.time() < began_s + within_s:
            seen = await self._look()
            if seen is not None:
                played.seen = differences(seen, *self._true)
                _note_unsteady(played, seen, steady, self._true[0])
                if played.seen:
                    right_since_s = None
                elif right_since_s is None:
                    right_since_s = loop.time()
                elif loop.time() >= right_since_s + self._hold_s / self._speed:
                    played.took_s = right_since_s - began_s
                    return
            await asyncio.sleep(_LOOK_S)

    async def _look(self) -> View | None:
        try:
            seen = await view(self._product.settings.port)
        except OSError:
            return None
        self._teller.verdicts(seen)
        return seen


async def check_incidents(port: int, teller: Teller, within_s: float) -> Played:
    """Whether the script left exactly the incidents that it made, all of them resolved."""
    teller.script("Was each disruption one incident, and is it over?")
    expected = sorted(f"{service} {peak}, over" for service, peak in INCIDENTS.items())
    played = Played("Incidents", "; ".join(expected))
    loop = asyncio.get_running_loop()
    began_s = loop.time()
    while loop.time() < began_s + within_s:
        found = (await get("127.0.0.1", port, "/v1/incidents"))["items"]
        seen = sorted(
            f"{i['service']} {i['peak']}, {'over' if i['resolved_at'] else 'open'}" for i in found
        )
        played.seen = "; ".join(seen)
        if seen == expected:
            played.took_s, played.seen = loop.time() - began_s, ""
            break
        await asyncio.sleep(_LOOK_S)
    teller.outcome(played.took_s, played.right, played.faults)
    return played


async def check_word(port: int, teller: Teller, within_s: float) -> Played:
    """Whether the product says that the vendor was late and admitted only half."""
    teller.script("Did Cinder's vendor say it in time, and all of it?")
    played = Played("The vendor's word", f"late, without {' and '.join(MISSING)}")
    loop = asyncio.get_running_loop()
    began_s = loop.time()
    while loop.time() < began_s + within_s:
        card = await get("127.0.0.1", port, f"/v1/vendors/{VENDOR}/acknowledgements")
        row = next((one for one in card["items"] if one["state"] == "acknowledged"), None)
        late = row is not None and row["lag"]["best_ms"] > 0
        if row is not None and late and row["reach"]["components_missing"] == [*MISSING]:
            path = f"/v1/incidents/{row['incident_id']}/acknowledgements"
            told = await get("127.0.0.1", port, path)
            teller.note(told["items"][0]["sentence"])
            played.took_s = loop.time() - began_s
            break
        await asyncio.sleep(_LOOK_S)
    teller.outcome(played.took_s, played.right, played.faults)
    return played


def truth(step: Step) -> tuple[Mapping[str, Claim], Mapping[str, str]]:
    """What is true of every service and every region while a step lasts."""
    services = {
        service: step.services.get(service, WELL) for service in NAMES if service != REFERENCE
    }
    return services, {spot.id: step.regions.get(spot.id, "fit") for spot in SPOTS}


def described(step: Step) -> str:
    """What a step makes true, in a line."""
    parts = [f"{service} {claim}" for service, claim in step.services.items()]
    parts += [f"{region} {fitness}" for region, fitness in step.regions.items()]
    return "; ".join(parts) or "all is well"


def differences(seen: View, services: Mapping[str, Claim], regions: Mapping[str, str]) -> str:
    """What is said that is not so; empty when everything is as it is."""
    wrong = [
        f"{s} {seen.services[s][0]}" for s, claim in services.items() if not agrees(seen, s, claim)
    ]
    wrong += [
        f"{region} {seen.regions[region][0] if region in seen.regions else 'missing'}"
        for region, fitness in regions.items()
        if seen.regions.get(region, ("",))[0] != fitness
    ]
    return "; ".join(wrong)


def agrees(seen: View, service: str, claim: Claim) -> bool:
    """Whether the verdict of a service is what it should be."""
    return service in seen.services and seen.services[service][0] == claim


def _note_unsteady(
    played: Played, seen: View, steady: Sequence[str], services: Mapping[str, Claim]
) -> None:
    for service in steady:
        if not agrees(seen, service, services[service]):
            fault = f"{service} said {seen.services[service][0]} meanwhile"
            if fault not in played.faults:
                played.faults.append(fault)
