"""What the last exports gave out."""

from collections import OrderedDict
from dataclasses import asdict
from typing import Any, Final
from uuid import uuid4

REMEMBERED: Final = 1_000
"""Summaries of so many exports are kept, by the process that made them, while it runs."""


class Summaries:
    """Of the last exports, by id."""

    def __init__(self) -> None:
        self._kept: OrderedDict[str, tuple[Any, str]] = OrderedDict()

    def keep(self, export: Any, bound_to: str) -> str:
        """Remember an export that begins, and what its cursor begins with, which says of what it
        is; its id.
        """
        identifier = uuid4().hex
        self._kept[identifier] = (export, bound_to)
        while len(self._kept) > REMEMBERED:
            self._kept.popitem(last=False)
        return identifier

    def of(self, identifier: str) -> dict[str, Any] | None:
        """What was given out so far."""
        if identifier not in self._kept:
            return None
        export, bound_to = self._kept[identifier]
        told = asdict(export.summary)
        return {
            "id": identifier,
            "dataset": export.dataset.name,
            "schema": export.dataset.version,
            "format": export.format.name,
            "compression": export.compression,
            "columns": list(export.wanted.columns),
            **told,
            "cursor": None if told["cursor"] is None else bound_to + told["cursor"],
        }
