"""`outscope export` against a real server, whose results lie partly in an archive."""

import csv
import gzip
import io
import json
from collections.abc import Callable
from hashlib import sha256
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import pytest
from click.testing import Result as Ran

from api.cli.files import download
from coordinator.archive.moving.archiver import Archiver
from coordinator.archive.place import open_place
from coordinator.result_files import ResultFile
from coordinator.store import Store
from tests.api import seeds
from tests.api.server import Server
from worker.contract.clock import now
from worker.contract.result import Result, to_record

DAY_MS = 86_400_000
Run = Callable[..., Ran]
pytestmark = pytest.mark.slow
FORMULA = '=HYPERLINK("http://evil";"a")'


@pytest.fixture
def told(seed: Callable[..., None], tmp_path: Path) -> list[Result]:
    """Sixty results, half of them archived; texts that are hard to write."""
    start = (now() // DAY_MS - 5) * DAY_MS
    texts = [
        FORMULA,
        "+1",
        "-1",
        "@x",
        "'=1",
        "'plain",
        'a "quoted", text\nand a line',
        "tab\there",
        "ünï ☃",
        "",
        "\tx",
    ]
    results = [
        seeds.result(
            start + (n % 30) * 60_000 + (n // 30) * 5 * DAY_MS,
            n,
            detail=texts[n % len(texts)],
            reason="ok" if n % 4 else "timeout",
            extra={"text": texts[n % len(texts)]},
        )
        for n in range(60)
    ]

    async def write(store: Store) -> None:
        await store.results.add(results)
        await store._database.fetch("DELETE FROM rollup_due")
        report = await Archiver(store, open_place(str(tmp_path / "archive"))).run(2 * DAY_MS)
        assert report.rows == 30

    seed(write)
    return results


def read(path: Path) -> list[Result]:
    file = ResultFile(path)
    found = [result for batch in file.batches() for result in batch]
    assert not file.mistakes.count, file.mistakes.first
    return found


@pytest.mark.parametrize(
    "name", ["r.ndjson", "r.csv", "r.parquet", "r.ndjson.gz", "r.ndjson.zst", "r.csv.gz"]
)
def test_what_is_exported_reads_back_equal(
    outscope: Run, told: list[Result], tmp_path: Path, name: str
) -> None:
    path = tmp_path / name
    ran = outscope("export", "--out", path)
    assert ran.exit_code == 0, ran.output
    assert read(path) == told
    data = path.read_bytes()
    assert f"60 rows, {len(data):,} bytes, sha256 {sha256(data).hexdigest()}" in ran.stderr


def test_no_cell_of_a_csv_is_a_formula(outscope: Run, told: list[Result]) -> None:
    rows = list(csv.reader(io.StringIO(outscope("export", "--format", "csv").stdout, newline="")))
    assert len(rows) == 61
    for row in rows:
        assert all(cell[:1] not in tuple("=+-@\t\r\n") or cell[:2] == "" for cell in row if cell), (
            row
        )


def test_a_spreadsheet_may_have_its_byte_order_mark(
    outscope: Run, told: list[Result], tmp_path: Path
) -> None:
    for number, arguments in enumerate((["--excel"], ["--excel", "--format", "csv"])):
        path = tmp_path / f"{number}.csv"
        assert outscope("export", "--out", path, *arguments).exit_code == 0
        assert path.read_bytes().startswith(b"\xef\xbb\xbfid,")
        assert read(path) == told, "and is read as any other"
    assert outscope("export", "--out", tmp_path / "r.excel.csv").exit_code == 0
    assert (tmp_path / "r.excel.csv").read_bytes() == path.read_bytes()
    refused = outscope("export", "--excel", "--format", "parquet")
    assert (refused.exit_code, refused.stderr) == (2, "--excel writes CSV; leave --format out\n")


def test_arrow_and_json_hold_the_same(outscope: Run, told: list[Result], tmp_path: Path) -> None:
    assert outscope("export", "--out", tmp_path / "r.json").exit_code == 0
    assert json.loads((tmp_path / "r.json").read_text()) == [to_record(result) for result in told]
    assert outscope("export", "--out", tmp_path / "r.arrow").exit_code == 0
    import pyarrow as pa

    with pa.ipc.open_stream(tmp_path / "r.arrow") as stream:
        table = stream.read_all()
    assert table.column("id").to_pylist() == [result.id for result in told]
    assert table.schema.metadata[b"outscope.schema"] == b"results/1"
    assert table.schema.field("ok").metadata[b"description"].startswith(b"whether")


def test_columns_and_filters_are_chosen(outscope: Run, told: list[Result], tmp_path: Path) -> None:
    path = tmp_path / "r.parquet"
    assert (
        outscope("export", "--out", path, "--columns", "ok,id", "--reason", "timeout").exit_code
        == 0
    )
    table = pq.read_table(path)
    assert table.column_names == ["ok", "id"]
    assert table.column("id").to_pylist() == [
        result.id for result in told if result.reason == "timeout"
    ]
    ran = outscope("export", "--columns", "ok,nonsense")
    assert ran.exit_code == 1
    assert "no column 'nonsense'" in ran.stderr
    ran = outscope("export", "workers", "--check", "x")
    assert "cannot be filtered by it" in ran.stderr


def test_a_broken_export_goes_on_where_it_stopped(
    outscope: Run, told: list[Result], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(download, "SEGMENT_ROWS", 20)
    path, asked = tmp_path / "r.csv.gz", 0
    whole = download._segment

    def breaking(client: Any, order: Any, got: Any, most: int | None) -> Any:
        nonlocal asked
        asked += 1
        for part in whole(client, order, got, most):
            yield part
            if asked == 2:
                raise download.UnreachableError("cut")

    monkeypatch.setattr(download, "_segment", breaking)
    assert outscope("export", "--out", path).exit_code == 3
    assert not path.exists()

    ran = outscope("export", "--out", path, "--resume")

    assert ran.exit_code == 0, ran.output
    assert asked == 5  # one well, one broken, then the two that are left and an empty one
    assert read(path) == told
    assert gzip.decompress(path.read_bytes()).count(b"received_at") == 1
    assert list(tmp_path.glob("*.part*")) == []


def test_in_a_folder_an_export_has_the_name_of_its_dataset(
    outscope: Run, told: list[Result], tmp_path: Path
) -> None:
    words = ("--format", "csv", "--compression", "gzip")
    assert outscope("export", *words, "--out", tmp_path).exit_code == 0
    assert len(read(tmp_path / "results.csv.gz")) == len(told)


def test_a_cursor_gives_what_came_since(outscope: Run, told: list[Result]) -> None:
    ran = outscope("export", "--columns", "id", "--until", "2d")
    cursor = ran.stderr.split("cursor ")[1].strip()
    rest = outscope("export", "--columns", "id", "--cursor", cursor)
    assert [json.loads(line)["id"] for line in rest.stdout.splitlines()] == [
        result.id for result in told[30:]
    ]


def test_a_damaged_file_of_the_archive_is_named_and_the_rest_is_given(
    outscope: Run, told: list[Result], tmp_path: Path, api_server: Server
) -> None:
    (part,) = (tmp_path / "archive" / "results").rglob("*.parquet")
    data = bytearray(part.read_bytes())
    data[len(data) // 3] ^= 0xFF
    part.write_bytes(data)

    ran = outscope("export", "--out", tmp_path / "r.ndjson")

    assert ran.exit_code == 1
    assert f"Missing: {part.relative_to(tmp_path / 'archive')}" in ran.stderr
    assert read(tmp_path / "r.ndjson") == told[30:]


@pytest.mark.parametrize("name", ["incidents", "rollups", "verdicts", "workers"])
def test_other_datasets(
    outscope: Run, seed: Callable[..., None], tmp_path: Path, name: str
) -> None:
    at = now()

    async def write(store: Store) -> None:
        await store.configurations.save(seeds.configuration(), at)
        said = seeds.verdict("claude", at, "regional", "outage", ["us-east"], ["api"])
        await store.verdicts.add(seeds.kept(said), seeds.kept(seeds.verdict("openai", at)))
        await store.incidents.apply(seeds.incident("claude", at), seeds.incident("openai", at))
        await seeds.judged(store, at, said)
        await store.results.add([seeds.result(at, n, region="us-east") for n in range(3)])
        await store.results.add([seeds.result(at, service="openai", reason="timeout")])
        for level in ("minute", "hour"):
            for due in await store.rollups.due(level, 2**60):  # type: ignore[arg-type]
                await store.rollups.make(level, due)  # type: ignore[arg-type]

    seed(write)
    lines = [json.loads(line) for line in outscope("export", name).stdout.splitlines()]
    assert len(lines) == {"incidents": 2, "verdicts": 2, "workers": 5, "rollups": 2}[name]
    assert outscope("export", name, "--out", tmp_path / "x.parquet").exit_code == 0
    table = pq.read_table(tmp_path / "x.parquet")
    assert table.num_rows == len(lines)
    assert set(table.column_names) == set(lines[0])
    if name == "rollups":
        assert (lines[0]["looks"], lines[0]["good"], lines[0]["reasons"]) == (3, 3, {"ok": 3})
        assert lines[0]["total_p95_ms"] == pytest.approx(84.0, rel=0.01)
    elif name != "workers":
        assert lines[0]["regions"] == table.column("regions")[0].as_py()
        assert len(outscope("export", name, "--service", "openai").stdout.splitlines()) == 1
    summary = outscope("export", name, "--format", "csv")
    assert len(list(csv.reader(io.StringIO(summary.stdout)))) == len(lines) + 1


def test_a_server_without_room_is_asked_again_when_it_says_so(
    api_server: Server,
    outscope: Run,
    told: list[Result],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    assert told
    places = api_server.places
    taken = [places.take("192.0.2.1"), *(places.take(f"192.0.2.{n}") for n in (2, 3, 4))]
    waited: list[float] = []

    def wait(seconds: float) -> None:
        waited.append(seconds)
        if len(waited) == 2:
            taken.pop().free()

    monkeypatch.setattr(download, "sleep", wait)
    ran = outscope("export", "--out", tmp_path / "r.ndjson")
    assert (ran.exit_code, waited) == (0, [5.0, 5.0]), ran.output
    assert "4 exports go on already" in ran.stderr
    for place in taken:
        place.free()


def test_a_server_that_never_has_room_ends_the_command(
    api_server: Server, outscope: Run, told: list[Result], monkeypatch: pytest.MonkeyPatch
) -> None:
    assert told
    waited: list[float] = []
    monkeypatch.setattr(download, "sleep", waited.append)
    taken = [api_server.places.take(f"192.0.2.{n}") for n in range(4)]
    ran = outscope("export")
    assert (ran.exit_code, sum(waited)) == (1, download.PATIENCE_S)
    for place in taken:
        place.free()
