"""A steady stream of orders, each for one look at a path of its own, so that every look can be
accounted for.
"""

import threading
import time

from kombu.exceptions import OperationalError

from tests.faults.coordinator import Coordinator, check
from tests.faults.target import Target


class Traffic:
    """Orders one look every `every_s` while the block lasts. `ordered` maps each look's path to
    when it was ordered.
    """

    def __init__(
        self,
        coordinator: Coordinator,
        target: Target,
        *,
        every_s: float = 0.25,
        expires_s: float = 10,
    ) -> None:
        self.expires_s = expires_s
        self.ordered: dict[str, float] = {}
        self._coordinator = coordinator
        self._target = target
        self._every_s = every_s
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run, daemon=True)

    def __enter__(self) -> "Traffic":
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._stop.set()
        self._thread.join()

    def arrived(self) -> set[str]:
        """The paths whose results have arrived."""
        return {f"/{row[1]}" for row in list(self._coordinator.looks_by_id.values())}

    def arrived_since(self, moment: float) -> set[str]:
        """The paths whose results have arrived and that were ordered after the moment."""
        return {path for path in self.arrived() if self.ordered.get(path, 0) > moment}

    def _run(self) -> None:
        number = 0
        while not self._stop.wait(self._every_s):
            number += 1
            spec = check("traffic", "http", url=f"{self._target.url}/{number}")
            self.ordered[f"/{number}"] = time.monotonic()
            try:
                self._coordinator.order([spec], [(0, number)], expires_s=self.expires_s)
            except (OSError, OperationalError):
                continue  # the broker is away
