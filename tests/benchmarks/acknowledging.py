"""How long a scorecard takes over 100,000 incidents with acknowledgements.

    python -m tests.benchmarks.acknowledging [--incidents 100000] [--database URL]

Without a URL in a new SQLite file. Prints the median and the worst of twenty scorecards over all
of them, and of twenty over a tenth.
"""

import argparse
import asyncio
import random
import tempfile
from pathlib import Path
from statistics import median
from time import perf_counter
from typing import Any

from coordinator.analytics.scorecard import scorecard
from coordinator.store import Store, open_store
from worker.contract.instant import rfc3339

START = 1_772_000_000_000
MINUTE = 60_000
CHUNK = 5_000


def row(number: int, chance: random.Random) -> dict[str, Any]:
    """One incident with what its vendor says: nine of ten are admitted."""
    said = chance.random() < 0.9
    best = round(chance.lognormvariate(3, 0.8) * MINUTE)
    at = rfc3339(START + number * MINUTE)
    scope = chance.choice(("right", "narrower", "wider", "cannot_say"))
    return {
        "id": f"{number:032x}",
        "service": f"vendor-{number % 2}" if number % 10 == 0 else "vendor-0",
        "state": "acknowledged" if said else "never",
        "at": at,
        "incident_id": f"incident-{number}",
        "first": True,
        "backdated": chance.choice((True, False, None)) if said else None,
        "lag": {"best_ms": best, "least_ms": best - MINUTE, "most_ms": best + MINUTE}
        if said
        else None,
        "reach": {"scope": scope} if said else None,
        "vendor": {"page": "page", "incident": f"v{number}", "title": "x" * 800} if said else None,
        "green_ms": best,
        "unheard_ms": 0,
        "remarks": [],
    }


async def fill(store: Store, incidents: int) -> None:
    """Put the rows in."""
    chance = random.Random(1)
    for begin in range(0, incidents, CHUNK):
        rows = [row(number, chance) for number in range(begin, min(begin + CHUNK, incidents))]
        await store.acknowledgements.put(rows, (), START)


async def measure(store: Store, since: int, until: int) -> list[float]:
    """Milliseconds of twenty scorecards."""
    took = []
    for _ in range(20):
        began = perf_counter()
        await scorecard(store, "vendor-0", ("page",), since, until)
        took.append((perf_counter() - began) * 1000)
    return took


async def run(incidents: int, url: str) -> None:
    """Fill a store and print what scorecards of it take."""
    async with open_store(url) as store:
        await fill(store, incidents)
        end = START + incidents * MINUTE
        print(await scorecard(store, "vendor-0", ("page",), START, end))
        for name, since in (("all", START), ("a tenth", end - incidents * MINUTE // 10)):
            took = await measure(store, since, end)
            told = (
                f"median {median(took):.0f} ms, best {min(took):.0f} ms, worst {max(took):.0f} ms"
            )
            print(f"{incidents} incidents, {name}: {told}")


def main() -> None:
    """Read the options."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--incidents", type=int, default=100_000)
    parser.add_argument("--database")
    told = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        asyncio.run(run(told.incidents, told.database or f"sqlite://{Path(folder) / 'made.db'}"))


if __name__ == "__main__":
    main()
