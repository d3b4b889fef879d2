"""CPU and memory of `outscope replay`: reading alone, and reading and judging, from each format.

Run by hand: `python -m tests.benchmarks.replay [HOURS]`. A simulated fleet of eight regions with
two workers each looks at ten components every 30 s, beside other services and references. Each
figure is of a process of its own, the best of some rounds; the limit is `orjson.loads` of the same
lines in the same process.
"""

import csv
import gc
import gzip
import re
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory

import orjson
import pyarrow as pa
from backports import zstd
from pyarrow import parquet

from api.configuration import parameter_models
from coordinator.configuration import load_configuration
from coordinator.domain.model.rules import Rules
from coordinator.evaluation.names import RULES
from coordinator.evaluation.replay import judge_file, judging
from coordinator.evaluation.simulator import NORMAL, Shape, scenario
from coordinator.evaluation.simulator.fleet.configuration import document
from coordinator.result_files import ResultFile
from worker.contract.result import FIELDS, TIMES, Result, to_record

HOUR_MS = 3_600_000
ROUNDS = 3
FORMATS = ("ndjson", "ndjson.gz", "ndjson.zst", "csv", "csv.gz", "parquet")


def write(folder: Path, hours: float) -> int:
    """The same results in every format, and the configuration; how many they are."""
    play = scenario("service-30").build(Shape(), 7, NORMAL, round(hours * HOUR_MS))
    found = [result for batch in play.stream() for result in batch]
    (folder / "outscope.yaml").write_bytes(orjson.dumps(document(play.topology)))  # JSON is YAML
    lines = b"".join(orjson.dumps(to_record(result)) + b"\n" for result in found)
    with (folder / "r.csv").open("w", newline="") as file:
        csv.writer(file).writerows([FIELDS, *map(cells, found)])
    table = (folder / "r.csv").read_bytes()
    (folder / "r.ndjson").write_bytes(lines)
    (folder / "r.ndjson.gz").write_bytes(gzip.compress(lines, 6))
    (folder / "r.ndjson.zst").write_bytes(zstd.compress(lines))
    (folder / "r.csv.gz").write_bytes(gzip.compress(table, 6))
    parquet.write_table(pa.table(dict(columns(found))), folder / "r.parquet", compression="zstd")
    return len(found)


def cells(result: Result) -> Iterator[object]:
    for name, value in to_record(result).items():
        if name == "extra":
            yield orjson.dumps(value).decode()
        else:
            yield "" if value is None else str(value).lower() if isinstance(value, bool) else value


def columns(found: Sequence[Result]) -> Iterator[tuple[str, pa.Array]]:
    for name in FIELDS:
        values = [getattr(result, name) for result in found]
        if name in TIMES:
            yield name, pa.array(values, pa.timestamp("ms", "UTC"))
        elif name == "extra":
            yield name, pa.array([orjson.dumps(dict(value)).decode() for value in values])
        else:
            yield name, pa.array([str(v) if name in ("reason", "blame") else v for v in values])


def cpu(task: Callable[[], object], rounds: int = ROUNDS) -> float:
    """Seconds of CPU, of the best round."""
    best = float("inf")
    for _ in range(rounds):
        began = time.process_time()
        task()
        best = min(best, time.process_time() - began)
    return best


def peak_mb() -> float:
    """The most memory that this process ever had, from Linux."""
    status = Path("/proc/self/status").read_text()
    return int(re.search(r"VmHWM:\s+(\d+)", status)[1]) / 1024  # type: ignore[index]


def one(what: str, path: Path) -> None:
    """A single measurement, in a process of its own: seconds and megabytes."""
    gc.freeze()
    gc.set_threshold(50_000, 20, 100)
    if what == "loads":
        lines = path.read_bytes().splitlines()
        seconds = cpu(lambda: [None for line in lines if orjson.loads(line) is None])
    elif what == "read":
        seconds = cpu(lambda: sum(len(batch) for batch in ResultFile(path).in_order()))
    else:
        topology = load_configuration(path.parent / "outscope.yaml", parameter_models()).topology
        rule = partial(judging, what, topology, Rules())
        seconds = cpu(lambda: judge_file(ResultFile(path), [rule]), 1)
    print(seconds, peak_mb())


def measure(what: str, path: Path) -> tuple[float, float]:
    command = [sys.executable, "-m", "tests.benchmarks.replay", "--one", what, str(path)]
    seconds, mb = subprocess.run(command, check=True, capture_output=True, text=True).stdout.split()
    return float(seconds), float(mb)


def tell(name: str, count: int, seconds: float, mb: float, limit: float | None = None) -> None:
    ratio = "" if limit is None else f"  {seconds / limit:5.1f} times orjson.loads"
    print(
        f"{name:36} {seconds / count * 1e6:7.2f} us a result {count / seconds:10,.0f}/s  {mb:5.0f}"
        f" MB{ratio}"
    )


def main() -> None:
    """Print one line for each format and rule."""
    if sys.argv[1:2] == ["--one"]:
        return one(sys.argv[2], Path(sys.argv[3]))
    with TemporaryDirectory() as name:
        folder = Path(name)
        count = write(folder, float(sys.argv[1]) if sys.argv[1:] else 2)
        limit, mb = measure("loads", folder / "r.ndjson")
        print(f"{count:,} results")
        tell("orjson.loads of the lines", count, limit, mb)
        for suffix in FORMATS:
            tell(f"read {suffix}", count, *measure("read", folder / f"r.{suffix}"), limit)
        for suffix in FORMATS:
            tell(f"replay {suffix}", count, *measure("outscope", folder / f"r.{suffix}"), limit)
        for rule in RULES[1:]:
            tell(f"replay ndjson --rule {rule}", count, *measure(rule, folder / "r.ndjson"), limit)
    return None


if __name__ == "__main__":
    main()
