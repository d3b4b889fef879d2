"""A coordinator process and one reporter a region, on one broker and one database, for tests of the
whole.
"""

import asyncio
import json
from collections.abc import Awaitable, Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any, TypeVar

from coordinator.store import Store, open_store
from tests.faults.broker import Broker
from tests.faults.coordination import CoordinatorProcess
from tests.faults.reporter import Answer, Reporter, well
from worker.contract.result import Result

T = TypeVar("T")


class Fleet:
    """Everything that a test of the coordinator needs. Call `apply` first, then enter `running`."""

    def __init__(
        self, broker: Broker, database: str, folder: Path, regions: tuple[str, ...]
    ) -> None:
        self.broker = broker
        self.database = database
        self.folder = folder
        self.coordinator = CoordinatorProcess(broker.url, database, folder / "coordinator")
        self.reporters = {region: Reporter(broker.url, region) for region in regions}

    @contextmanager
    def running(self, *, ready: bool = True) -> Iterator["Fleet"]:
        """The process and the reporters at work."""
        with ExitStack() as stack:
            for reporter in self.reporters.values():
                stack.enter_context(reporter)
            self.coordinator.start(ready=ready)
            stack.callback(self.coordinator.kill)
            yield self

    def answer(self, answer: Answer = well) -> None:
        """From now on every region sees this."""
        for reporter in self.reporters.values():
            reporter.answer = answer

    def hear(self, hears: bool) -> None:
        """Whether workers take what they are sent."""
        for reporter in self.reporters.values():
            reporter.deaf = not hears

    def ask(self, question: Callable[[Store], Awaitable[T]]) -> T:
        """An answer from the store, read as the API would."""

        async def answered() -> T:
            async with open_store(self.database, migrate=False) as store:
                return await question(store)

        return asyncio.run(answered())

    def apply(self, document: dict[str, Any]) -> int:
        """Put a configuration in force; its version."""

        async def applied() -> int:
            async with open_store(self.database) as store:
                return await store.configurations.save(json.loads(json.dumps(document)), 1)

        return asyncio.run(applied())

    def stored(self) -> list[Result]:
        """All results, in the order in which they were received."""
        return self.ask(lambda store: store.results.recent(0))

    def receipted(self) -> set[str]:
        """The ids of the results that workers were told they may forget."""
        return set().union(*(reporter.receipted for reporter in self.reporters.values()))

    def ordered(self) -> int:
        """How many looks were ordered from all workers."""
        orders = (order for one in self.reporters.values() for order in list(one.orders))
        return sum(len(order.looks) for order in orders)

    def waiting(self) -> int:
        """How many reports with rows the reporters still keep."""
        return sum(
            bool(r.rows)
            for reporter in self.reporters.values()
            for _, r in list(reporter.waiting.values())
        )

    def verdict(self, service: str = "claude") -> dict[str, Any]:
        """What stands for a service; empty before the first judging."""
        return self.ask(lambda store: store.standings.all("service")).get(service, {})

    def incidents(self) -> list[dict[str, Any]]:
        """All incidents."""
        return self.ask(lambda store: store.incidents.page()).items

    def gaps(self, region: str | None = None) -> list[dict[str, Any]]:
        """All gaps."""
        return self.ask(lambda store: store.gaps.since(0, region=region))

    def told(self) -> dict[str, Any]:
        """What the coordinator wrote of itself last."""
        return self.ask(lambda store: store.standings.all("coordinator")).get("coordinator", {})
