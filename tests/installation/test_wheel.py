"""What is in the wheel and in the sdist."""

import subprocess
import tarfile
from pathlib import Path
from zipfile import ZipFile

import pytest

from tests.installation.environments import ROOT, Wheel, uv

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def sdist(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The sdist of this source tree."""
    folder = tmp_path_factory.mktemp("sdist")
    uv("build", "--sdist", "--out-dir", folder, ROOT)
    (path,) = folder.glob("*.tar.gz")
    return path


@pytest.fixture(scope="module")
def unpacked(sdist: Path) -> Path:
    """The folder that the sdist unpacks to."""
    with tarfile.open(sdist) as archive:
        archive.extractall(sdist.parent, filter="data")
    (folder,) = (path for path in sdist.parent.iterdir() if path.is_dir())
    return folder


def files(wheel: Path) -> dict[str, bytes]:
    with ZipFile(wheel) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def test_the_wheel_has_every_file_of_the_three_packages(wheel: Wheel) -> None:
    ours = {
        path.relative_to(ROOT).as_posix()
        for package in ("api", "coordinator", "worker")
        for path in (ROOT / package).rglob("*")
        if path.is_file() and "__pycache__" not in path.parts
    }
    assert ours == {name for name in wheel.names if ".dist-info/" not in name}
    for file in (
        "api/py.typed",
        "coordinator/py.typed",
        "worker/py.typed",
        "api/web/index.html",
        "api/web/core/start.js",
        "api/web/vendor/NOTICE",
        "coordinator/catalog/default.yaml",
        "coordinator/geodata/country.mmdb.xz",
        "coordinator/geodata/networks.mmdb.xz",
        "coordinator/geodata/NOTICE",
        "coordinator/geodata/NOTICE.networks",
    ):
        assert file in ours


def test_the_wheel_names_its_licences_and_has_their_texts(wheel: Wheel) -> None:
    texts = {name.partition("/licenses/")[2] for name in wheel.names if "/licenses/" in name}
    vendored = {path.relative_to(ROOT).as_posix() for path in ROOT.glob("*/**/NOTICE*")}
    notices = {
        "api/documents/card/fonts/NOTICE",
        "api/web/vendor/NOTICE",
        "coordinator/geodata/NOTICE",
        "coordinator/geodata/NOTICE.networks",
    }
    assert texts == {"LICENSE", *notices}
    assert {name for name in vendored if name.startswith(("api", "coordinator", "worker"))} < texts


def test_the_sdist_builds_the_same_wheel(wheel: Wheel, unpacked: Path, tmp_path: Path) -> None:
    uv("build", "--wheel", "--out-dir", tmp_path, unpacked)
    (built,) = tmp_path.glob("*.whl")
    assert built.name == wheel.path.name
    assert files(built) == files(wheel.path)


def test_the_sdist_has_every_file_of_the_repository(unpacked: Path) -> None:
    command = ["git", "-C", str(ROOT), "ls-files", "-z"]
    told = subprocess.run(command, capture_output=True, text=True, check=False)
    if told.returncode != 0:
        pytest.skip("this is no clone")
    kept = {name for name in told.stdout.split("\0") if name and (ROOT / name).exists()}
    assert {name for name in kept if not (unpacked / name).exists()} == set()
