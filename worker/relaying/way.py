"""The way by HTTPS: one connection brings orders and receipts, another takes reports."""

from collections.abc import Callable

from worker.messaging.handlers import Handlers
from worker.messaging.lookout import Lookout
from worker.relaying.access import RelayAccess
from worker.relaying.consumer import RelayConsumer
from worker.relaying.link import Link
from worker.relaying.publisher import RelayPublisher


class RelayWay:
    """One worker's way. `connected` is told when the relay has let it in; `hung` and `restart` are
    the lookout's: whether the loop that looks turns no more, and what mends it.
    """

    def __init__(
        self,
        access: RelayAccess,
        boot: str,
        handlers: Handlers,
        connected: Callable[[], None],
        *,
        hung: Callable[[], bool],
        restart: Callable[[], None],
    ) -> None:
        self._links = Link(access, boot), Link(access, boot)
        self.sending = RelayPublisher(self._links[1])
        self._consumer = RelayConsumer(self._links[0], handlers, connected)
        self._lookout = Lookout(hung, restart)

    @property
    def seen_from(self) -> str | None:
        """The address by which the relay sees this worker."""
        return next((link.seen_from for link in self._links if link.seen_from), None)

    def heard(self) -> None:
        """Nothing depends on it: each question has its time."""

    def use(self, access: RelayAccess) -> None:
        """Come in otherwise from the next request on. From any thread."""
        for link in self._links:
            link.use(access)

    def run(self) -> int:
        """Ask for orders until told to stop; the exit code."""
        self._lookout.start()
        self._consumer.run()
        self._lookout.stop()
        return 0

    def stop(self) -> None:
        """Have `run` come to its end; reports may still be sent."""
        self._consumer.stop()
