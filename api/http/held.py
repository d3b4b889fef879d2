"""What an app makes when it is first asked for, and holds for as long as it runs."""

import asyncio
from collections.abc import Callable
from typing import TypeVar

from fastapi import Request

_Held = TypeVar("_Held")


def held(request: Request, name: str, make: Callable[[], _Held]) -> _Held:
    """What the app of a request holds by this name; made now when it holds nothing yet."""
    state = request.app.state
    if not hasattr(state, name):
        setattr(state, name, make())
    found: _Held = getattr(state, name)
    return found


async def held_from_thread(request: Request, name: str, make: Callable[[], _Held]) -> _Held:
    """The same for what takes long to make: one thread makes it, whoever asks meanwhile, and holds
    nobody else up. What failed is tried anew by who asks next.
    """
    state = request.app.state
    if hasattr(state, name):
        return held(request, name, make)
    making = held(request, f"making_{name}", lambda: asyncio.create_task(asyncio.to_thread(make)))
    try:
        made = await asyncio.shield(making)
    finally:
        if making.done() and getattr(state, f"making_{name}", None) is making:
            delattr(state, f"making_{name}")
    return held(request, name, lambda: made)
