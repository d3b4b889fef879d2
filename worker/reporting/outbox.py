"""Reports on disk until the coordinator's receipt: nothing that was seen is lost while the broker
is away.

One file a report, written under another name and renamed, so that a file is whole or absent; one
that may wait for long is packed. Names sort in the order of making. Files are not forced to the
disk platter: a killed process loses nothing, a power cut may lose the last seconds.
"""

import fcntl
import logging
import os
import zlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from threading import Lock
from typing import Final, NamedTuple

LIMIT_BYTES: Final = 256 * 1024 * 1024
"""Disk that waiting reports may take; about two days of 100 looks a minute, or four hours of 100
looks a second.
"""
MEMORY_LIMIT_BYTES: Final = 8 * 1024 * 1024
"""Memory that reports may take when the disk takes no more."""
BLOCK_BYTES: Final = 4096
"""What the smallest file takes of a disk; counted, so that many small reports cannot overrun the
limit.
"""
PLAIN: Final = ".json"
PACKED: Final = ".z"

log = logging.getLogger(f"outscope.{__name__}")


class Key(NamedTuple):
    """Which report: the boot of the worker that made it, and its number there. Keys sort in the
    order of making.
    """

    boot: str
    seq: int


class StateTakenError(RuntimeError):
    """Another process holds this worker's state folder."""


@dataclass(frozen=True, slots=True)
class _Entry:
    size: int
    kept: bytes | None = None
    """The report itself, when the disk would not take it."""
    packed: bool = False


@contextmanager
def held(folder: Path) -> Iterator[None]:
    """Hold the folder for this process alone, until the block or the process ends; StateTakenError
    when it is taken.
    """
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / "lock").open("a") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            raise StateTakenError(str(folder)) from error
        yield


class Outbox:
    """The reports that wait for a receipt, oldest first. Safe to use from several threads."""

    def __init__(
        self,
        folder: Path,
        *,
        limit_bytes: int = LIMIT_BYTES,
        memory_limit_bytes: int = MEMORY_LIMIT_BYTES,
        losing: Callable[[bytes], None] = lambda _body: None,
    ) -> None:
        self.folder = folder
        self._limit = limit_bytes
        self._memory_limit = memory_limit_bytes
        self._losing = losing
        self._entries: dict[Key, _Entry] = {}
        self._disk = 0
        self._memory = 0
        self._lock = Lock()
        self.dropped = 0
        """Reports given up since the start, because there was no room."""
        self.fault = ""
        """Why the disk takes no reports now; empty when it does."""
        folder.mkdir(parents=True, exist_ok=True)
        self._recover()

    def __len__(self) -> int:
        return len(self._entries)

    def keys(self, *, packed: bool | None = None) -> list[Key]:
        """The reports that wait, oldest first: all, or those that are packed or are not."""
        with self._lock:
            entries = list(self._entries.items())
        return [key for key, entry in entries if packed in (None, entry.packed)]

    def add(self, key: Key, body: bytes, *, packed: bool = False) -> None:
        """Keep a report. On disk, or in memory while the disk refuses; beyond the limits the oldest
        are dropped, which `losing` is told of.
        """
        told = zlib.compress(body) if packed else body
        is_written = self._written(key, told, packed)
        entry = _Entry(len(told), kept=None if is_written else body, packed=packed)
        with self._lock:
            self._take_in(key, entry)
            excess = self._excess()
        if excess:
            for gone, lost in excess:
                self._lose(gone, lost)
            self.dropped += len(excess)
            log.warning("outbox_full dropped=%d waiting=%d", len(excess), len(self))
            self._unlink([(gone, lost.packed) for gone, lost in excess])

    def _lose(self, key: Key, entry: _Entry) -> None:
        with suppress(OSError, zlib.error):
            self._losing(self._body(key, entry))

    def _body(self, key: Key, entry: _Entry) -> bytes:
        if entry.kept is not None:
            return entry.kept
        told = self._path(key, entry.packed).read_bytes()
        return zlib.decompress(told) if entry.packed else told

    def read(self, key: Key) -> bytes | None:
        """The report, or None when it is gone: receipted or dropped meanwhile, or lost by the
        disk.
        """
        entry = self._entries.get(key)
        if entry is None:
            return None
        try:
            return self._body(key, entry)
        except (OSError, zlib.error) as error:
            if self._forget([key]):
                self.dropped += 1
                name = self._path(key, entry.packed).name
                log.error("outbox_unreadable report=%s error=%s", name, error)  # noqa: TRY400 - the disk's fault
            return None

    def remove(self, keys: list[Key]) -> None:
        """Forget reports that were receipted; unknown ones are ignored, because receipts may
        repeat.
        """
        self._unlink(self._forget(keys))

    def _forget(self, keys: list[Key]) -> list[tuple[Key, bool]]:
        """Those that were there, and whether each was packed."""
        with self._lock:
            found = [(key, self._take_out(key)) for key in keys]
        return [(key, entry.packed) for key, entry in found if entry is not None]

    def _take_in(self, key: Key, entry: _Entry) -> None:
        self._entries[key] = entry
        self._count(entry, 1)

    def _take_out(self, key: Key) -> _Entry | None:
        entry = self._entries.pop(key, None)
        if entry is not None:
            self._count(entry, -1)
        return entry

    def _count(self, entry: _Entry, sign: int) -> None:
        if entry.kept is None:
            self._disk += sign * -(-entry.size // BLOCK_BYTES) * BLOCK_BYTES
        else:
            self._memory += sign * entry.size

    def _excess(self) -> list[tuple[Key, _Entry]]:
        """Take the oldest out until both limits hold; the newest stays whatever its size."""
        gone: list[tuple[Key, _Entry]] = []
        for key, entry in list(self._entries.items())[:-1] if self._over() else ():
            if not self._over():
                break
            if self._disk > self._limit or entry.kept is not None:
                self._take_out(key)
                gone.append((key, entry))
        return gone

    def _over(self) -> bool:
        return self._disk > self._limit or self._memory > self._memory_limit

    def _written(self, key: Key, body: bytes, packed: bool) -> bool:
        path = self._path(key, packed)
        unfinished = path.with_suffix(".tmp")
        try:
            unfinished.write_bytes(body)
            unfinished.rename(path)
        except OSError as error:
            if not self.fault:
                log.error("outbox_disk_refuses error=%s; reports stay in memory", error)  # noqa: TRY400 - no traceback for a full disk
            self.fault = f"the state folder takes no more: {error.strerror or error}"
            with suppress(OSError):
                unfinished.unlink(missing_ok=True)
            return False
        if self.fault:
            log.info("outbox_disk_takes_again")
            self.fault = ""
        return True

    def _unlink(self, gone: list[tuple[Key, bool]]) -> None:
        for path in (self._path(key, packed) for key, packed in gone):
            try:
                path.unlink(missing_ok=True)
            except OSError as error:  # sent once more at the next start, which is harmless
                log.warning("outbox_unlink_failed report=%s error=%s", path.name, error)

    def _path(self, key: Key, packed: bool) -> Path:
        return self.folder / f"{key.boot}-{key.seq:010d}{PACKED if packed else PLAIN}"

    def _recover(self) -> None:
        """Find what an earlier process left. A file that is no report is set aside for people to
        look at.
        """
        for entry in sorted(os.scandir(self.folder), key=lambda found: found.name):
            path = Path(entry.path)
            if path.suffix == ".tmp":
                path.unlink()
            elif path.suffix in (PLAIN, PACKED):
                key, packed = _key(path), path.suffix == PACKED
                if key is None or not (packed or _whole(path)):
                    self._set_aside(path)
                else:
                    self._take_in(key, _Entry(entry.stat().st_size, packed=packed))
        if self._entries:
            log.info("outbox_found reports=%d", len(self._entries))

    def _set_aside(self, path: Path) -> None:
        path.rename(path.with_suffix(".corrupt"))
        self.dropped += 1
        log.warning("outbox_corrupt file=%s kept_as=.corrupt", path.name)


def _key(path: Path) -> Key | None:
    boot, _, seq = path.stem.rpartition("-")
    return Key(boot, int(seq)) if boot and seq.isdecimal() else None


def _whole(path: Path) -> bool:
    """Whether the file ends as a report does; a power cut leaves empty or torn files."""
    with path.open("rb") as file:
        head = file.read(1)
        file.seek(-min(1, path.stat().st_size), os.SEEK_END)
        return head == b"{" and file.read(1) == b"}"
