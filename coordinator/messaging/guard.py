"""Keeps the broker from being filled by one region: what waits is bounded, and keys that nobody
reads are deleted.

What is thrown away was not receipted: a worker that meant it sends it again.
"""

import logging
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from typing import Any, Final

from redis.exceptions import ResponseError

from coordinator.messaging.link import Command, Link, granted
from coordinator.messaging.sources import Source, by_region
from coordinator.messaging.strangers import Strangers
from coordinator.messaging.traffic import Traffic

log = logging.getLogger(f"outscope.{__name__}")

EVERY_S: Final = 0.5
MOST_WAITING: Final = 50_000
"""Reports of a region that may wait at the broker."""
MOST_BYTES: Final = 256 << 20
LEAST_BYTES: Final = 4 << 20
"""Bytes of a region's reports that may wait: without a limit of the broker's memory, and in any
case.
"""
SHARE: Final = 0.5
"""Of the broker's memory, for the reports of all regions."""
MOST_OWN: Final = 2_000
MOST_OWN_BYTES: Final = 4 << 20
"""What may wait for one worker, and of its echoes."""
MOST_ECHOES: Final = 200
"""Keys of echoes of one region at a time: a worker's own is there for a moment only."""
KEYS_A_SCAN: Final = 1_000
LOOK_S: Final = 0.05
"""So long one look at the keys may take; the next goes on from there."""

_KINDS: Final = ("probes", "reports", "echo")


class Guard:
    """Looks after the keys of these sources' regions over a link."""

    def __init__(
        self,
        sources: Sequence[Source],
        traffic: Traffic,
        monotonic_s: Callable[[], float],
        strangers: Strangers | None = None,
    ) -> None:
        self._strangers = strangers
        self._sources = by_region(sources)
        self._regions = self._sources.keys()
        self._read = frozenset(source.queue.encode() for source in sources)
        self._traffic = traffic
        self._monotonic_s = monotonic_s
        self._next_s = 0.0
        self._cursor = 0
        self._echoes: Counter[str] = Counter()
        self._blind = False

    def look(self, link: Link) -> None:
        """Look after everything, when it is time."""
        now_s = self._monotonic_s()
        if now_s < self._next_s or self._blind:
            return
        self._next_s = now_s + EVERY_S
        try:
            self._trim(link)
            self._sweep(link, now_s + LOOK_S)
        except ResponseError as error:
            self._blind = True  # until the next link
            log.warning("unguarded error=%s; renew the access list: outscope broker acl", error)

    def _trim(self, link: Link) -> None:
        most_bytes = self._share(link)
        for region, sources in self._sources.items():
            queues = [source.queue for source in sources]
            most = max(LEAST_BYTES, most_bytes // len(queues))
            waiting, waiting_bytes = 0, 0
            for queue, (length, size) in zip(queues, list(_measured(link, queues)), strict=True):
                kept = _kept(length, size, MOST_WAITING, most)
                if kept < length:
                    self._traffic.trimmed(region, _cut(link, queue, kept))
                waiting += kept
                waiting_bytes += size * kept // max(1, length)
            self._traffic.waits(region, waiting, waiting_bytes)

    def _share(self, link: Link) -> int:
        """Bytes that the reports of one region may take."""
        told = bytes(link.one("INFO", "memory"))
        limit = next(
            (int(line[10:]) for line in told.splitlines() if line.startswith(b"maxmemory:")), 0
        )
        if not limit:
            return MOST_BYTES
        return max(LEAST_BYTES, int(limit * SHARE) // max(1, len(self._regions)))

    def _sweep(self, link: Link, until_s: float) -> None:
        """Some more of all keys; those of single workers are deleted when they are too long."""
        while True:
            cursor, keys = link.one("SCAN", self._cursor, "COUNT", KEYS_A_SCAN)
            self._cursor = int(cursor)
            self._bound(link, [bytes(key) for key in keys])
            if not self._cursor:
                self._echoes.clear()
                if self._strangers is not None:
                    self._strangers.swept()
            if not self._cursor or self._monotonic_s() >= until_s:
                return

    def _bound(self, link: Link, keys: Sequence[bytes]) -> None:
        own = [(key, region) for key in keys if (region := owner(key)) is not None]
        sizes = list(_measured(link, [key for key, _ in own]))
        self._meet(link, own, sizes)
        strays = [
            (key, region)
            for (key, region), (length, size) in zip(own, sizes, strict=True)
            if self._strays(key, region, length, size)
        ]
        if not strays:
            return
        link.one("DEL", *(key for key, _ in strays))
        for region, number in Counter(region for _, region in strays).items():
            log.warning("stray_keys region=%s deleted=%d", region, number)
            if region in self._regions:
                self._traffic.stray(region, number)

    def _meet(
        self,
        link: Link,
        own: Sequence[tuple[bytes, str]],
        sizes: Sequence[tuple[int, int]],
    ) -> None:
        """Have strangers named, and look who they are."""
        strangers = self._strangers
        if strangers is None:
            return
        waiting: Counter[str] = Counter()
        keys: dict[str, bytes] = {}
        for (key, region), (length, size) in zip(own, sizes, strict=True):
            # one that is too long is deleted below
            foreign = region not in self._regions and key.startswith(b"reports.")
            if foreign and length and size <= MOST_OWN_BYTES:
                waiting[region] += length
                keys[region] = key
        for region, length in waiting.items():
            if strangers.waits(region, length):
                # a refusal (an older access list) is no message, so nobody is told
                (newest,) = link.ask(("LINDEX", keys[region], 0))
                strangers.newest(region, newest)

    def _strays(self, key: bytes, region: str, length: int, size: int) -> bool:
        if key in self._read or (region in self._regions and key.count(b".") == 1):
            return False  # its orders, which nobody but us writes, and its reports, looked at above
        if self._strangers is not None and self._strangers.is_unread(key):
            return True
        if key.startswith(b"echo."):
            self._echoes[region] += 1
            if self._echoes[region] > MOST_ECHOES:
                return True
        return _kept(length, size, MOST_OWN, MOST_OWN_BYTES) < length


def owner(key: bytes) -> str | None:
    """The region whose key this is, configured or not; None when it is none of Outscope's."""
    kind, _, rest = key.decode(errors="replace").partition(".")
    return rest.partition(".")[0][:64] if kind in _KINDS and rest else None


def _measured(link: Link, keys: Sequence[str | bytes]) -> Iterator[tuple[int, int]]:
    """(messages, bytes) of each list; a key that is none has no messages."""
    commands = [
        command
        for key in keys
        for command in (("LLEN", key), ("MEMORY", "USAGE", key, "SAMPLES", 0))
    ]
    replies: Iterator[Any] = link.ask(*commands)
    found = list(replies)
    for length, size in zip(found[::2], found[1::2], strict=True):
        yield granted(length), granted(size) or 0


def _cut(link: Link, queue: str, kept: int) -> int:
    """Throw away all but the newest messages of a list, which stand first; how many."""
    cut: Command = ("LTRIM", queue, 0, kept - 1) if kept else ("DEL", queue)
    *_, done = link.ask(("MULTI",), ("LLEN", queue), cut, ("EXEC",))
    return max(0, int(granted(done)[0]) - kept)


def _kept(length: int, size: int, most: int, most_bytes: int) -> int:
    """How many of a list's messages may stay; a list that is far too long loses more than it must,
    so that it is not trimmed again at once.
    """
    if length <= most and size <= most_bytes:
        return length
    return min(most // 2, length * most_bytes // (2 * max(size, 1)))
