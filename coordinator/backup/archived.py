"""The archive that belongs to a store, as a backup sees it: files that are written once and never
changed.
"""

import os
import shutil
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from coordinator.backup.manifest import ARCHIVE

_ATTEMPTS: Final = 3


@dataclass(frozen=True, slots=True)
class ArchiveFolder:
    """Where the archive lies, and whether its files go into the backup. `told` is its place without
    secrets.

    `folder` is None for an archive that lies in no folder of this machine.
    """

    told: str
    folder: Path | None
    included: bool = False

    def files(self) -> Mapping[str, Path]:
        """The files of the archive by their name in a backup, sorted; none that is still being
        made.
        """
        if self.folder is None or not self.folder.is_dir():
            return {}
        found = sorted(path for path in self.folder.rglob("*") if path.is_file())
        parts = {path.relative_to(self.folder).as_posix(): path for path in found}
        return {
            f"{ARCHIVE}{name}": path for name, path in parts.items() if not name.startswith(".")
        }

    def held(self, folder: Path) -> Mapping[str, Path]:
        """The files under second names below `folder`: they stay while they are packed, also when
        the archive moves on.

        FileNotFoundError when files vanish every time that they are listed.
        """
        for attempt in range(_ATTEMPTS):
            files = self.files()
            try:
                return {
                    name: _second_name(path, folder / str(attempt) / name)
                    for name, path in files.items()
                }
            except FileNotFoundError:
                if attempt + 1 == _ATTEMPTS:
                    raise
        return {}


def _second_name(path: Path, name: Path) -> Path:
    name.parent.mkdir(parents=True, exist_ok=True)
    try:
        os.link(path, name)
    except FileNotFoundError:
        raise
    except OSError:  # another file system, or one without links
        shutil.copyfile(path, name)
    return name
