"""An ingest put together as the coordinator's process does it, with what it works with at hand."""

from collections.abc import Sequence

from coordinator.configuration import Configuration
from coordinator.configuration.retention import DEFAULT, Keep
from coordinator.domain.engine import Engine
from coordinator.domain.schedule.ledger import Ledger
from coordinator.domain.schedule.presence import Presence
from coordinator.geodata.places import Places
from coordinator.ingest.loop import Ingest
from coordinator.ingest.pipeline import Pipeline
from coordinator.ingest.receipts import Bookkeeping, Receipts
from coordinator.messaging.consumer import ReportConsumer
from coordinator.messaging.publisher import Publisher
from coordinator.runtime.metrics import Counters
from coordinator.runtime.receive_clock import ReceiveClock
from coordinator.scheduling.extra_looks import ExtraLooks
from coordinator.store import Store
from coordinator.verdicts.judge_loop import JudgeLoop
from worker.contract import clock

NO_BROKER = "redis://127.0.0.1:1/0"


class TakingIn:
    """Without ends of a link of its own, what is sent waits in a publisher that is not open."""

    def __init__(
        self,
        store: Store,
        engine: Engine,
        configuration: Configuration,
        receive_clock: ReceiveClock,
        *,
        places: Places | None = None,
        link: tuple[Publisher, ReportConsumer] | None = None,
        kept: Keep = DEFAULT,
    ) -> None:
        regions = [region.id for region in configuration.topology.regions]
        publisher, consumer = link or (Publisher(NO_BROKER), ReportConsumer(NO_BROKER, regions))
        self.store = store
        self.publisher = publisher
        self.ledger = Ledger()
        self.presence = Presence()
        self.counters = Counters()
        here = places or Places()
        extra_looks = ExtraLooks(
            publisher, self.presence, lambda: consumer.connected_since_s, self.counters
        )
        judge_loop = JudgeLoop(
            store, engine, extra_looks, self.ledger, self.counters, configuration
        )
        receipts = Receipts(publisher, self.presence, self.counters, Bookkeeping(here))
        self.pipeline = Pipeline(
            store, consumer, receipts, self.counters, here, receive_clock, configuration, kept
        )
        self.ingest = Ingest(self.pipeline, judge_loop)

    def expect(self, regions: Sequence[str]) -> None:
        """Wait for workers of these regions from now on."""
        self.presence.expect(regions, clock.monotonic_s())
