"""A whole installation of real processes: PostgreSQL, Valkey, two coordinators, two writers, two of
the API, a worker in each region with a line between it and the broker, and what they look at.
"""

import asyncio
import sys
from base64 import b64encode
from collections.abc import Awaitable, Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any, TypeVar

from nacl.signing import SigningKey

from api.supervisor.claim import free_port
from coordinator.store import Store, open_store
from tests.chaos.asking import answers
from tests.chaos.books import Books, books
from tests.chaos.machine.able import Able, able
from tests.chaos.machine.disk import Disk
from tests.chaos.machine.line import Line, ProxyLine, VethLine
from tests.faults.broker import Broker
from tests.faults.coordination import CoordinatorProcess
from tests.faults.coordinator import until
from tests.faults.postgres import Postgres
from tests.faults.worker import WorkerProcess
from worker.contract.clock import now

PLACES = {
    "eu-west": ("IE", "EU"),
    "us-east": ("US", "NA"),
    "ap-south": ("IN", "AS"),
    "sa-east": ("BR", "SA"),
    "oc-southeast": ("AU", "OC"),
}
SERVICES = ("claude", "gemini", "openai")
REFERENCES = ("net-a", "net-b")
AHEAD_S = {"sa-east": 90, "oc-southeast": -90}
"""Regions whose workers' clocks are wrong, by so much."""
INTERVAL_MS = 5_000
CHECKS = 3
"""Of each service."""
BUSY_S = 120
T = TypeVar("T")


def document(host: str, port: int) -> dict[str, Any]:
    """Three services and two references, looked at from five regions."""

    def check(name: str) -> dict[str, Any]:
        return {
            "id": name,
            "kind": "tcp",
            "interval_ms": INTERVAL_MS,
            "timeout_ms": 2_000,
            "params": {"host": host, "port": port},
        }

    def service(name: str, role: str, checks: int) -> dict[str, Any]:
        looks = [check(f"{name}-{n}") for n in range(checks)]
        component = {"id": f"{name}-api", "name": name, "checks": looks}
        return {"id": name, "name": name, "role": role, "components": [component]}

    regions = [
        {
            "id": region,
            "name": region,
            "country": country,
            "continent": continent,
            "latitude": 1.0,
            "longitude": 2.0,
            "simulated": True,
        }
        for region, (country, continent) in PLACES.items()
    ]
    services = [service(name, "service", CHECKS) for name in SERVICES]
    services += [service(name, "reference", 1) for name in REFERENCES]
    return {"regions": regions, "services": services}


class ApiProcess(CoordinatorProcess):
    """`outscope api`, for whoever asks."""

    def __init__(self, broker_url: str, database_url: str, folder: Path, port: int) -> None:
        super().__init__(broker_url, database_url, folder)
        self.port = port
        words = ("api", "--database", database_url, "--port", str(port))
        self._command = [sys.executable, "-m", "api.cli", *words]


class Installation:
    """Enter `running`; end, stop and restart its parts as you like."""

    def __init__(
        self,
        broker: Broker,
        postgres: Postgres,
        database: str,
        folder: Path,
        disk: Disk | None = None,
        workers_disk: Disk | None = None,
    ) -> None:
        """The database may lie on a disk of its own, and what workers keep."""
        key = SigningKey.generate()
        secret, public = (b64encode(bytes(one)).decode() for one in (key, key.verify_key))
        settings = {"OUTSCOPE_WRITERS": "elsewhere", "OUTSCOPE_SIGNING_KEY": secret}
        self.broker, self.postgres, self.database = broker, postgres, database
        self.disk, self.workers_disk = disk, workers_disk
        self.able: Able = able()
        self._folder, self._public = folder, public

        def process(name: str, *role: str) -> CoordinatorProcess:
            return CoordinatorProcess(broker.url, database, folder / name, *role, **settings)

        self.coordinators = [process("first"), process("second")]
        self.writers = [process("writer-1", "writer"), process("writer-2", "writer")]
        self.apis = [
            ApiProcess(broker.url, database, folder / f"api-{n}", port)
            for n, port in enumerate((free_port(), free_port()))
        ]
        self.lines: dict[str, Line] = {
            region: VethLine(number, broker.port, netem=self.able.netem)
            if self.able.packets
            else ProxyLine(broker.port)
            for number, region in enumerate(PLACES)
        }
        self.workers: dict[str, WorkerProcess] = {}
        self.since = 0

    @contextmanager
    def running(self, *, apis: bool = True) -> Iterator["Installation"]:
        """All of it at work, and results of all regions stored; without the API if nobody asks."""
        self.apis = self.apis if apis else []
        asyncio.run(self._apply())
        with ExitStack() as stack:
            for region, line in self.lines.items():
                stack.callback(line.close)
                line.open()
                self.workers[region] = self._worker(region, line)
            for one in self._all():
                one.start(ready=False)
                stack.callback(one.kill)
            until(self._all_heard, "results of all regions", self.logs, within_s=BUSY_S)
            for api in self.apis:
                until(lambda port=api.port: answers(port), "the API", self.logs, within_s=BUSY_S)
            self.since = now() + 1_000
            yield self

    def ask(self, question: Callable[[Store], Awaitable[T]]) -> T:
        """An answer from the store."""

        async def answered() -> T:
            async with open_store(self.database, migrate=False) as store:
                return await question(store)

        return asyncio.run(answered())

    def see_to_all(self) -> None:
        """Start those again that ended, as an init system does."""
        for one in self._all():
            if one.ended():
                one.start(ready=False)

    def leader(self) -> CoordinatorProcess | None:
        """Which coordinator leads."""
        found = self.ask(lambda store: store.leases.holder("coordinator"))
        holder = found[0] if found else ""
        return next((one for one in self.coordinators if f"/{one.pid}/" in holder), None)

    def leads(self) -> bool:
        """Whether one of them leads, and orders."""
        told = self.ask(lambda store: store.standings.all("coordinator")).get("coordinator", {})
        leader = self.leader()
        return leader is not None and f"/{leader.pid}/" in told.get("holder", "")

    def progress(self, results: int = 30) -> None:
        """Wait until so many more results are stored."""
        before = self.stored()
        until(lambda: self.stored() >= before + results, "results", self.logs, within_s=BUSY_S)

    def stored(self) -> int:
        """How many results there are."""
        return len(self.ask(lambda store: store.results.recent(0)))

    def settled(self) -> Books:
        """The books of all looks since the beginning, once they balance."""
        before = now() - 2_000

        def found() -> Books:
            self.see_to_all()
            return self.ask(lambda store: books(store, self.since, before))

        until(
            lambda: found().balance(),
            "that the books balance",
            lambda: found().told(),
            within_s=BUSY_S,
        )
        return found()

    def logs(self) -> str:
        """The ends of all logs."""
        return "\n".join(f"== {one.folder.name}\n{one.log()[-1500:]}" for one in self._all())

    def step_clock(self, region: str, by_s: int) -> None:
        """The clock of a region's worker is wrong by so much more than it was."""
        path = self._folder / f"{region}.clock"
        path.with_suffix(".new").write_text(str(AHEAD_S.get(region, 0) + by_s))
        path.with_suffix(".new").rename(path)

    def _all(self) -> list[CoordinatorProcess | WorkerProcess]:
        return [*self.coordinators, *self.writers, *self.workers.values(), *self.apis]

    def _worker(self, region: str, line: Line) -> WorkerProcess:
        self.step_clock(region, 0)
        settings = {"OUTSCOPE_COORDINATOR_KEY": self._public}
        if self.workers_disk is not None:
            settings["OUTSCOPE_STATE_DIR"] = str(self.workers_disk.path / region)
        return WorkerProcess(
            line.url,
            self._folder / region,
            region=region,
            settings=settings,
            module=("tests.faults.wrong_clock", str(self._folder / f"{region}.clock")),
            place=line.place,
        )

    async def _apply(self) -> None:
        line = next(iter(self.lines.values()))
        async with open_store(self.database) as store:
            await store.configurations.save(document(line.host, line.port), now())

    def _all_heard(self) -> bool:
        found = self.ask(lambda store: store.results.recent(0))
        return len({result.region for result in found}) == len(PLACES)
