"""The running product: all its processes, started in order, kept alive, and stopped in the reverse order."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Final

from api.supervisor.broker import embedded, shared
from api.supervisor.claim import claimed, require_free
from api.supervisor.keeper import Keeper
from api.supervisor.logfile import roll, roll_if_large
from api.supervisor.plan import plain_environment, programs, run_folder
from api.supervisor.prepare import Prepared, prepare
from api.supervisor.program import Program
from api.supervisor.settings import ProductSettings

_TIDY_S: Final = 30.0

Say = Callable[[str], None]


class Product:
    """Processes by name, each with its keeper. `pause` and `resume` are for scripts that play an outage of our own."""

    def __init__(self, settings: ProductSettings, prepared: Prepared, plan: list[Program], say: Say) -> None:
        self.settings = settings
        self.prepared = prepared
        self._say = say
        self._programs = {program.name: program for program in plan}
        self._keepers: dict[str, Keeper] = {}
        self._tasks: dict[str, asyncio.Task[None]] = {}
        self._tidying: asyncio.Task[None] | None = None

    async def start(self) -> None:
        """Start everything, the broker before the rest; returns when all of it is ready."""
        for program in self._programs.values():
            roll(program.log)
        first = [name for name, program in self._programs.items() if program.stage == 0]
        for names in (first, [name for name in self._programs if name not in first]):
            for name in names:
                self.resume(name)
            await asyncio.gather(*(self._keepers[name].ready() for name in names))
        self._tidying = asyncio.create_task(self._tidy())

    def resume(self, name: str) -> None:
        """Start this process, and keep it running."""
        keeper = self._keepers[name] = Keeper(self._programs[name], self._say)
        self._tasks[name] = asyncio.create_task(keeper.run(), name=name)

    async def pause(self, name: str) -> None:
        """End this process and leave it ended."""
        await self._keepers[name].end()
        await self._tasks[name]

    async def stop(self) -> None:
        """End everything: who takes work in first, who keeps what was done last."""
        if self._tidying:
            self._tidying.cancel()
        started = {self._programs[name].stage for name in self._tasks}
        for stage in sorted(started, reverse=True):
            await asyncio.gather(*(self.pause(name) for name in self._tasks if self._programs[name].stage == stage))

    def kill(self) -> None:
        """End everything at once."""
        for keeper in self._keepers.values():
            keeper.kill()

    def process_ids(self) -> dict[str, int]:
        """The process behind each name, as far as it runs."""
        return {
            name: keeper.process.pid
            for name, keeper in self._keepers.items()
            if keeper.process is not None and keeper.process.poll() is None
        }

    async def _tidy(self) -> None:
        while True:
            await asyncio.sleep(_TIDY_S)
            for program in self._programs.values():
                roll_if_large(program.log)


@asynccontextmanager
async def product(settings: ProductSettings, say: Say) -> AsyncIterator[Product]:
    """A product that has its folder and port for itself and its configuration applied; not started yet.

    Raises CannotStartError before anything was started. On leaving, everything has ended.
    """
    with claimed(settings.data):
        require_free(settings.host, settings.port)
        prepared = prepare(settings.database_url, settings.config)  # without a thread, so that forking stays safe
        run_folder(settings.data).mkdir(parents=True, exist_ok=True)
        if settings.broker is not None:
            plan, credentials = [], shared(settings.broker, prepared.regions)
        else:
            program, credentials = embedded(settings.data, prepared.regions, plain_environment())
            plan = [program]
        running = Product(settings, prepared, [*plan, *programs(settings, credentials)], say)
        try:
            yield running
        finally:
            await running.stop()
