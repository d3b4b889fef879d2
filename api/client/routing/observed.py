"""What a gateway sees for itself of those it asks: it counts more than what others say."""

from collections import OrderedDict
from threading import Lock
from typing import Final

ENOUGH: Final = 3
"""So many answers in a row, asked for since a target is said to be down, say that it is not."""
MOST: Final = 10_000
"""Deployments that are remembered."""


class Observed:
    """Successes in a row by deployment, and when the first of them was asked for. Thread-safe."""

    def __init__(self) -> None:
        self._runs: OrderedDict[str, list[float]] = OrderedDict()
        self._lock = Lock()

    def succeeded(self, deployment: str, asked_s: float) -> None:
        """It answered what it was asked at that moment (monotonic seconds)."""
        with self._lock:
            run = self._runs.setdefault(deployment, [])
            self._runs.move_to_end(deployment)
            run.append(asked_s)
            del run[:-ENOUGH]
            while len(self._runs) > MOST:
                self._runs.popitem(last=False)

    def failed(self, deployment: str) -> None:
        """It did not."""
        with self._lock:
            self._runs.pop(deployment, None)

    def works(self, deployment: str, since_s: float) -> bool:
        """Whether all it was asked lately was answered, and enough of it was asked since then."""
        run = self._runs.get(deployment, [])
        return len(run) >= ENOUGH and min(run) > since_s
