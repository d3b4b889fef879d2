"""Backup and restore of the embedded store: one compressed file that says what it holds and proves
it.

May import runtime, store and worker.contract.
"""

from coordinator.backup.archived import ArchiveFolder
from coordinator.backup.manifest import BackupError, Manifest
from coordinator.backup.packing import verify
from coordinator.backup.restore import Restored, restore
from coordinator.backup.take import take_backup

__all__ = [
    "ArchiveFolder",
    "BackupError",
    "Manifest",
    "Restored",
    "restore",
    "take_backup",
    "verify",
]
