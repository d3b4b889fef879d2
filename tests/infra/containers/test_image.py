"""The image is built from the Dockerfile, by Buildah and without a daemon, and its programs run in
it. Its base is made by debootstrap where `python:3.13-slim` would be fetched.
"""

import os
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.infra.containers.composed import FOLDER

pytestmark = [
    pytest.mark.slow,
    pytest.mark.image,
    pytest.mark.skipif(os.getuid() != 0, reason="needs root"),
    pytest.mark.skipif(shutil.which("buildah") is None, reason="no buildah"),
    pytest.mark.skipif(shutil.which("debootstrap") is None, reason="no debootstrap"),
]
ROOT = Path(__file__).resolve().parents[3]
BASE = "localhost/outscope-base"
LONGEST_S = 1800
OF_THE_MACHINE = ("/etc/ssl/certs", "/etc/pip.conf", "/opt/pypi", "/opt/pypi-more", "/opt/wheels")
"""Where this machine's pip finds packages; laid into the build for as long as it takes."""


class Buildah:
    """Its images are below a folder of the test's own."""

    def __init__(self, folder: Path) -> None:
        self._own = ["--root", str(folder / "root"), "--runroot", str(folder / "run")]

    def run(self, *arguments: object) -> subprocess.CompletedProcess[str]:
        """Run a command of it."""
        return subprocess.run(
            ["buildah", *self._own, "--storage-driver", "vfs", *map(str, arguments)],
            env={**os.environ, "BUILDAH_ISOLATION": "chroot"},
            capture_output=True,
            text=True,
            timeout=LONGEST_S,
            check=False,
            cwd=ROOT,
        )

    def do(self, *arguments: object) -> str:
        """As `run`, and it has to succeed; what it said."""
        done = self.run(*arguments)
        assert done.returncode == 0, f"{arguments}\n{done.stdout[-4000:]}\n{done.stderr[-4000:]}"
        return done.stdout.strip()


class Image:
    """A container of the image, with a user who has nothing."""

    def __init__(self, buildah: Buildah, container: str) -> None:
        self._buildah = buildah
        self._container = container

    def run(self, *command: str, **environment: str) -> subprocess.CompletedProcess[str]:
        """Run a program in it."""
        told = [f"--env={name}={value}" for name, value in environment.items()]
        return self._buildah.run("run", *told, self._container, "--", *command)


@pytest.fixture(scope="module")
def image(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Image]:
    """The image of the product, built."""
    folder = tmp_path_factory.mktemp("image")
    buildah = Buildah(folder)
    base(buildah)
    mounts = [f"--volume={path}:{path}:ro" for path in OF_THE_MACHINE if Path(path).exists()]
    buildah.do(
        *("bud", "--isolation", "chroot", "--network", "host", "--layers=false", "--format=docker"),
        *(f"--build-arg=PYTHON_IMAGE={BASE}", *mounts, "--target=outscope", "-t", "outscope:test"),
        *("-f", FOLDER / "Dockerfile", "--ignorefile", FOLDER / "Dockerfile.dockerignore", "."),
    )
    yield Image(buildah, buildah.do("from", "outscope:test"))
    buildah.run("rm", "--all")
    shutil.rmtree(folder, ignore_errors=True)


def base(buildah: Buildah) -> None:
    """Debian with Python, in the place of the image that a registry would give."""
    container = buildah.do("from", "scratch")
    mounted = buildah.do("mount", container)
    parts = "--include=python3,python3-venv,ca-certificates"
    made = subprocess.run(
        ["debootstrap", "--variant=minbase", parts, "bookworm", mounted],
        capture_output=True,
        text=True,
        timeout=LONGEST_S,
        check=False,
    )
    if made.returncode:
        pytest.skip(f"debootstrap cannot make a base here: {made.stdout[-300:]}")
    buildah.do("umount", container)
    buildah.do("commit", "-q", "--rm", container, BASE)


def test_its_programs_run_and_say_what_they_need(image: Image) -> None:
    assert image.run("outscope", "--version").stdout.startswith("outscope ")
    assert image.run("outscope-worker", "--version").stdout.startswith("outscope-worker ")
    coordinator = image.run("outscope", "coordinator")
    assert coordinator.returncode == 2
    assert "OUTSCOPE_BROKER is missing" in coordinator.stderr
    wrong = image.run("outscope", "api", OUTSCOPE_DATABASE="mysql://u:secret@h/d")
    assert wrong.returncode != 0
    assert "secret" not in wrong.stderr
    health = image.run("python", "-m", "worker.contract.health")
    assert health.returncode == 1
    assert "does not answer" in health.stderr


def test_it_runs_as_somebody_who_may_write_its_own_folder_and_nothing_else(image: Image) -> None:
    assert image.run("id", "-u").stdout.split() == ["10001"]
    writes = "touch {} && rm {}"
    assert image.run("sh", "-c", writes.format(*["/var/lib/outscope/x"] * 2)).returncode == 0
    for path in ("/opt/outscope/x", "/etc/x", "/usr/bin/x", "/x"):
        assert image.run("sh", "-c", writes.format(path, path)).returncode != 0, path


def test_what_prepare_needs_is_in_it(image: Image) -> None:
    assert image.run("openssl", "version").returncode == 0
    acl = image.run("outscope", "broker", "acl", "--joining", "--passwords", "/tmp/p")
    assert "user coordinator" in acl.stdout


def test_it_holds_the_product_and_no_rest_of_the_clone(image: Image) -> None:
    assert image.run("ls", "/src").returncode != 0
    listed = "import importlib.util as u; print([u.find_spec(n) is not None for n in {}])"
    found = image.run("python", "-c", listed.format(["api", "coordinator", "worker", "tests"]))
    assert found.stdout.strip() == "[True, True, True, False]"
