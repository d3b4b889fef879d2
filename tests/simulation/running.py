"""One run: an installation, faults by a seed, and after each hour a calm and an audit."""

import asyncio
import gc
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from coordinator.configuration import from_document
from coordinator.store import open_store
from tests.simulation.clockwork import EPOCH_MS, SimLoop
from tests.simulation.faults import Chances, Fault
from tests.simulation.installation import Installation
from tests.simulation.invariants import BrokenError, Watch
from tests.simulation.parts.broker import Broker
from tests.simulation.parts.world import document, names
from tests.simulation.report import Report
from tests.simulation.size import Size
from worker.contract.instant import Instant

WARM_S: Final = 90.0
CALM_S: Final = 420.0
STEP_S: Final = 5.0
SETTLED_S: Final = 120.0
"""Looks that were due so long before an audit have come in or are declared missing."""
KEPT_MS: Final = 2 * 3_600_000
"""Older results are forgotten, as retention does, when all is switched off."""


def rounds(size: Size) -> list[tuple[float, float]]:
    """The hours of a run, each with its calm at the end, in seconds."""
    found, since, whole_s = [], 0.0, size.hours * 3_600
    while since < whole_s - 1:
        until = min(whole_s, since + size.audit_hours * 3_600)
        if whole_s - until < CALM_S + WARM_S:
            until = whole_s
        found.append((since, until))
        since = until
    return found


def drawn(seed: int, size: Size) -> list[Fault]:
    """The faults of a seed; each is over when its hour's calm begins."""
    chances = Chances(seed, size)
    found = []
    for since, until in rounds(size):
        calm = until - CALM_S
        begin = since + (WARM_S if since == 0 else 0)
        for fault in chances.between(begin, max(begin, calm - 5)):
            lasts_s = round(min(fault.lasts_s, calm - fault.at_s), 1)
            found.append(Fault(fault.at_s, fault.kind, fault.target, lasts_s, fault.value))
    return found


@dataclass
class Carried:
    """What goes over from one part of a run to the next besides the disks: all is switched off
    between them. The broker has kept its lists, and the watch what it has seen.
    """

    seed: int
    size: Size
    watch: Watch
    broker: Broker
    report: Report
    part: int = 0
    at_s: float = 0.0
    since: Instant = EPOCH_MS + round(WARM_S * 1000)
    """From here on looks are still to be accounted for."""

    def is_over(self) -> bool:
        """Whether nothing is left to be run."""
        return not self.rounds(0.0)

    def rounds(self, lasts_s: float) -> list[float]:
        """The ends of the next hours, as many as lie within such a time; one at least."""
        ends = [until for _, until in rounds(self.size) if until > self.at_s + 1]
        return [until for until in ends if until <= self.at_s + lasts_s] or ends[:1]


def begun(seed: int, size: Size) -> Carried:
    """A run of which nothing has happened yet."""
    watch = Watch(from_document(_document(size)))
    return Carried(seed, size, watch, Broker(), Report(seed, [], watch.totals))


def run(
    seed: int, size: Size, faults: Sequence[Fault], folder: Path, say: Callable[[str], None]
) -> Report:
    """Run it to its end, or to the first thing that does not hold."""
    return run_part(begun(seed, size), faults, size.hours * 3_600, folder, say)


def run_part(
    carried: Carried,
    faults: Sequence[Fault],
    lasts_s: float,
    folder: Path,
    say: Callable[[str], None],
) -> Report:
    """Run some of these hours, with those of the faults that fall into them."""
    loop = SimLoop()
    loop.at_s = carried.at_s
    asyncio.set_event_loop(loop)
    loop.set_exception_handler(lambda _loop, _told: None)
    report, ends = carried.report, carried.rounds(lasts_s)
    report.faults = [one for one in faults if carried.at_s <= one.at_s < ends[-1]]
    began_s = time.process_time()
    gc.disable()
    try:
        loop.run_until_complete(_run(loop, carried, ends, folder, say))
    except BrokenError as error:
        report.broken = error
    finally:
        gc.enable()
    report.simulated_s, report.events = loop.at_s, report.events + loop.events
    report.cpu_s += time.process_time() - began_s
    return report


def _document(size: Size) -> dict[str, Any]:
    return document(names(size.regions), size.interval_s, size.services, size.checks)


async def _run(
    loop: SimLoop,
    carried: Carried,
    ends: Sequence[float],
    folder: Path,
    say: Callable[[str], None],
) -> None:
    report, watch = carried.report, carried.watch
    parts = carried.size, carried.seed, folder, watch.begun
    installation = Installation(loop, *parts, carried.broker, carried.part)
    async with open_store(installation.database) as store:
        if not carried.part:
            await store.configurations.save(_document(carried.size), EPOCH_MS)
        installation.start()
        for fault in report.faults:
            report.kinds[fault.kind] += 1
            loop.call_at(fault.at_s, installation.befall, fault)
        for until in ends:
            while loop.at_s < until:
                await asyncio.sleep(min(STEP_S, until - loop.at_s))
                watch.check()
                if installation.broken:
                    raise BrokenError(*installation.broken[0])
            now = EPOCH_MS + round(loop.at_s * 1000)
            before = now - round(SETTLED_S * 1000)
            await watch.audit(store, carried.since, before, now)
            carried.since, report.leaders = before, watch.leaders
            gc.collect()
            say(f"{loop.at_s / 3600:.2f} h: {watch.totals}")
        await installation.switch_off()
        await store.retention.results(now - KEPT_MS)
    carried.part, carried.at_s = carried.part + 1, loop.at_s
