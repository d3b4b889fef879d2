"""A run in parts: what one leaves behind is kept in a folder, and the next goes on from there,
today or tomorrow.
"""

import pickle
import shutil
from pathlib import Path
from typing import Final

from tests.simulation.running import Carried, begun
from tests.simulation.size import Size

_NAME: Final = "run.pickle"


class AnotherRunError(ValueError):
    """What is kept there is of a run with another seed or size."""


class Kept:
    """A folder with what is left of the parts until now. It is trusted as code is."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def carried(self, seed: int, size: Size) -> Carried:
        """What goes over into the next part."""
        try:
            found = pickle.loads((self._folder / _NAME).read_bytes())
        except FileNotFoundError:
            return begun(seed, size)
        assert isinstance(found, Carried)
        if (found.seed, found.size) != (seed, size):
            told = f"--seed {found.seed} {found.size.told()}"
            raise AnotherRunError(f"{self._folder} is of {told}; choose another folder for this")
        return found

    def lay_out(self, carried: Carried, folder: Path) -> None:
        """Put the disks as they were."""
        disks = self._disks(carried)
        if carried.part:
            shutil.copytree(disks, folder, dirs_exist_ok=True)

    def save(self, carried: Carried, folder: Path) -> None:
        """Keep what is on the disks, and then what goes over; no later end leaves half of it."""
        disks = self._disks(carried)
        shutil.rmtree(disks, ignore_errors=True)
        # no process of the next part has the database open, so it finds its log and no more
        shutil.copytree(folder, disks, ignore=shutil.ignore_patterns("*.db-shm"))
        draft = self._folder / f"{_NAME}.new"
        draft.write_bytes(pickle.dumps(carried))
        draft.replace(self._folder / _NAME)
        for other in self._folder.glob("disks-*"):
            if other != disks:
                shutil.rmtree(other, ignore_errors=True)

    def _disks(self, carried: Carried) -> Path:
        return self._folder / f"disks-{carried.part}"
