"""What is wrong with a configuration, said so that the reader can mend it."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from typing import TypeAlias

KeyPath: TypeAlias = tuple[str | int, ...]
"""Where a value stands in a document: keys of mappings and positions in lists."""


@dataclass(frozen=True, slots=True, order=True)
class Mistake:
    """One mistake: the file, the line and column counted from 1, the key path, and a sentence."""

    file: str
    line: int
    column: int
    path: str
    text: str

    def __str__(self) -> str:
        place = f"{self.file}:{self.line}:{self.column}"
        return f"{place}: {self.path}: {self.text}" if self.path else f"{place}: {self.text}"


class ConfigurationError(ValueError):
    """A configuration cannot be used; `mistakes` lists everything that is wrong with it."""

    code = "configuration"

    def __init__(self, mistakes: Iterable[Mistake]) -> None:
        self.mistakes: Sequence[Mistake] = tuple(sorted(set(mistakes)))
        super().__init__("\n".join(str(mistake) for mistake in self.mistakes))


def dotted(path: KeyPath) -> str:
    """A key path as people write it: `services[0].components[1].id`."""
    text = ""
    for part in path:
        text += f"[{part}]" if isinstance(part, int) else f".{part}" if text else part
    return text


def did_you_mean(word: str, known: Iterable[str]) -> str:
    """The end of a sentence: the nearest known word, or all of them."""
    names = sorted(known)
    near = get_close_matches(word, names, n=1, cutoff=0.6)
    if near:
        return f"did you mean `{near[0]}`?"
    return f"known are {', '.join(names)}" if names else "none are known here"
