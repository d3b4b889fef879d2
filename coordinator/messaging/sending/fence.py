"""Orders are fenced at the broker: none of a leader that was taken over from gets in, and none is
there twice.

One key holds the epoch of the leader and, for each region, the mark of the order that was put there
last: up to which moment looks were ordered. Orders and marks are put there in one transaction that
watches the key, so the mark is exact whenever a leader dies, and a connection that breaks before
the answer does not make an order two. A broker that forgets the key forgot the orders with it.
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Final, NamedTuple

from kombu.transport.redis import Channel, PublishBatch
from redis.exceptions import NoPermissionError

from coordinator.messaging.acl import ORDERS as KEY
from coordinator.messaging.link import Link, granted
from worker.contract.instant import Instant
from worker.contract.settings.rabbitmq import is_rabbitmq

_EPOCH: Final = "epoch"
_MARK: Final = "mark."
KEPT_MS: Final = 600_000
"""Marks that nobody renewed for so long are of no use: looks of that time are not made up for."""
_ATTEMPTS: Final = 5


class Mark(NamedTuple):
    """All looks of a region that are due before this moment were ordered."""

    region: str
    until: Instant


class OutrankedError(Exception):
    """A coordinator of a later epoch orders."""


class FencedBatch(PublishBatch):  # type: ignore[misc]  # kombu is untyped
    """Messages and their marks, put at the broker together, unless somebody of a later epoch
    orders.
    """

    def __init__(self, channel: Channel, max_size: int, epoch: int) -> None:
        super().__init__(channel, max_size)
        try:
            self.pipeline.watch(KEY)
            self._marks = readable(self.pipeline.hgetall(KEY).items(), epoch)
        except BaseException:
            self.close()
            raise
        self.pipeline.multi()
        self.pipeline.hset(KEY, _EPOCH, epoch)
        self.pipeline.pexpire(KEY, KEPT_MS)

    def begin(self, marked: Sequence[Mark | None], marks: Mapping[str, Instant]) -> list[bool]:
        """Set all marks, those of these messages among them; which of the messages are to be put at
        the broker. The others are there: the connection broke before it was answered.
        """
        wanted = unsent(marked, self._marks)
        for region, until in marks.items():
            self.pipeline.hset(KEY, _MARK + region, until)
        return wanted


def latest(marked: Sequence[Mark | None]) -> dict[str, Instant]:
    """The marks of messages once all of them are at the broker."""
    return {mark.region: mark.until for mark in marked if mark is not None}


def unsent(marked: Sequence[Mark | None], marks: Mapping[str, Instant]) -> list[bool]:
    """Which of the messages with these marks are not at the broker yet, by the marks that are:
    messages of a region are put there in their order, and a mark is that of the last one.
    """
    there: dict[str, int] = {}
    for index, mark in enumerate(marked):
        if mark is not None and marks.get(mark.region) == mark.until:
            there[mark.region] = index
    return [mark is None or index > there.get(mark.region, -1) for index, mark in enumerate(marked)]


def seize(broker: str, epoch: int) -> dict[str, Instant] | None:
    """Begin this epoch at the broker, and the marks of the one before; from now on no order of an
    earlier epoch gets in. None where the access list does not allow it, and at RabbitMQ, which
    knows no transactions. OutrankedError when a later epoch has begun; any other error when the
    broker cannot be asked.
    """
    if is_rabbitmq(broker):
        return None
    with Link(broker) as link:
        for _ in range(_ATTEMPTS):
            try:
                link.one("WATCH", KEY)
                told = link.one("HGETALL", KEY)
            except NoPermissionError:
                return None
            marks = readable(zip(told[::2], told[1::2], strict=True), epoch)
            begin = ("HSET", KEY, _EPOCH, epoch), ("PEXPIRE", KEY, KEPT_MS)
            *_, done = link.ask(("MULTI",), *begin, ("EXEC",))
            if granted(done) is not None:
                return marks
    raise OSError("others kept changing the key of orders")


def readable(told: Iterable[tuple[Any, Any]], epoch: int) -> dict[str, Instant]:
    """The marks, by region; OutrankedError when they are of a later epoch."""
    fields = {bytes(name).decode(errors="replace"): bytes(value) for name, value in told}
    other = fields.pop(_EPOCH, b"0")
    if other.isdigit() and int(other) > epoch:
        raise OutrankedError(f"a coordinator of epoch {int(other)} orders; this one is of {epoch}")
    return {
        name.removeprefix(_MARK): int(value)
        for name, value in fields.items()
        if name.startswith(_MARK) and value.isdigit()
    }
