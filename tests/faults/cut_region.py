"""A product whose one region can be cut off: a coordinator and a real worker that pins its key, as
processes, with a proxy between them, and two more regions that are reduced to their wire.
"""

import asyncio
from base64 import b64encode
from collections.abc import Awaitable, Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any, TypeVar

from nacl.signing import SigningKey

from coordinator.store import Store, open_store
from tests.e2e.target import Target
from tests.faults.broker import Broker
from tests.faults.coordination import CoordinatorProcess
from tests.faults.coordinator import until
from tests.faults.proxy import Proxy
from tests.faults.reporter import Reporter
from tests.faults.worker import WorkerProcess
from worker.contract.clock import now
from worker.contract.result import Result
from worker.contract.standing.schedule import phase

INTERVAL_MS = 3_000
"""Ten times as fast as a check is looked at usually: a minute stands for ten."""
CUT = "eu-west"
OTHERS = ("us-east", "ap-south")
CHECKS = ("api", "web", "ref-a", "ref-b")
T = TypeVar("T")


def document(port: int, interval_ms: int = INTERVAL_MS) -> dict[str, Any]:
    """A canonical configuration that looks at the target."""
    places = {"eu-west": ("IE", "EU"), "us-east": ("US", "NA"), "ap-south": ("IN", "AS")}

    def component(name: str) -> dict[str, Any]:
        check = {
            "id": name,
            "kind": "http",
            "interval_ms": interval_ms,
            "timeout_ms": 2_000,
            "params": {"url": f"http://127.3.0.1:{port}/{name}"},
        }
        return {"id": name, "name": name, "checks": [check]}

    return {
        "regions": [
            {
                "id": region,
                "name": region,
                "country": country,
                "continent": continent,
                "latitude": 1.0,
                "longitude": 2.0,
                "simulated": True,
            }
            for region, (country, continent) in places.items()
        ],
        "services": [
            {
                "id": "claude",
                "name": "Claude",
                "role": "service",
                "components": [component("api"), component("web")],
            },
            {"id": "net-a", "name": "A", "role": "reference", "components": [component("ref-a")]},
            {"id": "net-b", "name": "B", "role": "reference", "components": [component("ref-b")]},
        ],
        "judge": {"silent_after_ms": 9_000},
    }


class CutRegion:
    """Everything that a test of a cut region needs; enter `running`."""

    def __init__(self, broker: Broker, folder: Path, **settings: str) -> None:
        key = SigningKey.generate()
        self.broker = broker
        self.target = Target()
        self.database = f"sqlite://{folder}/store.db"
        self.coordinator = CoordinatorProcess(
            broker.url,
            self.database,
            folder / "coordinator",
            OUTSCOPE_SIGNING_KEY=b64encode(bytes(key)).decode(),
            **settings,
        )
        self.link = Proxy(broker.port)
        public = b64encode(bytes(key.verify_key)).decode()
        self.worker = WorkerProcess(
            self.link.url, folder / "worker", settings={"OUTSCOPE_COORDINATOR_KEY": public}
        )
        self.kept = folder / "worker" / "state" / "eu-west.eu-west-1" / "standing-orders.json"
        self.reporters = [Reporter(broker.url, region, self._answer) for region in OTHERS]
        self._failing: frozenset[str] = frozenset()

    def _answer(self, check: str, _scheduled_at: int) -> tuple[bool, str, str]:
        """What the other regions see: the same as the one that is cut off."""
        return (False, "status", "target") if check in self._failing else (True, "ok", "none")

    def fail(self, *checks: str, everywhere: bool = True) -> None:
        """From now on these fail, seen from everywhere or from the real region alone."""
        self._failing = frozenset(checks) if everywhere else frozenset()
        self.target.fail(*(f"/{check}" for check in checks))

    @contextmanager
    def running(self, port_document: dict[str, Any] | None = None) -> Iterator["CutRegion"]:
        """All of it at work, and the standing orders with the worker."""
        self.apply(port_document or document(self.target.port))
        with ExitStack() as stack:
            stack.callback(self.target.close)
            stack.enter_context(self.link)
            for reporter in self.reporters:
                stack.enter_context(reporter)
            self.coordinator.start()
            stack.callback(self.coordinator.kill)
            self.worker.start()
            stack.callback(self.worker.kill)
            until(self.kept.exists, "standing orders", self.worker.log)
            yield self

    def apply(self, told: dict[str, Any]) -> int:
        """Put a configuration in force; its version."""

        async def applied() -> int:
            async with open_store(self.database) as store:
                return await store.configurations.save(told, now())

        return asyncio.run(applied())

    def ask(self, question: Callable[[Store], Awaitable[T]]) -> T:
        """An answer from the store, read as the API would."""

        async def answered() -> T:
            async with open_store(self.database, migrate=False) as store:
                return await question(store)

        return asyncio.run(answered())

    def looked(self, region: str = CUT) -> list[Result]:
        """All results of a region."""
        found = self.ask(lambda store: store.results.recent(0))
        return [one for one in found if one.region == region]

    def missing(self, since: int, until_at: int) -> list[tuple[str, int]]:
        """(check, slot) of the cut region's looks due in [since, until_at) that are not stored."""
        stored = {(one.check, one.scheduled_at) for one in self.looked() if not one.attempt}
        return [
            (check, at)
            for check in CHECKS
            for at in due(check, since, until_at)
            if (check, at) not in stored
        ]

    def gaps(self) -> list[dict[str, Any]]:
        """All gaps of the cut region."""
        return self.ask(lambda store: store.gaps.since(0, region=CUT))

    def incidents(self) -> list[dict[str, Any]]:
        """All incidents."""
        return self.ask(lambda store: store.incidents.page()).items

    def verdict(self) -> dict[str, Any]:
        """What stands for the service; empty before the first judging."""
        return self.ask(lambda store: store.standings.all("service")).get("claude", {})

    def fitness(self) -> dict[str, str]:
        """What is said of each region."""
        standing = self.ask(lambda store: store.standings.all("region"))
        return {region: told["fitness"] for region, told in standing.items()}


def due(check: str, since: int, until_at: int, interval_ms: int = INTERVAL_MS) -> list[int]:
    """The moments in [since, until_at) at which the cut region is to look at a check."""
    first = phase(check, CUT, interval_ms)
    begin = since + (first - since) % interval_ms
    return list(range(begin, until_at, interval_ms))
