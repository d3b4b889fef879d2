"""The running product: all its processes, started in order, kept alive, and stopped in the reverse
order.
"""

import asyncio
import os
from collections.abc import AsyncIterator, Callable, Collection
from contextlib import asynccontextmanager
from typing import Final

from api.supervisor import plan
from api.supervisor.api_client import get
from api.supervisor.broker import Broker, Embedded, Shared
from api.supervisor.child import Child
from api.supervisor.claim import claimed, require_free
from api.supervisor.logfile import roll, roll_if_large
from api.supervisor.prepare import Prepared, coordinator_key, prepare, require_key
from api.supervisor.problem import CannotStartError, explained
from api.supervisor.program import Program
from api.supervisor.settings import ProductSettings
from coordinator.access.local_file import read as read_token
from coordinator.telemetry.environment import asked_for
from worker.contract import clock
from worker.contract.settings.machine import no_clock

_TIDY_S: Final = 30.0
_FOLLOW_S: Final = 2.0

Say = Callable[[str], None]


class Product:
    """Processes by name, each kept running by a `Child`. `pause` and `resume` are for scripts that
    play an outage of our own.
    """

    def __init__(
        self, settings: ProductSettings, prepared: Prepared, broker: Broker, say: Say
    ) -> None:
        self.settings = settings
        self.prepared = prepared
        self._broker = broker
        self._say = say
        self._key = ""
        self._keys = plan.run_folder(settings.data) / "coordinator.pub"
        self._is_starting = False
        self._regions: set[str] = set()
        self._borrowed: set[str] = set()
        self._programs: dict[str, Program] = {}
        self._children: dict[str, Child] = {}
        self._tasks: dict[str, asyncio.Task[None]] = {}
        self._chores: list[asyncio.Task[None]] = []

    async def start(self) -> None:
        """Start everything, the broker before the rest; returns when all of it is ready.
        CannotStartError when a part says that it is set up wrongly.
        """
        self._is_starting = True
        self._key = coordinator_key(self.settings.data)
        self._pin(self._key)
        if self._broker.program is not None:
            self._begin(self._broker.program)
            await self._children[self._broker.program.name].ready()
        self._begin(plan.coordinator(self.settings, self._broker.coordinator))
        self._begin(plan.api(self.settings))
        if asked_for(os.environ):
            self._begin(plan.telemetry(self.settings))
        for region in self.prepared.regions:
            if region not in self.prepared.borrowed:
                self._begin_worker(region)
        await self._lend(self.prepared.borrowed)
        await asyncio.gather(*(child.ready() for child in self._children.values()))
        self._is_starting = False
        self._chores = [asyncio.create_task(self._tidy()), asyncio.create_task(self._follow())]

    def resume(self, name: str) -> None:
        """Start this process, and keep it running."""
        child = Child(self._programs[name], self._say, settings_are_new=self._is_starting)
        self._children[name] = child
        self._tasks[name] = asyncio.create_task(child.run(), name=name)

    async def pause(self, name: str) -> None:
        """End this process and leave it ended."""
        await self._children[name].end()
        await self._tasks[name]

    async def reload(self) -> None:
        """Have all our processes read their files again. Workers know a new key of the coordinator
        before it signs by it.
        """
        try:
            key = coordinator_key(self.settings.data, makes=False)
        except CannotStartError as error:
            self._say(f"The signing key stays as it is: {error}")
            key = self._key
        self._pin(*dict.fromkeys([key or self._key, self._key]))
        self._key = key or self._key
        workers = {plan.worker_name(region) for region in self._regions}
        workers |= {plan.RELAY} & self._children.keys()
        await self._reload(workers)
        await self._reload(self._children.keys() - workers)
        self._say("Every process was told to read its files again; their logs say what changed")

    async def _reload(self, names: Collection[str]) -> None:
        told = sorted(names)
        done = await asyncio.gather(*(self._children[name].reload() for name in told))
        for name, reloaded in zip(told, done, strict=True):
            if not reloaded:
                self._say(f"{name} was told, and has not said that it did; see its log")

    def _pin(self, *keys: str) -> None:
        """Write down what our workers pin."""
        draft = self._keys.with_suffix(".new")
        draft.write_text(",".join(keys) + "\n")
        draft.replace(self._keys)

    async def stop(self) -> None:
        """End everything: who takes work in first, who keeps what was done last."""
        for chore in self._chores:
            chore.cancel()
        for stage in sorted({program.stage for program in self._programs.values()}, reverse=True):
            names = [name for name, program in self._programs.items() if program.stage == stage]
            await asyncio.gather(*(self.pause(name) for name in names))

    def kill(self) -> None:
        """End everything at once."""
        for child in self._children.values():
            child.kill()

    def _begin(self, program: Program) -> None:
        roll(program.log)
        self._programs[program.name] = program
        self.resume(program.name)

    def _begin_worker(self, region: str) -> None:
        self._regions.add(region)
        broker = self._broker.region(region)
        self._begin(plan.worker(self.settings, region, broker, self._keys))

    async def _lend(self, regions: Collection[str]) -> None:
        """Have workers for these borrowed regions, and for no others."""
        if set(regions) == self._borrowed:
            return
        if self._borrowed:
            await self.pause(plan.RELAY)
            del self._programs[plan.RELAY], self._children[plan.RELAY]
        self._borrowed = set(regions)
        if regions:
            brokers = {region: self._broker.region(region) for region in sorted(regions)}
            self._begin(plan.relay(self.settings, brokers, self._keys))

    async def _tidy(self) -> None:
        while True:
            await asyncio.sleep(_TIDY_S)
            for program in self._programs.values():
                roll_if_large(program.log)

    async def _follow(self) -> None:
        """Have a worker for each region of the configuration in force, which may change while we
        run.
        """
        while True:
            await asyncio.sleep(_FOLLOW_S)
            try:
                found = await get(
                    self.settings.own_host,
                    self.settings.port,
                    "/v1/regions",
                    read_token(self.settings.data),
                )
            except OSError:
                continue  # the API is being started again
            here = [one for one in found["items"] if one["workers_from"] == "here"]
            wanted = {region["id"] for region in here if not region["via"]}
            for region in sorted(wanted - self._regions):
                self._say(f"Region {region} is new: starting its worker")
                self._begin_worker(region)
            if found["items"]:
                await self._lend({region["id"] for region in here if region["via"]})
            for region in sorted(self._regions - wanted) if found["items"] else ():
                self._say(f"Region {region} has no worker here any more: stopping it")
                self._regions.remove(region)
                await self.pause(plan.worker_name(region))


@asynccontextmanager
async def product(settings: ProductSettings, say: Say) -> AsyncIterator[Product]:
    """A product that has its folder and port for itself and its configuration applied; not started
    yet.

    Raises CannotStartError before anything was started. On leaving, everything has ended.
    """
    wrong = no_clock(clock.now())
    if wrong:
        raise CannotStartError(wrong)
    require_key()
    with claimed(settings.data), explained():
        require_free(settings.host, settings.port)
        # without a thread, so that forking stays safe
        prepared = prepare(
            settings.database_url, settings.data, settings.config, globalping=settings.globalping
        )
        plan.run_folder(settings.data).mkdir(parents=True, exist_ok=True)
        broker = (
            Shared(settings.broker)
            if settings.broker
            else Embedded(settings.data, plan.plain_environment())
        )
        running = Product(settings, prepared, broker, say)
        try:
            yield running
        finally:
            await running.stop()
