"""Whether this tree can be released: `make release-check`. `release.py set 0.2.0` writes a version
everywhere that one stands, and closes the changelog's open section with it.
"""

import argparse
import datetime as dt
import hashlib
import os
import re
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Final

ROOT: Final = Path(__file__).resolve().parents[2]
PYTHONS: Final = ("3.11", "3.12", "3.13")
PLACES: Final = {
    "pyproject.toml": r'^(version = ")([^"]+)(")$',
    "infra/containers/Dockerfile": r'(image\.version="|outscope(?:-worker)?:)([0-9][\w.]*)("?)',
    "infra/containers/compose.yaml": r"(OUTSCOPE_VERSION:-)([^}]+)(})",
    "infra/containers/compose.region.yaml": r"(OUTSCOPE_VERSION:-)([^}]+)(})",
    "infra/helm/outscope/Chart.yaml": r"^((?:app)?[vV]ersion: )([0-9]\S*)()$",
    **{
        f"infra/terraform/{part}/variables.tf": r'(outscope\[worker\]==)([^"]+)(")'
        for part in ("worker", "aws", "google", "azure")
    },
}
"""Where a version stands besides the code, and how it is written there."""
VERSION: Final = re.compile(r"[0-9]+\.[0-9]+\.[0-9]+((a|b|rc)[0-9]+)?")
_OPEN: Final = "## Unreleased"
_SECTION: Final = re.compile(r"^## (\S+)(?: - (\S+))?$", re.MULTILINE)


class NotReadyError(Exception):
    """It cannot be released; the sentence says why and what to do."""


def versions(root: Path) -> dict[str, set[str]]:
    """The versions that stand in each place."""
    return {
        name: {
            found[2]
            for found in re.finditer(pattern, (root / name).read_text("utf-8"), re.MULTILINE)
        }
        for name, pattern in PLACES.items()
    }


def check_versions(root: Path) -> str:
    """The version, when it is the same everywhere."""
    (version,) = versions(root)["pyproject.toml"]
    for name, found in versions(root).items():
        if found != {version}:
            told = ", ".join(sorted(found)) or "no version"
            raise NotReadyError(
                f"{name} says {told} and pyproject.toml {version};"
                f" run: python infra/dev/release.py set {version}"
            )
    return version


def check_changelog(text: str, version: str) -> None:
    """NotReadyError unless the version has a section with a date and entries, and none is open."""
    sections = list(_SECTION.finditer(text))
    bodies = {
        found[1]: (found[2], text[found.end() : following.start() if following else None])
        for found, following in zip(sections, [*sections[1:], None], strict=True)
    }
    if "\n- " in bodies.get("Unreleased", ("", ""))[1]:
        raise NotReadyError(
            f"CHANGELOG.md has entries that no version holds, and {version} is the version;"
            " run: python infra/dev/release.py set NEXT_VERSION"
        )
    date, body = bodies.get(version, (None, ""))
    if date is None or "\n- " not in body:
        raise NotReadyError(f"CHANGELOG.md has no section '## {version} - DATE' with entries")


def set_version(root: Path, version: str, today: str) -> None:
    """Write a version everywhere, and give the changelog's open entries to it."""
    if not VERSION.fullmatch(version):
        raise NotReadyError(f"{version[:40]!r} is no version; write one such as 0.2.0")
    for name, pattern in PLACES.items():
        path = root / name
        text = path.read_text("utf-8")
        path.write_text(re.sub(pattern, rf"\g<1>{version}\g<3>", text, flags=re.MULTILINE), "utf-8")
    changelog = root / "CHANGELOG.md"
    text = changelog.read_text("utf-8")
    if f"\n## {version} " not in text:
        changelog.write_text(
            text.replace(f"{_OPEN}\n", f"{_OPEN}\n\n## {version} - {today}\n", 1), "utf-8"
        )


def build(root: Path, into: Path) -> dict[str, str]:
    """Wheel and sdist, and the hash of each."""
    epoch = run(["git", "log", "-1", "--format=%ct"], root).strip() or "1772000000"
    command = [sys.executable, "-m", "uv", "--quiet", "build", "--out-dir", str(into), str(root)]
    run(command, root, SOURCE_DATE_EPOCH=epoch)
    made = sorted(path for path in into.iterdir() if path.suffix in (".whl", ".gz"))
    return {path.name: hashlib.sha256(path.read_bytes()).hexdigest() for path in made}


def check_builds(root: Path, folder: Path) -> dict[str, str]:
    """Build twice; NotReadyError when the two differ."""
    first, second = build(root, folder / "1"), build(root, folder / "2")
    if first != second or len(first) != 2:
        raise NotReadyError(f"two builds of the same tree differ: {first} and {second}")
    return first


def installed(wheel: Path, folder: Path) -> Iterator[str]:
    """Install the wheel with each Python of this machine, and have it tell its version; a line for
    each.
    """
    uv = [sys.executable, "-m", "uv", "--quiet"]
    for python in PYTHONS:
        found = subprocess.run(  # noqa: S603
            [*uv, "python", "find", "--no-python-downloads", python],
            capture_output=True,
            text=True,
            check=False,
        )
        if found.returncode:
            yield f"Python {python}: not on this machine, so not tried"
            continue
        place = folder / python
        run([*uv, "venv", "--python", found.stdout.strip(), str(place)], folder)
        locked = ["--require-hashes", "-r", str(ROOT / "requirements" / "run.txt")]
        program = str(place / "bin" / "python")
        run([*uv, "pip", "install", "--python", program, *locked], folder)
        run([*uv, "pip", "install", "--python", program, "--no-deps", str(wheel)], folder)
        told = run([str(place / "bin" / "outscope"), "--version"], folder).strip()
        yield f"Python {python}: {told}"


def run(command: Sequence[str], where: Path, **environment: str) -> str:
    """What a program says; NotReadyError when it fails."""
    kept = {name: text for name, text in os.environ.items() if name != "PYTHONPATH"}
    done = subprocess.run(  # noqa: S603
        command,
        capture_output=True,
        text=True,
        check=False,
        cwd=where,
        env={**kept, **environment},
    )
    if done.returncode:
        raise NotReadyError(f"{' '.join(command[:6])} failed: {done.stderr.strip()[-1500:]}")
    return done.stdout


def check(root: Path) -> Iterator[str]:
    """A line for each thing that is well; NotReadyError at the first that is not."""
    version = check_versions(root)
    yield f"version {version}, in {len(PLACES)} places alike"
    check_changelog((root / "CHANGELOG.md").read_text("utf-8"), version)
    yield f"the changelog closes with {version}"
    with tempfile.TemporaryDirectory(prefix="outscope-release-") as made:
        folder = Path(made)
        for name, digest in check_builds(root, folder).items():
            yield f"{name} is the same twice: sha256 {digest}"
        (wheel,) = (folder / "1").glob("*.whl")
        if f"-{version}-" not in wheel.name:
            raise NotReadyError(f"the wheel is called {wheel.name}, and the version is {version}")
        yield from installed(wheel, folder)


def main() -> int:
    """Check, or set a version."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--root", type=Path, default=ROOT, help="the tree; default: this one")
    told = parser.add_subparsers(dest="what", required=True)
    told.add_parser("check")
    told.add_parser("set").add_argument("version")
    given = parser.parse_args()
    try:
        if given.what == "set":
            set_version(given.root, given.version, dt.datetime.now(dt.UTC).date().isoformat())
            return 0
        for line in check(given.root):
            print(line, flush=True)
    except NotReadyError as error:
        print(f"not ready: {error}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
