"""Whether every file of the archive is the one that was archived; and putting those right that are
not.
"""

import shutil
from dataclasses import dataclass, field
from pathlib import Path

from coordinator.archive.manifest import Manifest, Part
from coordinator.archive.part_file import digest, open_part
from coordinator.archive.place import Place
from coordinator.archive.reading.sweep import UNREADABLE, why_unreadable


@dataclass(slots=True)
class Found:
    """What reading all of it came to."""

    files: int = 0
    damaged: dict[str, str] = field(default_factory=dict)
    """By name, and what is wrong."""
    restored: list[str] = field(default_factory=list)


def verify(place: Place, copy: Path | None = None) -> Found:
    """Read every part and compare it with its entry. A damaged one is taken from `copy` when that
    has it whole.
    """
    manifest, found = Manifest(place), Found()
    parts, broken = manifest.parts(), manifest.broken
    if copy is not None and broken:
        _restore_entries(place, copy, broken)
        parts = manifest.parts()
    found.files = len(parts) + len(manifest.broken)
    found.damaged = dict.fromkeys(manifest.broken, "the entry of the manifest cannot be read")
    found.restored = [name for name in broken if name not in found.damaged]
    for part in parts:
        wrong = _wrong(place, part)
        if wrong and copy is not None and _restored(place, copy, part):
            found.restored.append(part.file)
        elif wrong:
            found.damaged[part.file] = wrong
    return found


def _wrong(place: Place, part: Part) -> str:
    """What is wrong with a part; nothing when it is whole."""
    try:
        with place.open(part.file) as source:
            if digest(source) != (part.sha256, part.bytes):
                return "its bytes are not those that were archived: the checksum differs"
        with place.open(part.file) as source, open_part(source) as file:
            if file.metadata.num_rows != part.rows:
                return f"it has {file.metadata.num_rows} rows instead of {part.rows}"
    except UNREADABLE as error:
        return why_unreadable(error)
    return ""


def _restored(place: Place, copy: Path, part: Part) -> bool:
    source = copy / part.file
    if not source.is_file():
        return False
    with source.open("rb") as file:
        if digest(file) != (part.sha256, part.bytes):
            return False
    _put(place, source, part.file)
    return True


def _restore_entries(place: Place, copy: Path, names: list[str]) -> None:
    for name in names:
        if (copy / name).is_file():
            _put(place, copy / name, name)


def _put(place: Place, source: Path, name: str) -> None:
    with place.workshop() as folder:
        made = folder / source.name
        shutil.copyfile(source, made)
        place.put(name, made)
