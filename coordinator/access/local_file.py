"""The token of this machine: a file in the data folder that nobody but its owner reads."""

import os
from pathlib import Path
from stat import S_IMODE
from typing import Final

FILE: Final = "api-token"
_OTHERS: Final = 0o077


def read(folder: Path) -> str | None:
    """The token; None when there is none, or when others could have read it."""
    path = folder / FILE
    try:
        told = path.stat()
        if S_IMODE(told.st_mode) & _OTHERS:
            return None
        return path.read_text(encoding="ascii").strip() or None
    except (OSError, UnicodeDecodeError):
        return None


def write(folder: Path, token: str) -> None:
    """Keep the token, whole or not at all."""
    draft = folder / f".{FILE}.new"
    draft.unlink(missing_ok=True)
    with os.fdopen(os.open(draft, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600), "w") as file:
        file.write(f"{token}\n")
    draft.replace(folder / FILE)
