"""After the commit: receipts for workers, and the books on who was heard and what was refused."""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import replace
from functools import cache

from coordinator.domain.model.topology import Topology
from coordinator.domain.schedule.leaving import Leaving
from coordinator.domain.schedule.presence import Presence
from coordinator.geodata.places import Places
from coordinator.ingest.decoded import Reading
from coordinator.ingest.standpoint import public_address, standpoint_of
from coordinator.messaging.consumer import Delivery
from coordinator.messaging.publisher import Publisher
from coordinator.messaging.sending.letters import Letter, receipt_letter
from coordinator.runtime.metrics import Counters
from coordinator.scheduling.standing import StandingAnswers
from coordinator.store import Heard
from worker.contract import clock
from worker.contract.installed import own_version, skew
from worker.contract.instant import Instant
from worker.contract.message import Receipt, Report

_own_version = cache(own_version)

Refusal = tuple[str, int, Instant, str]
"""(reason, count, last at, example)"""


def receipt_letters(reading: Reading, leaving: Leaving) -> Iterator[Letter]:
    """One receipt for each worker and boot, naming all of its reports; it asks those to leave that
    are `leaving`.
    """
    seqs: dict[tuple[str, str, str], list[int]] = defaultdict(list)
    advice: dict[tuple[str, str, str], str] = {}
    for region, report in reading.reports:
        of = region, report.worker, report.boot
        seqs[of].append(report.seq)
        if report.vitals is not None:
            advice[of] = skew(_own_version(), report.vitals.version)
    leaving.hear(seqs)
    for (region, worker, boot), numbers in seqs.items():
        receipt = Receipt(
            worker=worker,
            boot=boot,
            seqs=tuple(numbers),
            at=reading.received_at,
            advice=advice.get((region, worker, boot), ""),
            leave=leaving.asks((region, worker, boot)),
        )
        yield receipt_letter(region, receipt)


class Bookkeeping:
    """Who was heard and what was refused since it was last written down: once a second is often
    enough.
    """

    def __init__(self, places: Places) -> None:
        self._places = places
        self._heard: dict[tuple[str, str], Heard] = {}
        self._refused: dict[str, Refusal] = {}

    def heard(self, region: str, report: Report, at: Instant) -> None:
        """A worker reported."""
        before = self._heard.get((region, report.worker)) or Heard(region, report.worker, at)
        if report.vitals is None:
            self._heard[region, report.worker] = replace(before, at=at)
            return
        vitals = report.vitals.model_dump(mode="json", exclude={"address", "lost_slots"})
        where = report.whereabouts
        outside = public_address(where) if where else None
        vitals["standpoint"] = standpoint_of(where, self._places.of).text
        address = outside or report.vitals.address
        place = self._places.of(address)
        self._heard[region, report.worker] = Heard(
            region, report.worker, at, vitals, address, place.asn, place.country
        )

    def refused(self, reading: Reading) -> None:
        """Something was refused."""
        for reason, count in reading.refused.items():
            before = self._refused[reason][1] if reason in self._refused else 0
            self._refused[reason] = (
                reason,
                before + count,
                reading.received_at,
                reading.examples[reason],
            )

    def take(self) -> tuple[list[Heard], list[Refusal]]:
        """What to write down now; it is forgotten here."""
        books = (list(self._heard.values()), list(self._refused.values()))
        self._heard.clear()
        self._refused.clear()
        return books


class Receipts:
    """Tells workers what they may forget and what stands for them, and notes who was heard and
    what was refused.
    """

    def __init__(
        self,
        publisher: Publisher,
        presence: Presence,
        counters: Counters,
        books: Bookkeeping,
        standing: StandingAnswers | None = None,
    ) -> None:
        self._publisher = publisher
        self._presence = presence
        self._counters = counters
        self.books = books
        self._standing = standing or StandingAnswers(publisher, presence, 0)
        self.leaving = Leaving()
        """Who is to leave."""

    def configure(self, topology: Topology) -> None:
        """Tell workers of this topology from now on."""
        self._standing.configure(topology)

    def send(self, reading: Reading, deliveries: Sequence[Delivery]) -> None:
        """All that was read from these deliveries is committed."""
        committed_s = clock.monotonic_s()
        for letter in receipt_letters(reading, self.leaving):
            # one that is lost makes the worker send again, which does no harm
            self._publisher.send(letter)
        for region, report in reading.reports:
            self._presence.heard(region, committed_s, report.worker)
            self.books.heard(region, report, reading.received_at)
        for region, report in reading.reports:  # each by all that were heard
            if (region, report.worker) not in self.leaving.names:
                self._standing.answer(region, report, reading.received_at)
        for delivery in deliveries:
            self._counters.ingest_lag_ms.add((committed_s - delivery.arrived_s) * 1000)
        self.books.refused(reading)
        self._counters.reports += len(reading.reports)
        self._counters.refused += reading.refused.total()
