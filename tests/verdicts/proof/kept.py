"""Outcomes kept between runs, in Parquet files: those of another judge, simulator or way to score
are never read.
"""

import os
from collections.abc import Iterable, Sequence
from dataclasses import asdict
from hashlib import blake2b
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from coordinator.domain.model.rules import VERSION
from tests.verdicts.proof.outcome import Outcome

ROOT = Path(__file__).resolve().parents[3]
DECIDES = (
    "coordinator/domain",
    "coordinator/evaluation/simulator",
    "coordinator/evaluation/replay.py",
    "worker/contract",
    *(
        f"tests/verdicts/{name}.py"
        for name in ("run", "score", "case", "course", "reading", "story", "plan")
    ),
    "tests/verdicts/proof/trials.py",
    "tests/verdicts/proof/outcome.py",
)
"""What an outcome depends on: the judge, the internet that is played, and how it is scored."""
_MANY = 40


def key() -> str:
    """The version of the rules, and a digest of every source that decides an outcome."""
    digest = blake2b(digest_size=8)
    for file in sorted(_sources()):
        digest.update(f"{file.relative_to(ROOT)}\n".encode() + file.read_bytes())
    return f"rules-{VERSION}-{digest.hexdigest()}"


def _sources() -> Iterable[Path]:
    for name in DECIDES:
        place = ROOT / name
        yield from place.rglob("*.py") if place.is_dir() else [place]


class Kept:
    """The folder of one key. A file is whole or not there, whenever the process ends."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder / key()
        self._folder.mkdir(parents=True, exist_ok=True)

    def read(self) -> list[Outcome]:
        """All that is kept, each trial once; many small files become one."""
        files = sorted(self._folder.glob("*.parquet"))
        rows = [row for file in files for row in pq.read_table(file).to_pylist()]
        found = {row["id"]: Outcome(**row) for row in rows}
        if len(files) > _MANY:
            self.write(list(found.values()))
            for file in files:
                file.unlink()
        return list(found.values())

    def write(self, outcomes: Sequence[Outcome]) -> None:
        """Keep these, too."""
        if not outcomes:
            return
        digest = blake2b("\n".join(one.id for one in outcomes).encode(), digest_size=8)
        file = self._folder / f"{digest.hexdigest()}-{len(outcomes)}.parquet"
        half = file.with_suffix(".half")
        pq.write_table(pa.Table.from_pylist([asdict(one) for one in outcomes]), half)
        os.replace(half, file)
