"""What every process of the coordinator begins with: the configuration in force, and the link to
the broker.
"""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass

from coordinator.configuration import Configuration, from_document
from coordinator.messaging.consumer import ECHO_QUEUE, Inbox
from coordinator.messaging.publisher import Post
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
) -> AsyncIterator[tuple[Post, Inbox]]:
    """Both directions of the link to the broker; `echo` and `reports` as of the inbox."""
    regions = [region.id for region in configuration.topology.regions]
    post, inbox = Post(broker), Inbox(broker, regions, echo, reports=reports)
    post.open()
    inbox.open()
    try:
        yield post, inbox
    finally:
        await inbox.close()
        await asyncio.to_thread(post.close)
