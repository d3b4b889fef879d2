"""From the events of a YAML parser to plain values, in bounded depth and size.

A stack of its own: neither deep nesting nor an alias bomb can exhaust anything. Only `true` and
`false` are booleans, so that Norway's `NO` stays a country.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final

import yaml

from coordinator.configuration.reading.mistake import KeyPath, Mistake, dotted

MAX_DEPTH: Final = 40
MAX_VALUES: Final = 500_000
_INTEGER = re.compile(r"[-+]?[0-9]+\Z")
_FLOAT = re.compile(r"[-+]?([0-9]+\.[0-9]*|\.[0-9]+|[0-9]+(?=[eE]))([eE][-+]?[0-9]+)?\Z")
_WORDS: Final[Mapping[str, Any]] = {"": None, "~": None, "null": None, "true": True, "false": False}


@dataclass(slots=True)
class _Frame:
    """A mapping or list that is still being read."""

    value: Any
    path: KeyPath
    anchor: str | None
    place: tuple[int, int]
    weight: int = 1
    key: str | None = None
    merges: list[Any] = field(default_factory=list)


class Builder:
    """Turns parser events into plain values, and remembers where each stands."""

    def __init__(self, name: str) -> None:
        self.value: Any = None
        self.places: dict[KeyPath, tuple[int, int]] = {}
        self.mistakes: list[Mistake] = []
        self._name = name
        self._stack: list[_Frame] = []
        self._anchors: dict[str, tuple[Any, int]] = {}
        self.full = False
        """Nothing more is read: what came is too much or too strange."""
        self._documents = 0

    def take(self, event: Any) -> None:
        """The next event of the parser."""
        place = (event.start_mark.line + 1, event.start_mark.column + 1)
        match event:
            case yaml.ScalarEvent():
                self._scalar(event, place)
            case yaml.AliasEvent():
                self._alias(event, place)
            case yaml.MappingStartEvent():
                self._open({}, event, place)
            case yaml.SequenceStartEvent():
                self._open([], event, place)
            case yaml.MappingEndEvent() | yaml.SequenceEndEvent():
                self._close()
            case yaml.DocumentStartEvent():
                self._documents += 1
                if self._documents > 1:
                    self._stop(place, "holds a second document (`---`); write one document a file")

    def _wrong(self, path: KeyPath, place: tuple[int, int], text: str) -> None:
        self.mistakes.append(Mistake(self._name, *place, dotted(path), text))

    def _stop(self, place: tuple[int, int], text: str) -> None:
        self._wrong((), place, text)
        self.full = True

    def _expects_key(self) -> bool:
        return (
            bool(self._stack)
            and isinstance(self._stack[-1].value, dict)
            and self._stack[-1].key is None
        )

    def _scalar(self, event: Any, place: tuple[int, int]) -> None:
        if self._expects_key():
            self._key(event.value, place)
            return
        value = event.value if event.tag == "tag:yaml.org,2002:str" else _plain(event)
        if event.tag not in (None, "!", "tag:yaml.org,2002:str"):
            self._wrong(
                self._path(), place, f"has the tag {event.tag}; tags are not used here, remove it"
            )
        self._put(value, 1, place, event.anchor)

    def _key(self, key: str, place: tuple[int, int]) -> None:
        frame = self._stack[-1]
        path = (*frame.path, key)
        if key in frame.value:
            first = self.places.get(path, place)[0]
            self._wrong(
                path, place, f"is written twice in one mapping (first on line {first}); keep one"
            )
        elif key != "<<":
            self.places[path] = place
        frame.key = key

    def _path(self) -> KeyPath:
        if not self._stack:
            return ()
        frame = self._stack[-1]
        return (*frame.path, len(frame.value) if isinstance(frame.value, list) else frame.key or "")

    def _alias(self, event: Any, place: tuple[int, int]) -> None:
        if event.anchor not in self._anchors:
            self._stop(
                place, f"`*{event.anchor}` refers to an anchor that is not complete above it"
            )
        elif self._expects_key():
            self._stop(place, "an alias cannot be a key; write the key out")
        else:
            self._put(*self._anchors[event.anchor], place, None)

    def _open(self, value: Any, event: Any, place: tuple[int, int]) -> None:
        if self._expects_key():
            self._stop(place, "a key must be a word, not a list or a mapping")
        elif len(self._stack) >= MAX_DEPTH:
            self._stop(
                place, f"is nested deeper than {MAX_DEPTH} levels; no configuration needs that"
            )
        else:
            self._stack.append(_Frame(value, self._path(), event.anchor, place))

    def _close(self) -> None:
        frame = self._stack.pop()
        for merged in frame.merges:
            for key, value in merged.items():
                frame.value.setdefault(key, value)
        self._put(frame.value, frame.weight, frame.place, frame.anchor)

    def _put(self, value: Any, weight: int, place: tuple[int, int], anchor: str | None) -> None:
        if anchor is not None:
            self._anchors[anchor] = (value, weight)
        if not self._stack:
            self.value = value
            return
        frame = self._stack[-1]
        frame.weight += weight
        if frame.weight > MAX_VALUES:
            self._stop(place, f"stands for more than {MAX_VALUES} values; aliases multiply them")
        elif isinstance(frame.value, list):
            self.places.setdefault((*frame.path, len(frame.value)), place)
            frame.value.append(value)
        else:
            self._entry(frame, value, place)

    def _entry(self, frame: _Frame, value: Any, place: tuple[int, int]) -> None:
        key, frame.key = frame.key or "", None
        if key != "<<":
            frame.value.setdefault(key, value)
            return
        merges = value if isinstance(value, list) else [value]
        if all(isinstance(merged, dict) for merged in merges):
            frame.merges.extend(merges)
        else:
            self._wrong((*frame.path, key), place, "`<<` merges mappings only")


def _plain(event: Any) -> Any:
    text: str = event.value
    if not event.implicit[0]:
        return text
    if text in _WORDS:
        return _WORDS[text]
    if _INTEGER.match(text) and len(text) < 40:
        return int(text)
    return float(text) if _FLOAT.match(text) else text
