"""Archives the results of a database and dies by SIGKILL at a step: `python dying.py DATABASE FOLDER HOT_MS STEP`."""

import asyncio
import os
import signal
import sys
from pathlib import Path

from coordinator.archive.archiver import Archiver
from coordinator.archive.place import open_place
from coordinator.store import open_store

STEPS = ("write", "half written", "put", "half put", "check", "enter", "half entered", "tell", "delete", "half deleted")


def die() -> None:
    os.kill(os.getpid(), signal.SIGKILL)


async def main(database: str, folder: str, hot_ms: int, deadly: str) -> None:
    async with open_store(database, migrate=False) as store:
        place = open_place(folder)

        async def step(name: str) -> None:
            if name == deadly:
                die()

        archiver = Archiver(store, place, step=step)
        put, delete = place.put, store.archiving.delete

        def half_put(name: str, made: Path) -> None:
            if deadly == ("half entered" if name.startswith("manifest") else "half put"):
                made.write_bytes(made.read_bytes()[:-20])
                die()
            put(name, made)

        async def half_delete(keys: list[tuple[int, str]]) -> int:
            await delete(keys[: len(keys) // 2])
            die()
            return 0

        async def half_read(*_: object) -> list[object]:
            die()
            return []

        place.put = half_put  # type: ignore[method-assign]
        if deadly == "half deleted":
            store.archiving.delete = half_delete  # type: ignore[method-assign]
        if deadly == "half written":
            store.archiving.due_between = half_read  # type: ignore[method-assign]
        await archiver.run(hot_ms)


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1], sys.argv[2], int(sys.argv[3]), sys.argv[4]))
