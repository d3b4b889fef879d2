"""The file of a backup: a tar archive in zstd, which `tar --zstd` opens too. The manifest is its
first member.
"""

import os
import tarfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from hashlib import file_digest, sha256
from io import BytesIO
from pathlib import Path, PurePosixPath
from typing import IO, Final

from backports import zstd

from coordinator.backup.manifest import NAME, BackupError, File, Manifest, from_json

CHUNK: Final = 1 << 20
_LARGEST_MANIFEST: Final = 256 << 20
_DAMAGE: Final = (tarfile.TarError, zstd.ZstdError, EOFError)
_OPTIONS: Final[dict[int, int]] = {
    zstd.CompressionParameter.compression_level: 3,
    zstd.CompressionParameter.checksum_flag: 1,
}


def described(name: str, path: Path) -> File:
    """A file as the manifest tells it."""
    with path.open("rb") as file:
        digest = file_digest(file, "sha256")
        return File(name, file.tell(), digest.hexdigest())


def pack(target: Path, manifest: Manifest, sources: Mapping[str, Path], at_s: float) -> None:
    """Write the backup, for its owner only, and have it on disk when this returns."""
    with open(target, "xb", opener=_private) as raw:
        with (
            zstd.ZstdFile(raw, "w", options=_OPTIONS) as packed,
            tarfile.open(fileobj=packed, mode="w|") as tar,
        ):
            text = manifest.to_json()
            tar.addfile(_member(NAME, len(text), at_s), BytesIO(text))
            for file in manifest.files:
                with sources[file.name].open("rb") as content:
                    tar.addfile(_member(file.name, file.bytes, at_s), content)
        raw.flush()
        os.fsync(raw.fileno())


def verify(path: Path) -> Manifest:
    """Read the whole backup and compare it with its manifest, which is returned; BackupError says
    what is wrong.
    """
    with _members(path) as (manifest, members):
        for _file, content in members:
            while content.read(CHUNK):
                pass
    return manifest


def read_manifest(path: Path) -> Manifest:
    """What a backup says of itself; the rest is not read yet. BackupError when it is none."""
    with _members(path) as (manifest, _):
        return manifest


def unpack(path: Path, folder: Path) -> Manifest:
    """Verify the backup and write its members below an empty folder, for their owner only."""
    with _members(path) as (manifest, members):
        for file, content in members:
            made = folder / file.name
            made.parent.mkdir(parents=True, exist_ok=True)
            with open(made, "xb", opener=_private) as out:
                while chunk := content.read(CHUNK):
                    out.write(chunk)
    return manifest


class _Measured:
    """A member that is hashed while it is read."""

    def __init__(self, content: IO[bytes]) -> None:
        self._content = content
        self._digest = sha256()
        self._size = 0

    def read(self, size: int) -> bytes:
        chunk = self._content.read(size)
        self._digest.update(chunk)
        self._size += len(chunk)
        return chunk

    def require(self, file: File) -> None:
        if (self._size, self._digest.hexdigest()) != (file.bytes, file.sha256):
            raise BackupError(f"{file.name} in it is not what its manifest says")


@contextmanager
def _members(path: Path) -> Iterator[tuple[Manifest, Iterator[tuple[File, _Measured]]]]:
    """The manifest of a backup, and its members in order; each has to be read before the next is
    asked for.
    """
    try:
        with (
            path.open("rb") as raw,
            zstd.ZstdFile(raw, "r") as packed,
            tarfile.open(fileobj=packed, mode="r|") as tar,
        ):
            manifest = _manifest(tar)
            yield manifest, _listed(tar, manifest.files, packed)
    except BackupError as error:
        raise BackupError(f"{path} cannot be used: {error}") from error
    except _DAMAGE as error:
        raise BackupError(
            f"{path} cannot be used: it is damaged, cut off, or no backup ({error})"
        ) from error


def _manifest(tar: tarfile.TarFile) -> Manifest:
    first = tar.next()
    content = tar.extractfile(first) if first is not None and first.isreg() else None
    if first is None or content is None or first.name != NAME or first.size > _LARGEST_MANIFEST:
        raise BackupError("it is no backup of Outscope")
    return from_json(content.read())


def _listed(
    tar: tarfile.TarFile, files: Sequence[File], packed: zstd.ZstdFile
) -> Iterator[tuple[File, _Measured]]:
    for file in files:
        if PurePosixPath(file.name).is_absolute() or ".." in PurePosixPath(file.name).parts:
            raise BackupError(f"its manifest names {file.name!r}, which lies outside of it")
        member = tar.next()
        content = tar.extractfile(member) if member is not None and member.isreg() else None
        if member is None or content is None or member.name != file.name:
            raise BackupError(f"{file.name} is missing in it")
        measured = _Measured(content)
        yield file, measured
        measured.require(file)
    if tar.next() is not None:
        raise BackupError("it holds more than its manifest says")
    while packed.read(CHUNK):  # to the very end, where the checksum of the packed stream is
        pass


def _member(name: str, size: int, at_s: float) -> tarfile.TarInfo:
    member = tarfile.TarInfo(name)
    member.size, member.mode, member.mtime = size, 0o600, int(at_s)
    return member


def _private(path: str, flags: int) -> int:
    return os.open(path, flags, 0o600)
