"""A whole installation in one process: two coordinators, workers in regions, the broker, the
database, what is looked at, and faults that befall them.
"""

import asyncio
import shutil
import traceback
from base64 import b64encode
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, Final

import tests.simulation.parts.coordinator as coordination
from coordinator.messaging.signing import read_signer
from coordinator.runtime.retry import UNREACHABLE
from coordinator.store import StoreError
from tests.simulation.clockwork import Host, SimLoop
from tests.simulation.faults import Fault
from tests.simulation.parts.broker import Broker
from tests.simulation.parts.link import NOBODY, Link
from tests.simulation.parts.worker import SimWorker
from tests.simulation.parts.world import Outage, World, chance_of, names
from tests.simulation.size import Size
from worker.messaging.pinned import read_key
from worker.reporting.outbox import LIMIT_BYTES

SMALL_BYTES: Final = 24 * 1024
"""An outbox that is soon full."""
BEGUN_AGAIN_S: Final = 1.0
OFF_S: Final = 5.0
Begun = Callable[[Any, Any], None]


class Seat:
    """A machine with a process on it, and its way to the broker."""

    def __init__(self, name: str, loop: SimLoop, link: Link, boot_s: float) -> None:
        self.name, self.link, self._loop, self._boot_s = name, link, loop, boot_s
        self.ahead_ms = 0
        self.life = 0
        self.down = 0
        """How many faults keep it from running."""
        self.host: Any = None

    def begin(self) -> Any:
        """A new start: its host."""
        self.life += 1
        self.host = Host(self.name, self._loop, self._boot_s)
        self.host.ahead_ms = self.ahead_ms
        self.host.link, self.host.life = self.link, self.life
        return self.host

    def set_clock(self, ahead_ms: int) -> None:
        """Set its clock so far ahead, at once."""
        self.ahead_ms = ahead_ms
        if self.host is not None:
            self.host.ahead_ms = ahead_ms


class WorkerSeat(Seat):
    """With a disk."""

    region = ""
    folder = Path()
    worker: SimWorker | None = None
    outbox_bytes = LIMIT_BYTES


class Installation:
    """All parts. `begun` is told of each store that a leader judges by."""

    def __init__(
        self, loop: SimLoop, size: Size, seed: int, folder: Path, begun: Begun, broker: Broker,
        part: int = 0,
    ) -> None:  # fmt: skip
        self.loop, self.size, self.folder, self._begun = loop, size, folder, begun
        self.world, self.broker = World(seed), broker
        self.database = f"sqlite://{folder}/outscope.db"
        self._chance = chance_of(seed, f"network {part}" if part else "network")
        self._no_database = self._no_answer = 0
        key = chance_of(seed, "key").randbytes(32) if size.signed else b""
        self._signing_key = b64encode(key).decode()
        self._pinned = read_key(read_signer(self._signing_key).public) if key else None
        self.broken: list[tuple[str, str]] = []
        """What should not have happened: of which kind, and what."""
        self.coordinators = {name: self._coordinator(name) for name in ("c1", "c2")}
        self.workers = dict(self._workers())

    def _link(self, base_s: float) -> Link:
        return Link(self.loop, self.broker, self._chance, base_s)

    def _coordinator(self, name: str) -> Seat:
        seat = Seat(name, self.loop, self._link(0.001), self._chance.uniform(0, 1e5))
        seat.link.pause_s = self.size.pause_s()
        seat.no_database = 0  # type: ignore[attr-defined]
        return seat

    def _workers(self) -> Iterator[tuple[str, WorkerSeat]]:
        each = max(1, self.size.workers // self.size.regions)
        for region in names(self.size.regions):
            for number in range(each):
                name = f"{region}-{number}"
                link = self._link(self._chance.uniform(0.005, 0.15))
                seat = WorkerSeat(name, self.loop, link, self._chance.uniform(0, 1e5))
                seat.region, seat.folder = region, self.folder / name
                yield name, seat

    def start(self) -> None:
        """Begin all of it."""
        for seat in self.coordinators.values():
            self.start_coordinator(seat)
        for worker in self.workers.values():
            self.loop.call_later(self._chance.uniform(0, 5), self.start_worker, worker)

    async def switch_off(self) -> None:
        """The power fails everywhere at once: what is on disks stays, and what the broker keeps."""
        for seat in (*self.coordinators.values(), *self.workers.values()):
            self._crash(None, seat)
        self.broker.stop(forgets=False)
        await asyncio.sleep(OFF_S)
        self.broker.start()

    def start_coordinator(self, seat: Any) -> None:
        """A new life, unless a fault is in its way."""
        if seat.down or (seat.host is not None and seat.host.alive):
            return
        host = seat.begin()
        host.database_fault = lambda: bool(self._no_database or seat.no_database)
        host.answer_lost = lambda: bool(self._no_answer) and self._chance.random() < 0.5
        host.run(self._live(seat, host))

    async def _live(self, seat: Seat, host: Any) -> None:
        try:
            await coordination.live(self.database, self._signing_key, self._begun, lambda: None)
        except (*UNREACHABLE, StoreError):
            pass  # it ends, and is started again
        except Exception:
            self._wrong("ended", f"{seat.name}: {traceback.format_exc()}")
        host.alive = False
        self.loop.call_later(BEGUN_AGAIN_S, self.start_coordinator, seat, context=NOBODY)

    def _wrong(self, name: str, why: str) -> None:
        self.broken.append((name, why))

    def start_worker(self, seat: WorkerSeat) -> None:
        """A new start, unless a fault is in its way."""
        if seat.down or (seat.host is not None and seat.host.alive):
            return
        host = seat.begin()
        told = host, seat.link, seat.folder, seat.region, seat.name, self.world
        more = self._pinned, self._wrong, self._chance, seat.outbox_bytes
        seat.worker = host.context.run(SimWorker, *told, *more)
        host.context.run(seat.worker.start)

    def befall(self, fault: Fault) -> None:
        """A fault begins; its end is seen to."""
        act = getattr(self, f"_{fault.kind}", None)
        seats = self._seats(fault.target)
        ends: list[Callable[[], Any]] = []
        if act is not None:
            ends += [act(fault, seat) for seat in seats or [None]]
        else:
            ends += [_suffer(fault, seat) for seat in seats]
        for end in ends:
            self.loop.call_later(fault.lasts_s, end)

    def _seats(self, target: str) -> list[Any]:
        if target in self.coordinators:
            return [self.coordinators[target]]
        if target in self.workers:
            return [self.workers[target]]
        return [seat for seat in self.workers.values() if seat.region == target]

    def _begin_again(self, seat: Seat) -> None:
        seat.down -= 1
        if isinstance(seat, WorkerSeat):
            self.start_worker(seat)
        else:
            self.start_coordinator(seat)

    def _crash(self, _fault: Fault | None, seat: Any) -> Callable[[], Any]:
        seat.down += 1
        if seat.host is not None and seat.host.alive:
            seat.host.crash()
        if getattr(seat, "worker", None) is not None:
            seat.worker.connection.close()
        return lambda: self._begin_again(seat)

    def _wipe(self, fault: Fault, seat: Any) -> Callable[[], Any]:
        end = self._crash(fault, seat)
        shutil.rmtree(seat.folder, ignore_errors=True)
        return end

    def _restart(self, _fault: Fault, seat: Any) -> Callable[[], Any]:
        seat.down += 1
        if seat.host is not None and seat.host.alive and not seat.host.stands:
            seat.host.context.run(seat.worker.stop)
        return lambda: self._begin_again(seat)

    def _stand(self, _fault: Fault, seat: Any) -> Callable[[], Any]:
        host = seat.host
        host.stand()
        return lambda: host.go_on()

    def _clock(self, fault: Fault, seat: Seat) -> Callable[[], Any]:
        seat.set_clock(round(fault.value * 1000))
        return lambda: seat.set_clock(0)

    def _full(self, _fault: Fault, seat: Any) -> Callable[[], Any]:
        seat.outbox_bytes, seat.worker.outbox._limit = SMALL_BYTES, SMALL_BYTES
        seat.link.out_cut += 1

        def end() -> None:
            seat.outbox_bytes = seat.worker.outbox._limit = LIMIT_BYTES
            seat.link.out_cut -= 1

        return end

    def _outage(self, fault: Fault, _seat: None) -> Callable[[], Any]:
        service, component, regions = fault.target.split(".")
        number = id(fault)
        reach = frozenset(filter(None, regions.split("+")))
        self.world.outages[number] = Outage(service, component, reach)
        return lambda: self.world.outages.pop(number, None)

    def _away(self, fault: Fault, _seat: None) -> Callable[[], Any]:
        if fault.target == "broker":
            self.broker.stop(forgets=False)
            return self.broker.start
        self._no_database += 1

        def end() -> None:
            self._no_database -= 1

        return end

    def _emptied(self, _fault: Fault, _seat: None) -> Callable[[], Any]:
        self.broker.stop(forgets=True)
        return self.broker.start

    def _nodatabase(self, _fault: Fault, seat: Any) -> Callable[[], Any]:
        seat.no_database += 1

        def end() -> None:
            seat.no_database -= 1

        return end

    def _unanswered(self, fault: Fault, seat: Any) -> Callable[[], Any]:
        if fault.target != "database":
            return _suffer(fault, seat)
        self._no_answer += 1

        def end() -> None:
            self._no_answer -= 1

        return end


_COUNTS: Final = {
    "partition": ("out_cut", "in_cut"),
    "unheard": ("out_cut",),
    "unanswered": ("in_cut",),
    "deaf": ("deaf",),
    "jumbled": ("jumbled",),
    "repeats": ("repeats",),
    "flaky": ("flaky",),
    "slow": (),
}


def _suffer(fault: Fault, seat: Any) -> Callable[[], Any]:
    """A fault of a link; at its end a connection that was cut is made anew."""
    link, counts = seat.link, _COUNTS[fault.kind]
    for name in counts:
        setattr(link, name, getattr(link, name) + 1)
    link.slow_s += fault.value

    def end() -> None:
        for name in counts:
            setattr(link, name, getattr(link, name) - 1)
        link.slow_s = max(0.0, link.slow_s - fault.value)
        if link.reset is not None and {"in_cut", "out_cut", "deaf"} & set(counts):
            link.reset()

    return end
