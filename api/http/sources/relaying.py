"""The relay of this process, if it has one, and where else one is."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Annotated, Final

from fastapi import Depends, FastAPI, Request

from api.http.settings import OFF, ON, ApiSettings
from coordinator.relay.misuse import Misuse
from coordinator.relay.relay import Relay
from coordinator.store import Store
from worker.contract.http.relaying import HERE

NO_RELAY: Final = (
    "there is no relay here, or none for this broker (RabbitMQ), so nobody joins by HTTPS alone;"
    " join with the same line without --via https, or let this API be a relay (OUTSCOPE_RELAY=on):"
    " the token is still good"
)
NOT_HERE: Final = "this process is no relay (OUTSCOPE_RELAY); let workers ask one that is"


@dataclass(frozen=True, slots=True)
class Relaying:
    """`relay` is None where this process is none; `address` is what workers that join are told of
    it: `here`, the URL of another, or nothing.
    """

    store: Store
    relay: Relay | None
    address: str
    knows_broker: bool = False
    """Whether that relay was told where the broker is."""
    misuse: Misuse = field(default_factory=Misuse)

    @property
    def elsewhere(self) -> str:
        """The sentence for who asks where no relay is."""
        return NOT_HERE if not self.address else f"the relay is at {self.address}"


async def _relaying(request: Request) -> Relaying:
    found: Relaying = request.app.state.relaying
    return found


Through = Annotated[Relaying, Depends(_relaying)]


@asynccontextmanager
async def relaying(store: Store, settings: ApiSettings) -> AsyncIterator[Relaying]:
    """The relay that these settings ask for, while it is in use."""
    if settings.relay != ON:
        elsewhere = "" if settings.relay == OFF else settings.relay
        yield Relaying(store, None, elsewhere, knows_broker=bool(elsewhere))
        return
    relay = Relay(store, settings.relay_broker)
    relay.start()
    try:
        yield Relaying(store, relay, HERE, knows_broker=bool(settings.relay_broker))
    finally:
        await relay.stop()


def let_go(app: FastAPI) -> None:
    """Let those go who wait for orders: the process stops."""
    found: Relaying | None = getattr(app.state, "relaying", None)
    if found is not None and found.relay is not None:
        found.relay.leaving = True
