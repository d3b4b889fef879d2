"""Reads one YAML file into plain values, and remembers the line of each, so that a mistake can name
it.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import yaml

from coordinator.configuration.reading.builder import Builder
from coordinator.configuration.reading.mistake import ConfigurationError, KeyPath, Mistake, dotted

MAX_BYTES: Final = 4_000_000
_Loader: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


@dataclass(frozen=True, slots=True)
class Source:
    """One file as plain values, with the (line, column) of each key and list item."""

    name: str
    value: Any
    places: Mapping[KeyPath, tuple[int, int]]

    def mistake(self, path: KeyPath, text: str) -> Mistake:
        """A mistake at `path`, on the line of its nearest ancestor that the file really holds."""
        known = path
        while known and known not in self.places:
            known = known[:-1]
        line, column = self.places.get(known, (1, 1))
        return Mistake(self.name, line, column, dotted(path), text)


def read(path: Path, name: str | None = None) -> Source:
    """The file at `path`, shown to people as `name`; ConfigurationError when it cannot be read as
    YAML.
    """
    shown = name or str(path)
    try:
        data = path.read_bytes()
        text = data.decode("utf-8-sig")
    except OSError as error:
        raise _cannot(
            shown, 1, 1, f"cannot be read: {(error.strerror or str(error)).lower()}"
        ) from error
    except UnicodeDecodeError as error:
        line = data[: error.start].count(b"\n") + 1
        raise _cannot(shown, line, 1, "is not UTF-8 text; save the file as UTF-8") from error
    if len(data) > MAX_BYTES:
        raise _cannot(
            shown, 1, 1, f"is larger than {MAX_BYTES // 1_000_000} MB; split it with `include`"
        )
    return parse(text, shown)


def parse(text: str, name: str) -> Source:
    """YAML text as a Source; ConfigurationError with the line when it is not YAML."""
    builder = Builder(name)
    try:
        for event in yaml.parse(text, Loader=_Loader):
            builder.take(event)
            if builder.full:
                break
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        line, column = (mark.line + 1, mark.column + 1) if mark else (1, 1)
        raise _cannot(name, line, column, _explain(text, line, error)) from error
    except yaml.YAMLError as error:
        raise _cannot(name, 1, 1, f"is not YAML: {str(error).splitlines()[0]}") from error
    if builder.mistakes:
        raise ConfigurationError(builder.mistakes)
    return Source(name, builder.value, builder.places)


def _cannot(name: str, line: int, column: int, text: str) -> ConfigurationError:
    return ConfigurationError([Mistake(name, line, column, "", text)])


def _explain(text: str, line: int, error: yaml.MarkedYAMLError) -> str:
    lines = text.splitlines()
    near = lines[line - 1 : line] + lines[max(0, line - 2) : line - 1]
    if any("\t" in part[: len(part) - len(part.lstrip())] for part in near):
        return "a tab cannot indent YAML; use spaces"
    problem = error.problem or "cannot be understood"
    return f"is not YAML: {problem}" + (f" ({error.context})" if error.context else "")


def walk(value: Any, path: KeyPath = ()) -> Iterator[tuple[KeyPath, Any]]:
    """Every scalar in a plain value with its path."""
    if isinstance(value, dict):
        for key, inner in value.items():
            yield from walk(inner, (*path, key))
    elif isinstance(value, list):
        for index, inner in enumerate(value):
            yield from walk(inner, (*path, index))
    else:
        yield path, value


def entries(source: Source, key: str) -> Iterator[tuple[KeyPath, dict[str, Any]]]:
    """Every entry of a list of a file with its path, however wrong the rest is."""
    if isinstance(source.value, dict):
        yield from entries_in(source.value, (), key)


def entries_in(
    value: Mapping[str, Any], path: KeyPath, key: str
) -> Iterator[tuple[KeyPath, dict[str, Any]]]:
    """Every mapping of a list below `path`, with its own path."""
    found = value.get(key)
    for index, entry in enumerate(found if isinstance(found, list) else []):
        if isinstance(entry, dict):
            yield (*path, key, index), entry
