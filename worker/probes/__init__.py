"""The check kinds: one file each, found by looking, listed nowhere.

A kind is a module of this package with a `KIND`. It may import `worker.contract` and its neighbours here.
"""

from collections.abc import Mapping
from importlib import import_module
from pkgutil import iter_modules
from types import MappingProxyType
from typing import Any

from worker.contract.kind import Kind


def _found() -> Mapping[str, Kind[Any]]:
    modules = (import_module(f"{__name__}.{module.name}") for module in iter_modules(__path__))
    kinds = sorted((module.KIND for module in modules if hasattr(module, "KIND")), key=lambda kind: str(kind.name))
    return MappingProxyType({kind.name: kind for kind in kinds})


KINDS: Mapping[str, Kind[Any]] = _found()
"""Every kind by its name, in alphabetical order."""
