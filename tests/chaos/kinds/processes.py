"""Faults of processes: each is killed, stands still, or ends for want of memory."""

import signal
from collections.abc import Callable

from tests.chaos.fault import Draw, Fault, Make
from tests.chaos.installation import Installation
from tests.chaos.machine import memory
from tests.faults.coordination import CoordinatorProcess
from tests.faults.worker import WorkerProcess

Part = CoordinatorProcess | WorkerProcess
Find = Callable[[Installation, Draw], Part | None]


def _leader(installation: Installation, _draw: Draw) -> Part | None:
    return installation.leader()


def _standby(installation: Installation, _draw: Draw) -> Part | None:
    leader = installation.leader()
    return next((one for one in installation.coordinators if one is not leader), None)


def _writer(installation: Installation, draw: Draw) -> Part | None:
    return draw.chance.choice(installation.writers)


def _worker(installation: Installation, draw: Draw) -> Part | None:
    return installation.workers[draw.region()]


def _api(installation: Installation, draw: Draw) -> Part | None:
    return draw.chance.choice(installation.apis)


PARTS: dict[str, Find] = {
    "leader": _leader,
    "standby": _standby,
    "writer": _writer,
    "worker": _worker,
    "API": _api,
}


def of_part(name: str, how: str) -> Make:
    """The fault that ends such a process, or has it stand still."""
    find = PARTS[name]

    def make(draw: Draw) -> Fault:
        installation, hit = draw.installation, list[Part]()

        def begin() -> None:
            found = find(installation, draw)
            if found is not None and not found.ended():
                hit.append(found)
                if how == "memory":
                    memory.kill(found.pid)
                else:
                    found.signal(signal.SIGKILL if how == "killed" else signal.SIGSTOP)

        def end() -> None:
            for one in hit:
                if not one.ended():
                    one.signal(signal.SIGCONT)
            installation.see_to_all()

        return Fault(f"{name} {_TOLD[how]}", draw.lasting(), begin, end)

    return make


_TOLD = {"killed": "killed", "stopped": "stands still", "memory": "out of memory"}
EVERY = [of_part(name, how) for name in PARTS for how in ("killed", "stopped")]
EVERY += [of_part(name, "memory") for name in ("leader", "writer", "worker")]
