"""Renew what the page has from elsewhere: `make web` (needs npm and node, as nothing else here).

Takes the versions named below from the npm registry, checks that each licence is one we may pass
on, and writes `api/web/vendor` (served with the page) and `tests/api/web/vendor` (tests only).
"""

import json
import re
import shutil
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final

ROOT: Final = Path(__file__).parents[2]
PAGE: Final = ROOT / "api" / "web" / "vendor"
FONTS: Final = ROOT / "api" / "documents" / "card" / "fonts"
TESTS: Final = ROOT / "tests" / "api" / "web" / "vendor"
VERSIONS: Final = {
    "preact": "11.2.0",
    "htm": "3.1.1",
    "world-atlas": "2.0.2",
    "d3-geo": "3.1.2",
    "topojson-client": "3.1.0",
    "axe-core": "4.14.1",
    "dejavu-fonts-ttf": "2.37.3",
}
SERVED: Final = {
    "preact.js": "preact/dist/preact.mjs",
    "hooks.js": "preact/hooks/dist/hooks.mjs",
    "htm.js": "htm/dist/htm.mjs",
}
DRAWN_WITH: Final = ("DejaVuSans.ttf", "DejaVuSans-Bold.ttf")
"""The fonts of pictures that the server draws."""
FREE: Final = {"dejavu-fonts-ttf": "Bitstream Vera, Arev, public domain"}
"""What says in its LICENSE alone that we may pass it on."""
LICENCES: Final = {"MIT", "ISC", "Apache-2.0", "MPL-2.0"}


def main() -> int:
    """Fetch, check and write."""
    with TemporaryDirectory() as folder:
        place = Path(folder)
        named = [f"{name}@{version}" for name, version in VERSIONS.items()]
        install = ["npm", "install", "--silent", "--no-save", "--ignore-scripts", *named]
        subprocess.run(install, cwd=place, check=True)  # noqa: S603 - the list above
        modules = place / "node_modules"
        shutil.copy(Path(__file__).with_name("world.mjs"), place / "world.mjs")
        world = subprocess.run(
            ["node", "world.mjs"],  # noqa: S607
            cwd=place,
            check=True,
            capture_output=True,
            text=True,
        ).stdout
        for folder_of_ours in (PAGE, TESTS, FONTS):
            folder_of_ours.mkdir(parents=True, exist_ok=True)
        for name, path in SERVED.items():
            (PAGE / name).write_text(_served((modules / path).read_text()))
        (PAGE / "world.js").write_text(world)
        (PAGE / "NOTICE").write_text(_notice(modules, ("preact", "htm", "world-atlas")))
        for name in DRAWN_WITH:
            shutil.copy(modules / "dejavu-fonts-ttf" / "ttf" / name, FONTS / name)
        (FONTS / "NOTICE").write_text(_notice(modules, ("dejavu-fonts-ttf",)))
        shutil.copy(modules / "axe-core" / "axe.min.js", TESTS / "axe.min.js")
        (TESTS / "NOTICE").write_text(_notice(modules, ("axe-core",)))
    return 0


def _served(text: str) -> str:
    """A module that a browser finds beside the others, without the address of a map that we do not
    have.
    """
    text = re.sub(r"\n?//# sourceMappingURL=.*\s*$", "\n", text)
    return re.sub(r'from"preact"', 'from"./preact.js"', text)


def _notice(modules: Path, names: tuple[str, ...]) -> str:
    return "\n\n".join(_licence(modules / name) for name in names) + "\n"


def _licence(package: Path) -> str:
    told: Mapping[str, str] = json.loads((package / "package.json").read_text())
    licence = FREE.get(told["name"], told["license"])
    if licence == told["license"] and licence not in LICENCES:
        sys.exit(f"{told['name']} {told['version']} is licensed as {told['license']}: look at it")
    text = (package / "LICENSE").read_text().strip()
    return f"{told['name']} {told['version']} ({licence})\n{'=' * 60}\n{text}"


if __name__ == "__main__":
    sys.exit(main())
