"""The deadline of every look, held from outside, whatever a kind does.

Kinds keep their own deadlines and know best what was late; this is what stops one that does not.
One timer serves all looks, because a timer each would cost more than the rest of the boundary.
"""

import asyncio
from typing import Any, Final

from worker.contract.clock import monotonic_s

TICK_S: Final = 0.02
GRACE_S: Final = 0.025
"""How long after its deadline a look is stopped: kinds that stop in time can say more about why."""
LAST_WORD_S: Final = 0.005


class Deadlines:
    """Cancels tasks that run past their moment, and knows afterwards that it did."""

    def __init__(self) -> None:
        self._moments: dict[asyncio.Task[Any], float] = {}
        self._stopped: set[asyncio.Task[Any]] = set()
        self._timer: asyncio.TimerHandle | None = None

    def hold(self, task: asyncio.Task[Any], deadline_s: float) -> None:
        """Cancel the task soon after this moment, unless it is released before."""
        self._moments[task] = deadline_s + GRACE_S
        if self._timer is None:
            self._timer = task.get_loop().call_later(TICK_S, self._tick)

    def release(self, task: asyncio.Task[Any]) -> bool:
        """Let go of the task; whether it had been stopped."""
        self._moments.pop(task, None)
        if task in self._stopped:
            self._stopped.discard(task)
            return True
        return False

    def close(self) -> None:
        """Stop the timer."""
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None

    def _tick(self) -> None:
        now = monotonic_s()
        due = [(task, moment) for task, moment in self._moments.items() if moment <= now]
        for task, moment in due:
            # a little later: after a hold-up of the loop, the look's own deadline may just now end
            # it, and says more
            task.get_loop().call_later(LAST_WORD_S, self._stop, task, moment)
        self._timer = None
        if self._moments:
            loop = next(iter(self._moments)).get_loop()
            self._timer = loop.call_later(TICK_S, self._tick)

    def _stop(self, task: asyncio.Task[Any], moment: float) -> None:
        if self._moments.get(task) == moment:
            del self._moments[task]
            self._stopped.add(task)
            task.cancel()
