"""The way that a worker goes, put together."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

from worker.connecting.choosing import chosen
from worker.contract.reloading.reloads import Reloads
from worker.messaging.away import Way
from worker.messaging.handlers import Handlers
from worker.reloading.values import add_broker, add_relay, link_of
from worker.settings import WorkerSettings


@dataclass(frozen=True, slots=True)
class Ends:
    """What the way tells the process, and asks of it."""

    connected: Callable[[], None]
    """The coordinator's side took this worker in."""
    excused: Callable[[], bool]
    """There is a good reason to hear nothing."""
    hung: Callable[[], bool]
    """The loop that looks turns no more."""
    restart: Callable[[], None]
    """Begin anew."""


class WorkersWay(Way, Protocol):
    """A way that is told of each message that came in."""

    def heard(self) -> None:
        """A message was consumed."""


def way_of(
    settings: WorkerSettings, boot: str, handlers: Handlers, reloads: Reloads, ends: Ends
) -> WorkersWay:
    """The way that these settings mean, which is reloaded with everything else."""
    relay = chosen(settings)
    if relay is not None:
        from worker.relaying.way import RelayWay  # late, as below: each loads what it needs alone

        relayed = RelayWay(
            relay, boot, handlers, ends.connected, hung=ends.hung, restart=ends.restart
        )
        add_relay(reloads, settings.told, relay, relayed.use)
        return relayed
    from worker.messaging.way import BrokerWay

    link = link_of(settings)
    add_broker(reloads, settings.told, link)
    return BrokerWay(
        link,
        settings.region,
        settings.name,
        handlers,
        ends.connected,
        excused=ends.excused,
        hung=ends.hung,
        restart=ends.restart,
    )
