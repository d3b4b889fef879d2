"""Text from outside (targets, workers, files), shown so that it can do nothing to a terminal.

A worker's `detail` may hold anything: ESC sequences that rewrite the screen, marks that turn the
direction of writing, line ends that look like lines of ours. They are shown as escapes instead.
"""

import re
import sys
from collections.abc import Iterable
from typing import Any, Final

import typer
from rich.console import Console, ConsoleOptions, RenderableType
from rich.segment import Segment
from rich.text import Text

_CONTROLS: Final = (
    "\x00-\x1f\x7f-\x9f"  # C0, DEL, C1
    "\u00ad\u061c\u180e\u200b\u200e\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb"
    "\U000e0000-\U000e007f\ud800-\udfff"
)
"""What is not seen, or moves what is; joiners, which some scripts need, are let be."""
_ANY: Final = re.compile(f"[{_CONTROLS}]")
_BUT_LINE_ENDS: Final = re.compile(f"(?!\n)[{_CONTROLS}]")
_NAMED: Final = {"\n": "\\n", "\r": "\\r", "\t": "\\t"}


def tolerate(stream: Any) -> None:
    """Have a stream show as escapes what its encoding does not have: a name that the terminal
    cannot write is no reason to fail.
    """
    if hasattr(stream, "reconfigure"):
        stream.reconfigure(errors="backslashreplace")


def shown(value: object) -> str:
    """A value as one line that only shows; nothing for None."""
    return "" if value is None else _ANY.sub(_escaped, str(value))


def say(sentence: object, *, err: bool = False) -> None:
    """Print a sentence with text from outside in it; its own line ends stay."""
    tolerate(sys.stdout)
    typer.echo(_BUT_LINE_ENDS.sub(_escaped, str(sentence)), err=err)  # noqa: TID251 - the one place


def json_shown(document: bytes | str) -> str:
    """The same JSON document with such characters written as JSON's own escapes."""
    text = document.decode() if isinstance(document, bytes) else document
    return _BUT_LINE_ENDS.sub(_json_escaped, text)


class Terminal(Console):
    """The one console: it reads no text as markup or emoji, writes what the terminal's encoding
    has, and escapes what is left of such characters in anything that is printed to it.
    """

    def __init__(self, **settings: Any) -> None:
        tolerate(sys.stdout)
        super().__init__(**{"highlight": False, **settings, "markup": False, "emoji": False})

    def render_str(self, text: str, **settings: Any) -> Text:
        """The text as it is, whatever somebody asks for."""
        whole = _BUT_LINE_ENDS.sub(_escaped, text)
        return super().render_str(whole, **{**settings, "markup": False, "emoji": False})

    def render(
        self, renderable: RenderableType, options: ConsoleOptions | None = None
    ) -> Iterable[Segment]:
        """The segments, of which only styles of ours control the terminal."""
        for segment in super().render(renderable, options):
            if segment.control or not _BUT_LINE_ENDS.search(segment.text):
                yield segment
            else:
                yield Segment(_BUT_LINE_ENDS.sub(_escaped, segment.text), segment.style)


def _escaped(found: re.Match[str]) -> str:
    mark = found.group()
    number = ord(mark)
    if mark in _NAMED:
        return _NAMED[mark]
    if number < 0x100:
        return f"\\x{number:02x}"
    return f"\\u{number:04x}" if number < 0x10000 else f"\\U{number:08x}"


def _json_escaped(found: re.Match[str]) -> str:
    units: Any = found.group().encode("utf-16-be", "surrogatepass")
    return "".join(f"\\u{units[at]:02x}{units[at + 1]:02x}" for at in range(0, len(units), 2))
