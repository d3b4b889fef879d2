"""Where the archive lies: a folder, or an S3-compatible store, through Arrow's file systems."""

import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from hashlib import file_digest
from pathlib import Path, PurePosixPath
from typing import Any, Final
from urllib.parse import urlsplit

from coordinator.runtime.durable import flush
from coordinator.store.database import StoreError, connection_name, sqlite_path
from worker.contract.settings.address import AddressError, address, echoed, has_login, shown

OFF: Final = "off"
_FORMS: Final = "write a folder, s3://bucket/folder, or off"


class PlaceError(Exception):
    """The archive's place cannot be used; the sentence says why and what to do."""


def archive_url(told: str | None, database: str) -> str | None:
    """Where the archive is: as told; else beside a SQLite database, and nowhere for PostgreSQL
    (None).
    """
    if told:
        return None if told == OFF else told
    try:
        return (
            str(sqlite_path(database).with_name("archive"))
            if connection_name(database) == "sqlite"
            else None
        )
    except StoreError:
        return None


def same_place(one: str, other: str) -> bool:
    """Whether two URLs differ in nothing but credentials and options."""
    first, second = urlsplit(one), urlsplit(other)
    return (first.scheme, first.hostname, first.path) == (
        second.scheme,
        second.hostname,
        second.path,
    )


class Place:
    """Files by name below one root. What is put is whole or not there, and on disk when `put`
    returns.
    """

    def __init__(self, files: Any, root: str, told: str) -> None:
        self._files = files
        self.root = root
        self.told = told
        """The place in words, without secrets."""
        self._local = Path(root) if files is None or files.type_name == "local" else None
        self._right: set[tuple[str, str, int, int]] = set()

    @property
    def files(self) -> Any:
        """Arrow's file system; that of this machine is loaded when it is asked for."""
        if self._files is None:
            from pyarrow.fs import LocalFileSystem

            self._files = LocalFileSystem()
        return self._files

    def path(self, name: str) -> str:
        """The full path of a name, as the file system takes it."""
        return f"{self.root}/{name}"

    def put(self, name: str, made: Path) -> None:
        """Move a finished file here, over one of the same name."""
        if self._local is None:
            self._upload(name, made)
            made.unlink()
            return
        target = self._local / name
        target.parent.mkdir(parents=True, exist_ok=True)
        flush(made)
        made.replace(target)
        flush(target.parent)

    def put_bytes(self, name: str, data: bytes) -> None:
        """As `put`, from memory."""
        with self.workshop() as folder:
            made = folder / PurePosixPath(name).name
            made.write_bytes(data)
            self.put(name, made)

    @contextmanager
    def workshop(self) -> Iterator[Path]:
        """A folder for files that are being made, from which they can be moved here."""
        if self._local is not None:
            self._local.mkdir(parents=True, exist_ok=True)
        folder = Path(tempfile.mkdtemp(prefix=".making-", dir=self._local))
        try:
            yield folder
        finally:
            shutil.rmtree(folder, ignore_errors=True)

    def tidy(self) -> None:
        """Remove what somebody who was interrupted left half made."""
        for left in self._local.glob(".making-*") if self._local is not None else ():
            shutil.rmtree(left, ignore_errors=True)

    def open(self, name: str) -> Any:
        """A file for reading anywhere in it; OSError when it is not there."""
        return self.files.open_input_file(self.path(name))

    def read(self, name: str) -> bytes:
        """All of a small file."""
        with self.open(name) as file:
            data: bytes = file.read()
        return data

    def unlike(self, name: str, sha256: str) -> bool:
        """Whether a file in a folder is not the one with this sum; it is read for that once, unless
        it changes.

        One in S3 is taken for the right one: it would have to be fetched whole, and its pages have
        sums of their own.
        """
        if self._local is None:
            return False
        told = (self._local / name).stat()
        seen = (name, sha256, told.st_mtime_ns, told.st_size)
        if seen not in self._right:
            with (self._local / name).open("rb") as file:
                if file_digest(file, "sha256").hexdigest() != sha256:
                    return True
            self._right.add(seen)
        return False

    def delete(self, name: str) -> None:
        """Delete a file; nothing happens when there is none."""
        try:
            self.files.delete_file(self.path(name))
        except FileNotFoundError:
            return

    def names(self, below: str) -> list[str]:
        """The names of all files below a folder, sorted; none when it is not there."""
        from pyarrow.fs import FileSelector, FileType

        found = self.files.get_file_info(
            FileSelector(self.path(below), allow_not_found=True, recursive=True)
        )
        return sorted(
            entry.path[len(self.root) + 1 :] for entry in found if entry.type == FileType.File
        )

    def _upload(self, name: str, made: Path) -> None:
        with made.open("rb") as source, self.files.open_output_stream(self.path(name)) as target:
            shutil.copyfileobj(source, target, 1 << 20)


def open_place(url: str) -> Place:
    """The place that a folder's path or an `s3://` URL names; PlaceError says what is wrong with
    it.

    Keys for S3 are read as Amazon's own tools do: from AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY,
    or their files.
    """
    if "://" not in url:
        return Place(None, str(Path(url).expanduser().absolute()), url)
    from pyarrow import ArrowException
    from pyarrow.fs import FileSystem

    try:
        if not url.startswith("file://"):
            address(url, ("s3",))
        files, root = FileSystem.from_uri(url)
    except AddressError as error:
        hint = f"; {error}" if has_login(url) else ""
        raise PlaceError(
            f"OUTSCOPE_ARCHIVE {echoed(url)} is not understood; {_FORMS}{hint}"
        ) from None
    except (ArrowException, ValueError, OSError) as error:
        said = "" if has_login(url) else f": {error}"  # whose words may repeat the URL
        raise PlaceError(
            f"OUTSCOPE_ARCHIVE {shown(url)!r} cannot be used{said}; {_FORMS}"
        ) from None
    return Place(files, root.rstrip("/"), shown(url))
