"""The manifest: the first member of a backup, from which everything else in it is checked."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any, Final

import orjson

FORMAT: Final = "outscope-backup"
FORMAT_VERSION: Final = 1
NAME: Final = "manifest.json"
DATABASE: Final = "outscope.db"
CONFIGURATION: Final = "configuration.json"
ARCHIVE: Final = "archive/"
"""Members below it are files of the archive."""


class BackupError(Exception):
    """A backup cannot be made, read or restored; the sentence says why and what to do."""


@dataclass(frozen=True, slots=True)
class File:
    """A member of the backup, and how to tell that it is whole."""

    name: str
    bytes: int
    sha256: str


@dataclass(frozen=True, slots=True)
class Manifest:
    """What a backup holds. `migrations` are those of its schema, `rows` is by table, times are RFC
    3339.

    `archive` names the place of the archive that belongs to the store, without secrets, and None
    when there is none. Its files are in the backup when members below `archive/` are listed; else
    they stay where they are.
    """

    outscope: str
    taken_at: str
    newest_result: str | None
    configuration_version: int
    migrations: tuple[str, ...]
    rows: Mapping[str, int]
    files: tuple[File, ...]
    archive: str | None = None
    archive_files: int = 0

    def to_json(self) -> bytes:
        """The manifest as a readable JSON document."""
        told = {"format": FORMAT, "format_version": FORMAT_VERSION, **asdict(self)}
        return orjson.dumps(told, option=orjson.OPT_INDENT_2) + b"\n"

    @property
    def with_archive(self) -> bool:
        """Whether the archive's files are in the backup."""
        return any(file.name.startswith(ARCHIVE) for file in self.files)


def from_json(text: bytes) -> Manifest:
    """The manifest that a document tells; BackupError when it is none, or of a newer format."""
    try:
        told: dict[str, Any] = orjson.loads(text)
        if told["format"] != FORMAT:
            raise BackupError("it is no backup of Outscope")
        if told["format_version"] > FORMAT_VERSION:
            raise BackupError(
                f"it was made by a newer Outscope ({told['outscope']}); restore it with that"
                " version"
            )
        return Manifest(
            outscope=str(told["outscope"]),
            taken_at=str(told["taken_at"]),
            newest_result=told["newest_result"],
            configuration_version=int(told["configuration_version"]),
            migrations=tuple(told["migrations"]),
            rows={str(table): int(number) for table, number in told["rows"].items()},
            files=tuple(
                File(file["name"], file["bytes"], file["sha256"]) for file in told["files"]
            ),
            archive=told["archive"],
            archive_files=int(told["archive_files"]),
        )
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise BackupError(f"its manifest is damaged ({error!r})") from error
