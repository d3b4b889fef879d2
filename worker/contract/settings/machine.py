"""What a machine has to have before a process starts on it, and what it says when it lacks that.

Each function gives a sentence that says what to do; an empty one when nothing is wrong.
"""

import errno
import os
import socket
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

EARLIEST_MS: Final = int(datetime(2020, 1, 1, tzinfo=UTC).timestamp() * 1000)
_ABSENT: Final = (errno.EADDRNOTAVAIL, errno.EAFNOSUPPORT)
_NO_PLACE: Final = {
    errno.EROFS: "its disk is read-only",
    errno.EACCES: "this user may not write there",
    errno.EPERM: "this user may not write there",
    errno.ENOSPC: "its disk is full",
    errno.EDQUOT: "this user may take no more of its disk",
    errno.ENOTDIR: "a part of the path is no folder",
    errno.EEXIST: "a part of the path is no folder",
}
_NO_MEMORY: Final = ("can't start new thread", "failed to map segment", "allocate memory")
_SQLITE: Final = {
    "unable to open": "; its user has to be able to write to the file and its folder, on a disk"
    " that is not read-only",
    "readonly": "; its user has to be able to write to the file and its folder, on a disk that is"
    " not read-only",
    "is full": "; make room on its disk",
}


def no_clock(now_ms: int) -> str:
    """What is wrong with a clock that nobody has set. All that is kept is kept by its time."""
    if now_ms >= EARLIEST_MS:
        return ""
    told = datetime.fromtimestamp(now_ms / 1000, UTC)
    return (
        f"the clock of this machine says {told:%Y-%m-%d}; set it (timedatectl set-ntp true) and"
        " start again: what is seen is kept and judged by its time"
    )


def no_place(error: OSError) -> str:
    """Why a disk does not take what was to be written, naming the file or folder."""
    why = _NO_PLACE.get(error.errno or 0)
    return "" if why is None or not error.filename else f"cannot write to {error.filename}: {why}"


def no_ready_file(path: Path | str | None, called: str = "OUTSCOPE_READY_FILE") -> str:
    """Why a file that is to say that all is ready could not be made."""
    if not path:
        return ""
    folder = Path(path).parent
    if folder.is_dir() and os.access(folder, os.W_OK | os.X_OK) and not Path(path).is_dir():
        return ""
    return (
        f"{called} is {path}, which cannot be made; name a file in a folder that is there, and"
        " that this user may write to"
    )


def no_memory(error: BaseException) -> str:
    """What is said of an error that comes of too little memory."""
    lacks = isinstance(error, MemoryError) or (
        isinstance(error, OSError) and error.errno == errno.ENOMEM
    )
    told = isinstance(error, RuntimeError | ImportError) and any(
        words in str(error) for words in _NO_MEMORY
    )
    if not lacks and not told:
        return ""
    return (
        "this process gets too little memory; give it more, such as 512 MB, and look at its limits"
        " (ulimit -v, MemoryMax= of systemd, the limit of its container)"
    )


def no_database(said: str) -> str:
    """What to do, to be added to SQLite's own words."""
    return next((todo for words, todo in _SQLITE.items() if words in said), "")


def no_port(host: str, port: int) -> str:
    """Why nobody can listen on this address now."""
    try:
        family, kind, protocol, _, address = socket.getaddrinfo(
            host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE
        )[0]
        with socket.socket(family, kind, protocol) as listener:
            listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            listener.bind(address)
            listener.listen(1)
    except (OSError, UnicodeError) as error:
        return _why_not(error, host, port)
    return ""


def _why_not(error: OSError | UnicodeError, host: str, port: int) -> str:
    why = (getattr(error, "strerror", None) or str(error)).lower()
    told = f"Nobody can listen on {host} port {port} ({why}). "
    if host.startswith("["):
        return f"{told}Write the address without brackets: --host {host.strip('[]')}."
    if isinstance(error, socket.gaierror | UnicodeError):
        return f"{told}Give an address of this machine, such as --host 127.0.0.1."
    if error.errno in _ABSENT:
        ipv6 = "It has no IPv6, or not this address of it" if ":" in host else "It has no such one"
        plain = "0.0.0.0" if host == "::" else "127.0.0.1"
        return f"{told}{ipv6}; give an address of this machine, such as --host {plain}."
    if error.errno == errno.EACCES:
        return f"{told}Ports below 1024 are for root; choose another one: --port 8000."
    return (
        f"{told}Stop the program that uses it, or choose another port:"
        f" --port {min(port + 1, 65535)}."
    )
