"""What befalls an installation, by a seed, one after the other."""

import random
import time
from dataclasses import dataclass
from typing import Final

from tests.chaos.fault import LONGEST_S, Draw, Make
from tests.chaos.installation import Installation
from tests.chaos.kinds import network, processes, servers
from worker.contract.clock import now
from worker.contract.instant import Instant

QUICK: Final[list[Make]] = [
    network.partition,
    network.long_delay,
    processes.of_part("leader", "killed"),
    processes.of_part("worker", "stopped"),
    servers.no_memory,
]
"""Those of a short run."""


@dataclass(frozen=True, slots=True)
class Happened:
    """A fault that was."""

    kind: str
    told: str
    begun_at: Instant
    lasted_s: float


def every(installation: Installation) -> list[Make]:
    """The kinds that this machine lets us do."""
    able = installation.able
    found: list[Make] = [
        network.partition,
        network.cut,
        network.short_delay,
        network.long_delay,
        network.clock,
        *processes.EVERY,
        servers.killed,
        servers.still,
        servers.no_memory,
        servers.no_master,
        servers.other_password,
        servers.loading,
        servers.restarted,
        servers.database_still,
    ]
    if able.packets:
        found += [network.loss, network.names_silent, network.names_failing]
    if able.disks:
        found += [servers.full_disk, servers.full_state_folder]
    if able.slow_disks:
        found.append(servers.slow_disk)
    return found


class Faults:
    """Each of a random kind and length, by the seed."""

    def __init__(
        self,
        installation: Installation,
        seed: int,
        kinds: list[Make] | None = None,
        longest_s: float = LONGEST_S,
    ) -> None:
        self._installation = installation
        self._chance = random.Random(seed)
        self._draw = Draw(installation, self._chance, longest_s)
        self._kinds = kinds or every(installation)
        self._left: list[Make] = []

    def run(self, seconds: float) -> list[Happened]:
        """Have faults happen for so long; what happened."""
        until, happened = time.monotonic() + seconds, list[Happened]()
        while time.monotonic() < until:
            if not self._left:  # every kind once before one comes again
                self._left = self._chance.sample(self._kinds, len(self._kinds))
            self._installation.see_to_all()
            fault = self._left.pop()(self._draw)
            happened.append(Happened(fault.kind, fault.told(), now(), fault.lasts_s))
            print(f"  {fault.told()}", flush=True)
            fault.begin()
            time.sleep(fault.lasts_s)
            fault.end()
            time.sleep(self._chance.uniform(0.5, 2.0))
        return happened
