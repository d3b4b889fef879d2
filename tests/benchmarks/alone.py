"""What a day of silence takes of a worker's disk: 100 checks, each looked at every 30 s.

Run by hand: `python -m tests.benchmarks.alone`. The looks are made up, in the shape of those of
`http`: all well, and all failing with their steps.
"""

import random
import tempfile
import time
from pathlib import Path
from typing import Final

from worker.contract.message import Vitals
from worker.contract.outcome import Blame, Outcome, Reason
from worker.contract.result import STANDING
from worker.messaging.publisher import Publisher
from worker.reporting.outbox import BLOCK_BYTES, Outbox
from worker.reporting.rows import encode_row
from worker.reporting.sender import Sender

CHECKS: Final = 100
INTERVAL_MS: Final = 30_000
DAY_MS: Final = 86_400_000
BEGIN: Final = 1_800_000_000_000
FLUSH_MS: Final = 200


def outcome(chance: random.Random, *, well: bool) -> Outcome:
    """What a look tells; all times are its own."""
    phases = sorted(chance.uniform(5, 300) for _ in range(4))
    seen = {"http_version": "2", "edge": "DUB", "tls_version": "TLSv1.3", STANDING: True}
    steps = [
        (at, what) for at, what in zip(phases, ("dns", "connect", "tls", "answer"), strict=True)
    ]
    if not well:
        seen["trace"] = [[round(at, 3), what] for at, what in steps]
    return Outcome(
        ok=well,
        reason=Reason.OK if well else Reason.STATUS,
        blame=Blame.NONE if well else Blame.TARGET,
        detail="200 OK" if well else "answered 503 Service Unavailable, wanted 200 to 299",
        status_code=200 if well else 503,
        dns_ms=phases[0],
        connect_ms=phases[1],
        tls_ms=phases[2],
        ttfb_ms=phases[3],
        total_ms=phases[3] + 1,
        ip=f"192.0.2.{chance.randrange(256)}",
        extra=seen,
    )


def day(folder: Path, *, well: bool) -> tuple[int, int, int, float]:
    """(looks, bytes on disk, files, seconds of CPU) of a day."""
    outbox, chance = Outbox(folder), random.Random(1)
    sender = Sender(
        Publisher("redis://127.0.0.1:1/0", "bench"),
        outbox,
        region="eu-west",
        worker="w1",
        boot="b",
        vitals=Vitals,
        silent=lambda: True,
    )
    begun_s, looks = time.process_time(), 0
    rows: list[bytes] = []
    step_ms = INTERVAL_MS // CHECKS
    for number, at in enumerate(range(BEGIN, BEGIN + DAY_MS, step_ms)):
        slot, name = at // INTERVAL_MS, f"check-{number % CHECKS}"
        rows.append(encode_row(name, slot, 0, at, at + 3, outcome(chance, well=well)))
        looks += 1
        if step_ms >= FLUSH_MS or len(rows) * step_ms >= FLUSH_MS:
            sender.keep(rows)
            rows = []
    sizes = [path.stat().st_size for path in folder.iterdir()]
    taken = sum(-(-size // BLOCK_BYTES) * BLOCK_BYTES for size in sizes)
    assert outbox.dropped == 0
    return looks, taken, len(sizes), time.process_time() - begun_s


def main() -> None:
    """Print a table."""
    print("| looks | of a day | MB on disk | files | s of CPU |")
    print("|---|---|---|---|---|")
    for name, well in (("well", True), ("failing, with their steps", False)):
        with tempfile.TemporaryDirectory() as folder:
            looks, taken, files, cpu_s = day(Path(folder), well=well)
        print(f"| {name} | {looks:,} | {taken / 1e6:.0f} | {files:,} | {cpu_s:.0f} |")


if __name__ == "__main__":
    main()
