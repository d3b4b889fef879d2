"""Files that are either whole or not there, and that outlive a power cut."""

import errno
import os
import stat
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import IO, Final

_NO_SECOND_NAMES: Final = frozenset(
    {errno.EPERM, errno.EOPNOTSUPP, errno.ENOTSUP, errno.ENOSYS, errno.EMLINK}
)
"""What a file system answers that knows no hard links."""
_PARTIAL: Final = ".part"


def flush(path: Path) -> None:
    """Have what was written to a file, or the names in a folder (after renaming in it), on disk."""
    number = os.open(path, os.O_RDONLY)
    try:
        os.fsync(number)
    finally:
        os.close(number)


def put(made: Path, target: Path, *, overwrite: bool) -> None:
    """Give a finished file its name, for good; both on one file system.

    Without `overwrite` FileExistsError when there is one of that name by now, however recently; it
    stays as it is.
    """
    flush(made)
    if overwrite:
        made.replace(target)
    else:
        _put_new(made, target)
    with suppress(PermissionError):  # a folder that may be written to, and not read
        flush(target.parent)


def _put_new(made: Path, target: Path) -> None:
    try:
        os.link(made, target)
    except OSError as error:
        if error.errno not in _NO_SECOND_NAMES:
            raise
        if os.path.lexists(target):
            raise FileExistsError(errno.EEXIST, os.strerror(errno.EEXIST), str(target)) from None
        made.rename(target)
    else:
        made.unlink()


@contextmanager
def writing(target: Path, *, overwrite: bool, mode: int | None = None) -> Iterator[IO[bytes]]:
    """Write a file beside its place, to where it is put when all of it is on disk.

    When that fails, nothing is left beside, and what has the name already stays as it is. A file
    that is replaced hands its permissions on; a new one gets the usual ones, or `mode`.
    """
    number, name = tempfile.mkstemp(_PARTIAL, ".", target.parent)
    partial = Path(name)
    try:
        with os.fdopen(number, "wb") as file:
            os.fchmod(number, _mode(target) if mode is None else mode)
            yield file
        put(partial, target, overwrite=overwrite)
    finally:
        partial.unlink(missing_ok=True)


def _mode(target: Path) -> int:
    with suppress(OSError):
        return stat.S_IMODE(target.stat().st_mode)
    usual = os.umask(0o077)
    os.umask(usual)
    return 0o666 & ~usual
