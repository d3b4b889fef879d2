"""After the commit: receipts for workers, and the books on who was heard and what was refused."""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import replace

from coordinator.domain.schedule.presence import Presence
from coordinator.geodata.places import Places
from coordinator.ingest.decoded import Reading
from coordinator.ingest.standpoint import public_address, standpoint_of
from coordinator.messaging.consumer import Delivery
from coordinator.messaging.publisher import Letter, Publisher, receipt_letter
from coordinator.runtime.metrics import Counters
from coordinator.store import Heard
from worker.contract import clock
from worker.contract.instant import Instant
from worker.contract.message import Receipt, Report

Refusal = tuple[str, int, Instant, str]
"""(reason, count, last at, example)"""


def receipt_letters(
    reading: Reading, draining: frozenset[tuple[str, str]] = frozenset()
) -> Iterator[Letter]:
    """One receipt for each worker and boot, naming all of its reports; it asks those (region and
    worker) to leave that are `draining`.
    """
    seqs: dict[tuple[str, str, str], list[int]] = defaultdict(list)
    for region, report in reading.reports:
        seqs[region, report.worker, report.boot].append(report.seq)
    for (region, worker, boot), numbers in seqs.items():
        receipt = Receipt(
            worker=worker,
            boot=boot,
            seqs=tuple(numbers),
            at=reading.received_at,
            leave=(region, worker) in draining,
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
        vitals = report.vitals.model_dump(mode="json", exclude={"address"})
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
    """Tells workers what they may forget, and notes who was heard and what was refused."""

    def __init__(
        self, publisher: Publisher, presence: Presence, counters: Counters, books: Bookkeeping
    ) -> None:
        self._publisher = publisher
        self._presence = presence
        self._counters = counters
        self.books = books
        self.draining: frozenset[tuple[str, str]] = frozenset()
        """Region and name of the workers that are to leave."""

    def send(self, reading: Reading, deliveries: Sequence[Delivery]) -> None:
        """All that was read from these deliveries is committed."""
        committed_s = clock.monotonic_s()
        for letter in receipt_letters(reading, self.draining):
            # one that is lost makes the worker send again, which does no harm
            self._publisher.send(letter)
        for region, report in reading.reports:
            self._presence.heard(region, committed_s, report.worker)
            self.books.heard(region, report, reading.received_at)
        for delivery in deliveries:
            self._counters.ingest_lag_ms.add((committed_s - delivery.arrived_s) * 1000)
        self.books.refused(reading)
        self._counters.reports += len(reading.reports)
        self._counters.refused += reading.refused.total()
