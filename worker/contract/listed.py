"""A folder that lists itself: each module in it is one thing, by its name, and is named nowhere
else.
"""

from collections.abc import Iterable, Iterator, Mapping
from importlib import import_module
from pkgutil import iter_modules
from typing import TypeVar

T = TypeVar("T")


class Listed(Mapping[str, T]):
    """What the modules (or folders) of a package define under one name, such as `KIND`, in
    alphabetical order. The names are known at once; a module is loaded when it is first asked for.
    """

    def __init__(self, package: str, folders: Iterable[str], defines: str) -> None:
        self._package, self._defines = package, defines
        self._names = tuple(sorted(module.name for module in iter_modules(folders)))
        self._loaded: dict[str, T] = {}

    def __getitem__(self, name: str) -> T:
        if name not in self._loaded:
            if name not in self._names:
                raise KeyError(name)
            module = import_module(f"{self._package}.{name}")
            self._loaded[name] = getattr(module, self._defines)
        return self._loaded[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._names)

    def __len__(self) -> int:
        return len(self._names)
