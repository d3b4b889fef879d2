"""What an app makes when it is first asked for, and holds for as long as it runs."""

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
