"""The pieces of CommonMark that the documents are made of. What others said is text: nothing in it
is markup.
"""

import json
import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Final

MEDIA_TYPE: Final = "text/markdown"
_MARKUP: Final = re.compile(r"([\\`*_{}\[\]<>#|~!])")
_BREAKS: Final = re.compile(r"[\s\x00-\x1f\x7f\x85\u2028\u2029]+")


def plain(value: object) -> str:
    """Text on one line, of which no character is taken for markup (CommonMark 0.31, 2.4)."""
    return _MARKUP.sub(r"\\\1", _BREAKS.sub(" ", str(value)).strip())


def front_matter(facts: Mapping[str, Any]) -> str:
    """What programs read first: YAML, each value as JSON, which YAML 1.2 contains."""
    lines = (f"{key}: {json.dumps(value, ensure_ascii=False)}" for key, value in facts.items())
    return "\n".join(("---", *lines, "---"))


def title(text: object) -> str:
    """The one heading."""
    return f"# {plain(text)}"


def section(text: str) -> str:
    """A heading below it."""
    return f"## {text}"


def link(text: object, path: str) -> str:
    """A link to what lies below this API."""
    return f"[{plain(text)}]({path})"


def bullets(lines: Iterable[str]) -> str:
    """A list; empty without lines."""
    return "\n".join(f"- {line}" for line in lines)


def table(head: Sequence[str], rows: Iterable[Sequence[object]]) -> str:
    """A table (GitHub Flavored Markdown, 4.10); empty without rows."""
    lines = [f"| {' | '.join(map(_cell, row))} |" for row in rows]
    rule = f"|{'|'.join(' --- ' for _ in head)}|"
    return "\n".join((f"| {' | '.join(head)} |", rule, *lines)) if lines else ""


def _cell(value: object) -> str:
    return value if isinstance(value, Marked) else plain("" if value is None else value)


class Marked(str):
    """Text that is Markdown already."""

    __slots__ = ()


def interval(after: object, by: object) -> str:
    """When something happened, as far as it is known: (after, by]."""
    if after is None and by is None:
        return "not known"
    if after is None:
        return f"by {by}"
    return f"after {after}" if by is None else f"between {after} and {by}"


def words(items: Iterable[object], nothing: str = "none") -> str:
    """Some names in a row."""
    return ", ".join(map(plain, items)) or nothing


def percent(share: float) -> str:
    """A probability for people."""
    return f"{100 * share:.0f} %"


def whole(*pieces: str) -> bytes:
    """The document of its pieces; those that are empty are left out."""
    return ("\n\n".join(filter(None, pieces)) + "\n").encode()
