"""The check kinds: one file or one folder each, and nothing else lies here; listed nowhere.

A kind is a module of this package with a `KIND`, named as the kind is; it is loaded when it is
first asked for. May import http, look, names, network, parameters, tls, worker.contract and
worker.targets.
"""

from collections.abc import Iterator, Mapping
from importlib import import_module
from pkgutil import iter_modules
from typing import Any

from worker.contract.kind import Kind


class _Kinds(Mapping[str, Kind[Any]]):
    """Every kind by its name, in alphabetical order."""

    def __init__(self) -> None:
        self._names = tuple(sorted(module.name for module in iter_modules(__path__)))
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


KINDS: Mapping[str, Kind[Any]] = _Kinds()
"""Every kind by its name, in alphabetical order."""
