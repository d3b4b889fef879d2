"""Whether every file of the archive is the one that was archived; and putting those right that are not."""

import shutil
from dataclasses import dataclass, field
from pathlib import Path

from coordinator.archive.manifest import Manifest, Part
from coordinator.archive.part_file import digest, open_part
from coordinator.archive.place import Place
from coordinator.archive.sweep import UNREADABLE


@dataclass(slots=True)
class Found:
    """What reading all of it came to."""

    files: int = 0
    damaged: dict[str, str] = field(default_factory=dict)
    """By name, and what is wrong."""
    restored: list[str] = field(default_factory=list)


def verify(place: Place, copy: Path | None = None) -> Found:
    """Read every part and compare it with its entry. A damaged one is taken from `copy` when that has it whole."""
    manifest, found = Manifest(place), Found()
    parts = manifest.parts()
    found.files = len(parts) + len(manifest.broken)
    for name in manifest.broken:
        if not _entry_restored(place, copy, name):
            found.damaged[name] = "the entry of the manifest cannot be read"
        else:
            found.restored.append(name)
    for part in manifest.parts() if found.restored else parts:
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
        return str(error).splitlines()[0]
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


def _entry_restored(place: Place, copy: Path | None, name: str) -> bool:
    if copy is None or not (copy / name).is_file():
        return False
    _put(place, copy / name, name)
    return True


def _put(place: Place, source: Path, name: str) -> None:
    with place.workshop() as folder:
        made = folder / source.name
        shutil.copyfile(source, made)
        place.put(name, made)
