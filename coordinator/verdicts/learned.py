"""What is normal for each check and region, kept over a restart: it took longer to learn than
results are read back.
"""

from typing import Final

from coordinator.domain.window.series_set import Learned
from coordinator.store import Store
from worker.contract.instant import Instant

KIND: Final = "learned"
EVERY_MS: Final = 300_000
"""How often it is written down; what is learned after that is learned again from the results."""


async def save(store: Store, learned: Learned) -> None:
    """Write down what is normal, one document a check."""
    documents = []
    for check, regions in learned.normal.items():
        normal = {region: list(numbers) for region, numbers in regions.items()}
        documents.append((KIND, check, learned.at, {"at": learned.at, "normal": normal}))
    await store.standings.put_many(documents)


async def load(store: Store) -> Learned | None:
    """What was written down last; None before the first time."""
    documents = await store.standings.all(KIND)
    if not documents:
        return None
    at: Instant = max(int(document["at"]) for document in documents.values())
    return Learned(at, {check: document["normal"] for check, document in documents.items()})


async def forget(store: Store, region: str) -> None:
    """Forget what was learned in a region."""
    documents = await store.standings.all(KIND)
    kept = []
    for check, document in documents.items():
        if region in document["normal"]:
            normal = {name: found for name, found in document["normal"].items() if name != region}
            kept.append((KIND, check, int(document["at"]), {**document, "normal": normal}))
    await store.standings.put_many(kept)
