"""Maintenance as an operator announces it."""

from collections.abc import Sequence
from datetime import UTC, datetime

from coordinator.circumstances.announcing import announce, announcement_from
from coordinator.store import Store
from worker.contract.clock import now


async def announced(
    store: Store, name: str, begins: int, services: Sequence[str], title: str = ""
) -> None:
    """Two hours from this moment on, to the second."""
    since = datetime.fromtimestamp(begins // 1000, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    told = {
        "id": name,
        "title": title or f"Move {name}",
        "from": since,
        "for": "2h",
        "services": services,
    }
    await announce(store, announcement_from(told), "tester", now())
