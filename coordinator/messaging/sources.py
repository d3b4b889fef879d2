"""Where reports come from: a queue that the workers of a region share, and one of each worker that
joined, which nobody else may write.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

from worker.contract.instant import Instant
from worker.contract.message import own_reports_queue, reports_queue


@dataclass(frozen=True, slots=True)
class Source:
    """A queue of reports: of one worker, or of all others of its region when `worker` is empty."""

    region: str
    worker: str = ""

    @property
    def queue(self) -> str:
        """Its name at the broker."""
        if self.worker:
            return own_reports_queue(self.region, self.worker)
        return reports_queue(self.region)


class _Key(Protocol):
    @property
    def region(self) -> str: ...
    @property
    def worker(self) -> str: ...
    def lets_in(self, at: Instant) -> bool: ...


@dataclass(frozen=True, slots=True)
class Joined:
    """Region and name of workers that joined: those that are let in, and all whose names nobody
    else may report under, revoked ones included.
    """

    live: frozenset[tuple[str, str]] = frozenset()
    named: frozenset[tuple[str, str]] = frozenset()


def joined_of(keys: Iterable[_Key], at: Instant) -> Joined:
    """Who joined, by the keys of workers at a moment."""
    known = list(keys)
    return Joined(
        frozenset((key.region, key.worker) for key in known if key.lets_in(at)),
        frozenset((key.region, key.worker) for key in known),
    )


def sources_of(regions: Iterable[str], joined: Joined) -> tuple[Source, ...]:
    """All queues of reports of these regions."""
    workers = defaultdict(list)
    for region, worker in sorted(joined.live):
        workers[region].append(Source(region, worker))
    return tuple(
        source for region in regions for source in (Source(region), *workers.get(region, ()))
    )


def by_region(sources: Iterable[Source]) -> Mapping[str, Sequence[Source]]:
    """The sources of each region."""
    found: dict[str, list[Source]] = defaultdict(list)
    for source in sources:
        found[source.region].append(source)
    return found
