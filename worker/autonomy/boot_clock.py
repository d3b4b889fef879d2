"""The coordinator's time over a restart: what is known of it against the monotonic clock, which
goes on for as long as the machine runs. So a worker that starts while it hears nobody, on a machine
whose clock is wrong, looks in the right slots all the same.
"""

import json
import logging
from contextlib import suppress
from pathlib import Path
from typing import Final

from worker.reference_clock import ReferenceClock

FILE: Final = "clock.json"
EVERY_S: Final = 60.0
_BOOT_ID: Final = Path("/proc/sys/kernel/random/boot_id")

log = logging.getLogger(f"outscope.{__name__}")


class BootClock:
    """Keeps what a reference clock knows in a folder, for this start of the machine."""

    def __init__(self, folder: Path, reference: ReferenceClock, boot_id: Path = _BOOT_ID) -> None:
        self._path = folder / FILE
        self._reference = reference
        self._saved_s = float("-inf")
        self._boot = ""
        with suppress(OSError):
            self._boot = boot_id.read_text().strip()

    def load(self) -> None:
        """Let the reference clock know what an earlier start of the worker knew."""
        try:
            told = json.loads(self._path.read_text())
            boot, behind_ms = told["boot"], float(told["behind_ms"])
        except (OSError, ValueError, LookupError, TypeError):
            return
        if self._boot and boot == self._boot:
            self._reference.remember(behind_ms)

    def save_when_due(self, at_s: float) -> None:
        """Write it down now and then, when it is known."""
        behind_ms = self._reference.behind_ms()
        if not self._boot or behind_ms is None or at_s - self._saved_s < EVERY_S:
            return
        self._saved_s = at_s
        draft = self._path.with_suffix(".tmp")
        try:
            draft.write_text(json.dumps({"boot": self._boot, "behind_ms": behind_ms}))
            draft.rename(self._path)
        except OSError as error:
            log.debug("clock_not_kept error=%s", error)
