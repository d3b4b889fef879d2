"""What an address says of its answer, so that it may be given out again."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from fastapi import Request

from api.http.sources.snapshot import Snapshot

MARK: Final = "outscope.kept"
"""In the scope of a request: what its answer was made of."""


@dataclass(frozen=True, slots=True)
class Own:
    """What of an answer is its caller's own, by its address."""

    begin: Callable[[str], bytes]
    """How the body begins; all behind that is told to everybody of the same group."""
    group: Callable[[str], str | None]
    """The same for all who are told the same; few, whoever asks."""


@dataclass(frozen=True, slots=True)
class Made:
    """What an answer was made of, beside the request itself: the same request gets the same answer
    while the snapshot is the newest and `stands`.
    """

    snapshot: Snapshot
    own: Own | None = None
    """What it tells of where the caller asks from."""
    for_all: bool = False
    """Whether it is for everybody, so that the door asks nothing of who wants it."""
    stands: Callable[[], bool] = lambda: True
    """Whether what else it was made of is still what it was."""


def keep(request: Request, made: Made) -> None:
    """Have the answer to this request given out again. Who may have it is asked each time, so it
    tells everybody the same who may ask for it.
    """
    request.scope[MARK] = made
