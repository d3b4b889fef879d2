"""A small disk of its own: a file with a file system, that can be full, and slow."""

import os
import shutil
import subprocess
from contextlib import suppress
from pathlib import Path
from typing import Final

_THROTTLE: Final = Path("/sys/fs/cgroup/blkio/blkio.throttle.write_bps_device")
_FILLER: Final = "filler"
_PIECE: Final = 1 << 20


def possible() -> bool:
    """Whether this machine lets us mount one."""
    tools = all(shutil.which(tool) for tool in ("mkfs.ext4", "losetup", "mount"))
    return os.getuid() == 0 and tools and Path("/dev/loop-control").exists()


def can_be_slow() -> bool:
    """Whether the kernel holds a disk back for us (control groups, version 1)."""
    return possible() and _THROTTLE.exists()


class Disk:
    """Mounted at `path` while it is entered."""

    def __init__(self, folder: Path, megabytes: int) -> None:
        self._image, self.path, self._megabytes = folder / "image", folder / "disk", megabytes

    def __enter__(self) -> "Disk":
        self.path.mkdir(parents=True)
        with self._image.open("wb") as image:
            image.truncate(self._megabytes << 20)
        subprocess.run(["mkfs.ext4", "-q", "-F", "-m", "0", str(self._image)], check=True)
        subprocess.run(["mount", "-o", "loop", str(self._image), str(self.path)], check=True)
        return self

    def __exit__(self, *_: object) -> None:
        self.fast()
        subprocess.run(["umount", "--lazy", str(self.path)], check=True)

    def fill(self) -> None:
        """Not a byte is left."""
        with (self.path / _FILLER).open("wb", buffering=0) as filler:
            size = _PIECE
            while size:
                try:
                    os.posix_fallocate(filler.fileno(), filler.seek(0, os.SEEK_END), size)
                except OSError:
                    size //= 2

    def free(self) -> None:
        """There is room again."""
        (self.path / _FILLER).unlink(missing_ok=True)

    def slow(self, bytes_a_second: int) -> None:
        """It takes no more than that."""
        _THROTTLE.write_text(f"{self._number()} {bytes_a_second}")

    def fast(self) -> None:
        """As fast as it is."""
        with suppress(OSError, IndexError):
            _THROTTLE.write_text(f"{self._number()} 0")

    def _number(self) -> str:
        command = ["losetup", "--noheadings", "--output", "MAJ:MIN", "--associated"]
        told = subprocess.run([*command, str(self._image)], check=True, capture_output=True)
        return told.stdout.decode().split()[0]
