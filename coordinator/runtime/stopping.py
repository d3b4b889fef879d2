"""How a loop pauses: for a while, or until it is told to stop."""

import asyncio


async def told_within(stop: asyncio.Event, seconds: float) -> bool:
    """Whether we are told to stop within so many seconds."""
    try:
        async with asyncio.timeout(seconds):
            await stop.wait()
    except TimeoutError:
        return False
    return True
