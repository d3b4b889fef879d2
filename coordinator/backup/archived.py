"""The archive that belongs to a store, as a backup sees it: files that are written once and never changed."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from coordinator.backup.manifest import ARCHIVE


@dataclass(frozen=True, slots=True)
class ArchiveFolder:
    """Where the archive lies, and whether its files go into the backup. `told` is its place without secrets.

    `folder` is None for an archive that lies in no folder of this machine.
    """

    told: str
    folder: Path | None
    included: bool = False

    def files(self) -> Mapping[str, Path]:
        """The files of the archive by their name in a backup, sorted; none that is still being made."""
        if self.folder is None or not self.folder.is_dir():
            return {}
        found = sorted(path for path in self.folder.rglob("*") if path.is_file())
        parts = {path.relative_to(self.folder).as_posix(): path for path in found}
        return {f"{ARCHIVE}{name}": path for name, path in parts.items() if not name.startswith(".")}
