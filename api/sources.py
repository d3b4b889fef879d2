"""What a request can draw from: the one store of the process, the snapshots, the settings."""

from dataclasses import dataclass
from typing import Annotated

from fastapi import Depends, Request

from api.settings import ApiSettings
from api.snapshot import Snapshots
from coordinator.store import Store


@dataclass(frozen=True, slots=True)
class Sources:
    """Made when the app starts, closed when it stops."""

    store: Store
    snapshots: Snapshots
    settings: ApiSettings


async def _sources(request: Request) -> Sources:
    found: Sources = request.app.state.sources
    return found


From = Annotated[Sources, Depends(_sources)]
