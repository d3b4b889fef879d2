"""Every command that writes a file, by one rule: a slash or a folder means folder, nothing is
replaced unasked, and what cannot be finished changes nothing.
"""

import asyncio
import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from backports import zstd

from coordinator.store import Store, open_store
from tests.api import seeds
from tests.api.server import Server
from worker.contract.clock import now

pytestmark = pytest.mark.slow
SIMULATE = ("simulate", "service-100", "--regions", "3", "--workers", "1", "--lasts", "5m")
LIMIT = "ulimit -f 16; exec "
"""Files of at most 16 KiB: the disk is full."""


def outscope(*words: object, limit: str = "exec ") -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "api.cli", *map(str, words)]
    return subprocess.run(
        ["bash", "-c", f'{limit}"$@"', "bash", *command],
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.fixture
def data(tmp_path: Path) -> Path:
    """A data folder whose store holds enough not to fit where room is scarce."""
    folder = tmp_path / "data"
    folder.mkdir()

    async def fill() -> None:
        async with open_store(f"sqlite://{folder / 'outscope.db'}") as store:
            await store.results.add([seeds.result(now(), number) for number in range(200)])

    asyncio.run(fill())
    return folder


@pytest.mark.parametrize("there", [True, False])
def test_backups_of_two_nights_are_two_files_in_a_folder(
    data: Path, tmp_path: Path, there: bool
) -> None:
    folder = tmp_path / "deep" / "backups"
    if there:
        folder.mkdir(parents=True)
    for _night in range(2):
        ran = outscope("backup", "--out", f"{folder}/", "--data", data)
        assert ran.returncode == 0, ran.stderr
        (made,) = folder.glob("outscope-*.tar.zst")
        made.rename(made.with_name(f"outscope-{_night}.tar.zst.kept"))
    assert len(os.listdir(folder)) == 2


def test_a_backup_replaces_no_file_but_with_force(data: Path, tmp_path: Path) -> None:
    target = tmp_path / "backups"
    target.write_text("mine")
    refused = outscope("backup", "--out", target, "--data", data)
    assert refused.returncode == 2
    assert "is there already" in refused.stderr
    assert target.read_text() == "mine"
    assert outscope("backup", "--out", f"{target}/", "--data", data).returncode == 2
    assert outscope("backup", "--out", target, "--data", data, "--force").returncode == 0
    with zstd.open(target) as packed:
        assert packed.read(1)


def test_a_folder_that_is_written_comes_before_the_database_of_the_environment(
    data: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    copy, live = tmp_path / "copy.tar.zst", tmp_path / "live.db"
    assert outscope("backup", "--data", data, "--out", copy).returncode == 0
    live.write_bytes(b"nobody may touch this")
    monkeypatch.setenv("OUTSCOPE_DATABASE", f"sqlite://{live}")

    restored = outscope("restore", copy, "--data", tmp_path / "new", "--force")
    again = outscope("backup", "--data", tmp_path / "new", "--out", tmp_path / "again.tar.zst")
    named = outscope("restore", copy, "--data", tmp_path / "new", "--database", f"sqlite://{live}")

    assert restored.returncode == 0, restored.stderr
    assert f"{tmp_path}/new/outscope.db holds 200 results" in restored.stdout
    assert again.returncode == 0, again.stderr
    assert "200 results" in again.stdout
    assert named.returncode == 1, named.stdout
    assert live.read_bytes() == b"nobody may touch this"


def test_the_line_of_the_guide_keeps_two_weeks(data: Path, tmp_path: Path) -> None:
    page = Path("docs/how-to/back-up-and-restore.md").read_text(encoding="utf-8")
    (line,) = [row for row in page.splitlines() if row.startswith("0 3 * * *")]
    command = line.removeprefix("0 3 * * *").replace("/backups", str(tmp_path / "backups"))
    command = command.replace("outscope backup", f'"{sys.executable}" -m api.cli backup')
    environment = {**os.environ, "OUTSCOPE_DATA": str(data)}

    def night() -> list[Path]:
        subprocess.run(["bash", "-c", command], env=environment, check=True, capture_output=True)
        return sorted((tmp_path / "backups").iterdir())

    (first,) = night()
    old = first.rename(first.with_name("outscope-20200101T030000Z.tar.zst"))
    os.utime(old, (0, 0))
    left = night()
    assert old not in left
    assert len(left) == 1


def test_a_simulation_replaces_no_file_but_with_force(tmp_path: Path) -> None:
    out, config, truth = (tmp_path / name for name in ("r.ndjson", "c.yaml", "t.json"))
    words = (*SIMULATE, "--out", out, "--config-out", config, "--truth-out", truth)
    assert outscope(*words).returncode == 0
    for kept in (out, config, truth):
        before = {path: path.read_bytes() for path in (out, config, truth) if path != kept}
        for path in before:
            path.unlink()
        assert outscope(*words).returncode == 2
        assert sorted(os.listdir(tmp_path)) == [kept.name], "something was written all the same"
        assert outscope(*words, "--force").returncode == 0


def test_a_folder_gets_files_with_names_of_their_own(tmp_path: Path) -> None:
    folder = f"{tmp_path}/new/"
    ran = outscope(*SIMULATE, "--out", folder, "--config-out", folder, "--truth-out", folder)
    assert ran.returncode == 0, ran.stderr
    assert sorted(os.listdir(folder)) == ["outscope.yaml", "results.ndjson.gz", "truth.json"]


def test_two_of_a_simulation_never_share_a_file(tmp_path: Path) -> None:
    one = tmp_path / "one"
    ran = outscope(*SIMULATE, "--out", one, "--truth-out", one)
    assert (ran.returncode, os.listdir(tmp_path)) == (2, [])


def test_a_full_disk_leaves_what_was_there(data: Path, tmp_path: Path) -> None:
    kept = tmp_path / "kept"
    for words in (
        ("backup", "--data", data, "--force", "--out", kept),
        (*SIMULATE, "--force", "--out", kept),
    ):
        kept.write_text("old")
        ran = outscope(*words, limit=LIMIT)
        assert ran.returncode == 1, ran
        assert "Traceback" not in ran.stderr
        assert kept.read_text() == "old"
        assert sorted(os.listdir(tmp_path)) == ["data", "kept"]


def test_a_dataset_that_cannot_be_finished_leaves_its_folder_empty(
    data: Path, tmp_path: Path
) -> None:
    ran = outscope("dataset", tmp_path / "made", "--data", data, limit="ulimit -f 4; exec ")
    assert ran.returncode == 1
    assert "Traceback" not in ran.stderr
    assert list((tmp_path / "made").iterdir()) == []
    assert outscope("dataset", tmp_path / "made", "--data", data).returncode == 0
    assert outscope("dataset", tmp_path / "made", "--data", data).returncode == 2


@pytest.fixture
def filled(seed: Callable[..., None], api_server: Server) -> Server:
    async def write(store: Store) -> None:
        await store.results.add([seeds.result(now(), number) for number in range(300)])

    seed(write)
    return api_server


def test_an_export_replaces_no_file_but_with_force(filled: Server, tmp_path: Path) -> None:
    for name in ("r.ndjson", "r.parquet", "r.csv.gz"):
        words = ("export", "--url", filled.url, "--out", tmp_path / name)
        (tmp_path / name).write_text("mine")
        assert outscope(*words).returncode == 2
        assert (tmp_path / name).read_text() == "mine"
        ran = outscope(*words, "--force", limit=LIMIT if name == "r.ndjson" else "exec ")
        assert ran.returncode == (1 if name == "r.ndjson" else 0), ran.stderr
        assert ((tmp_path / name).read_bytes() == b"mine") is (name == "r.ndjson")
    ran = outscope("export", "verdicts", "--url", filled.url, "--out", f"{tmp_path}/new/")
    assert ran.returncode == 0, ran.stderr
    assert os.listdir(tmp_path / "new") == ["verdicts.ndjson"]


def test_an_export_into_a_link_keeps_the_link(filled: Server, tmp_path: Path) -> None:
    target, link = tmp_path / "target.ndjson", tmp_path / "link.ndjson"
    target.write_text("old")
    link.symlink_to(target)
    assert outscope("export", "--url", filled.url, "--out", link).returncode == 2
    assert outscope("export", "--url", filled.url, "--out", link, "--force").returncode == 0
    assert link.is_symlink()
    assert json.loads(target.read_text().splitlines()[0])["service"]


@pytest.mark.parametrize("name", ["", "nosuch/r.ndjson", "/dev/full"])
def test_a_place_that_cannot_be_written_gets_a_sentence(
    filled: Server, tmp_path: Path, name: str
) -> None:
    out = name if name in ("", "/dev/full") else tmp_path / name
    ran = outscope("export", "--url", filled.url, "--out", out)
    assert ran.returncode in (1, 2)
    assert "Traceback" not in ran.stderr
    assert ran.stderr.count("\n") == 1
