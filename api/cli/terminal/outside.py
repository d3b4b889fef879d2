"""Text from outside (targets, workers, files), shown so that it can do nothing to a terminal.

A worker's `detail` may hold anything: ESC sequences that rewrite the screen, marks that turn the
direction of writing, line ends that look like lines of ours. They are shown as escapes instead.
"""

import re
import sys
from typing import Any, Final

import typer

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


def escaped(text: str) -> str:
    """Text that may have several lines, so that it only shows."""
    return _BUT_LINE_ENDS.sub(_escaped, text)


def shown(value: object) -> str:
    """A value as one line that only shows; nothing for None."""
    return "" if value is None else _ANY.sub(_escaped, str(value))


def say(sentence: object, *, err: bool = False) -> None:
    """Print a sentence with text from outside in it; its own line ends stay."""
    tolerate(sys.stdout)
    typer.echo(escaped(str(sentence)), err=err)  # noqa: TID251 - the one place


def json_shown(document: bytes | str) -> str:
    """The same JSON document with such characters written as JSON's own escapes."""
    text = document.decode() if isinstance(document, bytes) else document
    return _BUT_LINE_ENDS.sub(_json_escaped, text)


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
