"""How loops pause, run beside each other, and end: each is told to stop and has time to finish."""

import asyncio
import signal
from collections.abc import Awaitable, Callable
from typing import Final, Protocol

GRACE_S: Final = 5.0
"""How long the loops may take to finish when told to stop."""


class Loop(Protocol):
    """What goes on until it is told to stop."""

    async def run(self, stop: asyncio.Event) -> None:
        """Go on until told to stop."""


async def told_within(stop: asyncio.Event, seconds: float) -> bool:
    """Whether we are told to stop within so many seconds."""
    try:
        async with asyncio.timeout(seconds):
            await stop.wait()
    except TimeoutError:
        return False
    return True


async def until_signalled(work: Callable[[asyncio.Event], Awaitable[None]]) -> None:
    """Do the work of a process, which is told to stop by SIGTERM or SIGINT."""
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stop.set)
    await work(stop)


async def together(stop: asyncio.Event, *loops: Loop) -> None:
    """Run the loops until told to stop; when one fails, all stop and its error is raised.

    A loop that waits for a database that is away is ended: what it holds was not receipted.
    """
    tasks = [asyncio.create_task(loop.run(stop), name=type(loop).__name__) for loop in loops]
    too_late = asyncio.create_task(_grace(stop))
    try:
        waiting = {too_late, *tasks}
        while too_late in waiting and len(waiting) > 1:
            done, waiting = await asyncio.wait(waiting, return_when=asyncio.FIRST_COMPLETED)
            for task in done:
                task.result()
    finally:
        for task in (too_late, *tasks):
            task.cancel()
        await asyncio.gather(too_late, *tasks, return_exceptions=True)


async def _grace(stop: asyncio.Event) -> None:
    await stop.wait()
    await asyncio.sleep(GRACE_S)
