"""`python -m tests.chaos --seed 7 --minutes 20`: faults by a seed, and then the books."""

import argparse
import sys
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

from api.supervisor.claim import free_port
from tests.chaos.costs import costs
from tests.chaos.faults import Faults
from tests.chaos.installation import Installation
from tests.chaos.machine import disk
from tests.chaos.machine.disk import Disk
from tests.faults.broker import Broker
from tests.faults.postgres import Postgres, binaries

DATABASE_MB, STATE_MB = 400, 32


@contextmanager
def made() -> Iterator[Installation]:
    """An installation, not yet running, with disks of its own where that is possible."""
    programs = binaries()
    if programs is None:
        sys.exit("PostgreSQL is not installed (Debian: apt install postgresql)")
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="outscope-chaos-")))
        folder.chmod(0o755)
        disks: list[Disk] = []
        if disk.possible():
            sizes = {"database": DATABASE_MB, "state": STATE_MB}
            for name, size in sizes.items():
                (folder / name).mkdir()
                disks.append(stack.enter_context(Disk(folder / name, size)))
        place = disks[0].path if disks else folder / "database"
        place.mkdir(exist_ok=True)
        postgres = Postgres(programs, place, durable=True)
        postgres.create()
        stack.callback(postgres.stop)
        options = ("--enable-debug-command", "local")
        broker = Broker(free_port(), folder / "broker", options=options)
        broker.start()
        stack.callback(broker.kill)
        yield Installation(broker, postgres, postgres.database("chaos"), folder, *disks)


def main() -> int:
    """Run; 1 when a look is unaccounted for or doubled, or somebody cried wolf."""
    parser = argparse.ArgumentParser(prog="python -m tests.chaos", description=__doc__)
    parser.add_argument("--seed", type=int, default=1, help="of the schedule (default: 1)")
    parser.add_argument("--minutes", type=float, default=20.0, help="how long (default: 20)")
    told = parser.parse_args()
    with made() as installation:
        print(f"seed {told.seed}, {told.minutes:g} minutes", *installation.able.told(), sep="\n  ")
        with installation.running():
            happened = Faults(installation, told.seed).run(told.minutes * 60)
            found = installation.settled()
    print(f"{len(happened)} faults", costs(found, happened), found.table(), sep="\n\n")
    return int(bool(found.twice) or (found.incidents, found.notices) != (0, 0))


if __name__ == "__main__":
    sys.exit(main())
