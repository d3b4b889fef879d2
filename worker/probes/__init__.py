"""The check kinds: one file each, found by looking, listed nowhere.

A kind is a module of this package with a `KIND`, named as the kind is. It may import `worker.contract` and its
neighbours here. A kind is loaded when it is first asked for: a worker holds only those that it looks with.
"""

import re
from collections.abc import Iterator, Mapping
from importlib import import_module
from pathlib import Path
from pkgutil import ModuleInfo, iter_modules
from typing import Any, Final

from worker.contract.kind import Kind

_HOLDS_KIND: Final = re.compile(r"^(?:KIND\b.*=|from \S+ import .*\bKIND\b)", re.M)


class _Kinds(Mapping[str, Kind[Any]]):
    """Every kind by its name, in alphabetical order."""

    def __init__(self) -> None:
        self._names = tuple(sorted(module.name for module in iter_modules(__path__) if _holds_kind(module)))
        self._loaded: dict[str, Kind[Any]] = {}

    def __getitem__(self, name: str) -> Kind[Any]:
        if name not in self._loaded:
            if name not in self._names:
                raise KeyError(name)
            self._loaded[name] = import_module(f"{__name__}.{name}").KIND
        return self._loaded[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._names)

    def __len__(self) -> int:
        return len(self._names)


def _holds_kind(module: ModuleInfo) -> bool:
    """Whether a module here is a kind, told by its text, because running it would load what it needs."""
    path = Path(__path__[0]) / module.name
    source = path / "__init__.py" if module.ispkg else path.with_suffix(".py")
    return _HOLDS_KIND.search(source.read_text(encoding="utf-8")) is not None


KINDS: Mapping[str, Kind[Any]] = _Kinds()
"""Every kind by its name, in alphabetical order."""
