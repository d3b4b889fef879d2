"""What every process of the coordinator begins with: the configuration in force, and the link to
the broker.
"""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass

from coordinator.configuration import Configuration, from_document
from coordinator.messaging.consumer import ECHO_QUEUE, ReportConsumer
from coordinator.messaging.publisher import Publisher
from coordinator.store import Store


@dataclass(frozen=True, slots=True)
class Applied:
    """A configuration in force, and its version in the store."""

    version: int
    configuration: Configuration


async def in_force(store: Store) -> Applied | None:
    """The configuration in force; None before the first."""
    found = await store.configurations.current()
    return Applied(found[0], from_document(found[1])) if found is not None else None


@asynccontextmanager
async def linked(
    broker: str, configuration: Configuration, *, echo: str = ECHO_QUEUE, reports: bool = True
) -> AsyncIterator[tuple[Publisher, ReportConsumer]]:
    """Both directions of the link to the broker; `echo` and `reports` as of the consumer."""
    regions = [region.id for region in configuration.topology.regions]
    publisher, consumer = Publisher(broker), ReportConsumer(broker, regions, echo, reports=reports)
    publisher.open()
    consumer.open()
    try:
        yield publisher, consumer
    finally:
        await consumer.close()
        await asyncio.to_thread(publisher.close)
