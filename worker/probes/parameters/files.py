"""Files of the worker that a check may name: certificates below one folder that the operator chose.

A check is data, so it may name a file of that folder and no other; what a file holds goes to the
TLS handshake and never into a result.
"""

from pathlib import Path
from typing import Final

SETTING: Final = "OUTSCOPE_CERTIFICATES_DIR"


class FileError(ValueError):
    """A file that this worker does not have or must not read; the sentence says what to do."""


def held(name: str, folder: Path | None) -> Path:
    """The file of that name below the operator's folder; FileError when there is none, or it lies
    elsewhere.
    """
    if folder is None:
        raise FileError(f"the check names the file {name}, and {SETTING} is not set on this worker")
    root = folder.resolve()
    path = (root / name).resolve()  # follows links, so that none leads out of the folder
    if not path.is_relative_to(root):
        raise FileError(f"the file {name} is not below {SETTING}")
    if not path.is_file():
        raise FileError(f"there is no file {name} below {SETTING} on this worker")
    return path


def plain_name(value: str) -> str:
    """The name, when it can be meant; ValueError for one that leads out of any folder."""
    path = Path(value)
    if not value or path.is_absolute() or ".." in path.parts or "\0" in value:
        raise ValueError(
            f"{value!r} must be a path below the worker's {SETTING}, such as clients/api.pem"
        )
    return value
