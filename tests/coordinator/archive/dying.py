"""Archives the results of a database and dies by SIGKILL at a step: `python dying.py DATABASE
FOLDER HOT_MS STEP`.
"""

import asyncio
import os
import signal
import sys
from pathlib import Path
from typing import Any

from coordinator.archive.moving.archiver import Archiver
from coordinator.archive.moving.spool import Spool
from coordinator.archive.part_file import PartWriter
from coordinator.archive.place import Place, open_place
from coordinator.store import Store, open_store
from coordinator.store.results.archiving import Key

STEPS = (
    "read",
    "half read",
    "write",
    "half written",
    "put",
    "half put",
    "check",
    "enter",
    "half entered",
    "tell",
    "delete",
    "half deleted",
)


def die() -> None:
    os.kill(os.getpid(), signal.SIGKILL)


async def main(database: str, folder: str, hot_ms: int, deadly: str) -> None:
    async with open_store(database, migrate=False) as store:
        place = open_place(folder)

        async def step(name: str) -> None:
            if name == deadly:
                die()

        archiver = Archiver(store, place, step=step)
        if deadly.startswith("half"):
            half(deadly.removeprefix("half "), store, place)
        await archiver.run(hot_ms)


def half(deadly: str, store: Store, place: Place) -> None:
    """Die in the middle of a step."""
    put, delete, add, write = place.put, store.archiving.delete_between, Spool.add, PartWriter.write

    def half_put(name: str, made: Path) -> None:
        if deadly == ("entered" if name.startswith("manifest") else "put"):
            made.write_bytes(made.read_bytes()[:-20])
            die()
        put(name, made)

    async def half_delete(first: Key, last: Key, archived: set[Key]) -> int:
        assert await delete(first, sorted(archived)[len(archived) // 2], archived)
        die()
        return 0

    def half_read(spool: Spool, rows: Any) -> None:
        add(spool, rows)
        die()

    def half_write(writer: PartWriter, batch: Any) -> None:
        write(writer, batch)
        die()

    place.put = half_put  # type: ignore[method-assign]
    if deadly == "deleted":
        store.archiving.delete_between = half_delete  # type: ignore[method-assign,assignment]
    if deadly == "read":
        Spool.add = half_read  # type: ignore[method-assign,assignment]
    if deadly == "written":
        PartWriter.write = half_write  # type: ignore[method-assign]


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1], sys.argv[2], int(sys.argv[3]), sys.argv[4]))
