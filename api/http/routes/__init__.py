"""The addresses of the API, one file a subject, and nothing else lies here; listed nowhere. Each
answers from the sources, in the shapes of `api.documents`.

A subject is a module of this package with a `router`.
"""

from collections.abc import Mapping, Sequence
from typing import Final

from fastapi import APIRouter

from worker.contract.listed import Listed

ROUTERS: Final[Mapping[str, APIRouter]] = Listed(__name__, __path__, "router")
"""The addresses of every subject, by its name."""
_READ_FIRST: Final = (
    "services",
    "history",
    "incidents",
    "fleet",
    "results",
    "exports",
    "joining",
    "health",
    "metrics",
)


def in_reading_order() -> Sequence[APIRouter]:
    """As the reference tells them: what people ask for first, then all others by their names."""
    first = [name for name in _READ_FIRST if name in ROUTERS]
    return [ROUTERS[name] for name in dict.fromkeys((*first, *ROUTERS))]
