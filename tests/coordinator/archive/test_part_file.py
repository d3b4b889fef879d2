"""What a part costs, and how little of it a filter reads."""

import io
from collections.abc import Iterator
from itertools import chain, islice
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from api.cli.bench.made_archive import make_archive
from coordinator.archive.manifest import Manifest
from coordinator.archive.part_file import GROUP_ROWS, PartWriter, open_part, windows
from coordinator.archive.place import Place
from coordinator.archive.reading.pruning import groups
from coordinator.evaluation.simulator import Shape, scenario
from coordinator.result_files.columns import batch_of
from coordinator.store import ResultFilter
from coordinator.store.results.result_rows import to_row
from worker.contract.result import FIELDS, Result

MOST_BYTES = 120


def simulated() -> list[Result]:
    play = scenario("region-100").build(Shape(8, 2, components=10, others=(4, 4)), 1)
    return list(islice(chain.from_iterable(play.stream()), 20_000))


def live() -> list[Result]:
    """As workers report them: every phase to the microsecond, sentences with numbers, certificates,
    headers.
    """
    rng = np.random.default_rng(1)
    made = []
    for result in simulated():
        phases = [round(float(ms), 3) for ms in rng.gamma(3, 9, 5)]
        extra = {
            "http_version": "2",
            "certificate_days": 61,
            "bytes": int(rng.integers(200, 9_000)),
            "edge": "cf-ray",
        }
        named = dict(
            zip(("dns_ms", "connect_ms", "tls_ms", "ttfb_ms", "total_ms"), phases, strict=True)
        )
        made.append(result._replace(detail=f"401 in {phases[-1]:.0f} ms", extra=extra, **named))
    return made


@pytest.mark.slow
@pytest.mark.parametrize("make", [simulated, live])
def test_a_result_takes_less_than_120_bytes(tmp_path: Path, make: Any) -> None:
    results = [result for result in make() if result.service == "aster"]
    results.sort(key=lambda result: (result.check, result.scheduled_at, result.id))
    rows = [dict(zip(FIELDS, to_row(result), strict=True)) for result in results]
    writer = PartWriter(tmp_path / "part.parquet")
    writer.write(batch_of(rows))
    writer.close()
    size = (tmp_path / "part.parquet").stat().st_size / len(results)
    assert len(results) > 5_000
    assert 14 < size < MOST_BYTES  # the id alone has 12 bytes of chance


@pytest.fixture
def parts(place: Place) -> Iterator[Any]:
    make_archive(place, 400_000, days=1)
    manifest = Manifest(place)
    (found,) = (part for part in manifest.parts() if part.service == "openai")
    with place.open(found.file) as source, open_part(source) as file:
        yield found, file.metadata


def test_a_filter_by_time_reads_the_row_groups_of_that_time(parts: Any) -> None:
    part, meta = parts
    hour = ResultFilter(since=part.first_scheduled_at, until=part.first_scheduled_at + 3_600_000)
    read = sum(group.num_rows for _, group in groups(meta, hour))
    assert 0 < read <= part.rows / 4
    assert not list(groups(meta, ResultFilter(until=part.first_scheduled_at)))


def test_a_filter_by_check_reads_the_row_groups_of_that_check(place: Place, tmp_path: Path) -> None:
    from api.cli.bench.made_archive import _window

    writer = PartWriter(tmp_path / "busy.parquet")
    # 100,000 results within a minute
    batch = _window("claude", np.arange(1_600) * 30, np.random.default_rng(1))
    writer.write(batch)
    writer.close()
    with open_part(io.BytesIO((tmp_path / "busy.parquet").read_bytes())) as file:
        read = sum(
            group.num_rows for _, group in groups(file.metadata, ResultFilter(check="claude-login"))
        )
        assert batch.num_rows / 8 <= read <= batch.num_rows / 8 + 2 * GROUP_ROWS
        assert not list(groups(file.metadata, ResultFilter(check="aster-login")))


def test_a_day_is_cut_finely_enough_to_hold_little_of_it() -> None:
    assert windows(100) == 1
    assert all(
        rows / windows(rows) <= GROUP_ROWS for rows in (10_000, 100_000, 1_000_000, 10_000_000)
    )
