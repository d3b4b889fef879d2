"""What it costs to decide who is told: 1,000 rules, and 1,000 changes of incidents in a minute.

    python -m tests.benchmarks.notifying

Prints the share of one core that the whole step takes (circumstances, decision, letters stored in
SQLite) at two rounds a second, and how long it takes from a stored verdict to a letter.
"""

import asyncio
import resource
import statistics
import tempfile
from pathlib import Path
from typing import Any, Final

from coordinator.circumstances.bearing import Circumstances
from coordinator.configuration import from_document
from coordinator.domain.model.incident import IncidentEvent, Moment
from coordinator.notifying.deciding import Deciding
from coordinator.store import open_store
from tests.coordinator.domain.notifying.incidents import incident
from worker.contract import clock

RULES: Final = 1_000
CHANGES: Final = 1_000
ROUNDS: Final = 120


def document() -> dict[str, Any]:
    """A service a rule; every tenth depends on the one before, every twentieth is maintained."""

    def service(number: int) -> dict[str, Any]:
        parts = [{"id": "api", "name": "API", "checks": []}]
        told: dict[str, Any] = {"id": f"s{number}", "name": f"S {number}", "role": "service"}
        if number % 10 == 1:
            told["depends_on"] = [f"s{number - 1}/api"]
        return {**told, "components": parts}

    window = {"begins": "2026-01-01T00:00:00", "lasts_ms": 3_600_000, "repeat": "FREQ=DAILY"}
    return {
        "regions": [{"id": "eu-west", "name": "Ireland"}, {"id": "us-east", "name": "Virginia"}],
        "services": [service(number) for number in range(RULES)],
        "notify": [
            {"id": f"r{number}", "to": ["json://127.0.0.1:9"], "services": [f"s{number}"]}
            for number in range(RULES)
        ],
        "maintenance": [
            {"id": f"w{number}", "title": "W", **window, "services": [f"s{number}"]}
            for number in range(0, RULES, 20)
        ],
    }


def used_s() -> float:
    """Seconds of processor time of this process."""
    used = resource.getrusage(resource.RUSAGE_SELF)
    return used.ru_utime + used.ru_stime


async def measure(folder: Path) -> None:
    """A minute of rounds, one after the other."""
    configuration = from_document(document())
    async with open_store(f"sqlite://{folder}/store.db") as store:
        circumstances, deciding = Circumstances(store), Deciding(store, "")
        await circumstances.configure(configuration)
        deciding.configure(configuration, {f"r{number}": ["c"] for number in range(RULES)})
        begin = clock.now()
        await circumstances.step(begin)
        at, spent, told, number, letters = begin, 0.0, [], 0, 0
        for turn in range(1, ROUNDS + 1):
            at = begin + turn * 500
            while number < CHANGES * turn // ROUNDS:
                times = {"started_by": at, "started_after": at - 1000, "opened_at": at}
                one = incident(f"i{number}", f"s{number % RULES}", **times)
                await store.incidents.apply(IncidentEvent(at, Moment.OPENED, one))
                number += 1
            before_s, began_s = used_s(), clock.monotonic_s()
            await circumstances.step(at)
            letters += await deciding.say(at, circumstances)
            spent += used_s() - before_s
            told.append((clock.monotonic_s() - began_s) * 1000)
        print(f"{RULES} rules, {CHANGES} changes a minute: {letters} letters")
        print(f"processor: {spent:.1f} s of 60 s, {spent / 60:.1%} of one core")
        print(f"a round: median {statistics.median(told):.0f} ms, longest {max(told):.0f} ms")
        print(f"stored verdict to letter: at most {500 + max(told):.0f} ms (a round each 500 ms)")


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as name:
        asyncio.run(measure(Path(name)))
