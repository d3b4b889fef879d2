"""Regular expressions as a parameter may give them, searched in time that grows with the text only.

Targets write the text, so no text may hold the loop: the engine is RE2, which never tries again
what it has seen. It knows no lookaround and no references back, `$` is the very end of the text
(`(?m)` makes it the end of a line), `\\d`, `\\w`, `\\s` and `\\b` mean ASCII, and `\\pL` or
`\\p{Greek}` mean more.
"""

import re
from typing import Annotated, Any, Final

from pydantic import AfterValidator

MOST_STEPS: Final = 2_500
"""Steps of a compiled expression. At the worst each costs some nanoseconds a byte of the text."""
_MEMORY: Final = 1 << 21
"""Bytes that one expression may take, its cache of states included."""
_INSTEAD: Final = tuple(
    (re.compile(written), instead)
    for written, instead in (
        (
            r"\(\?<?[=!]",
            "it looks around; write that as part of the expression, or as a condition of its own",
        ),
        (r"\\[1-9]|\\k|\(\?P=", "it refers back to a group; write out what must be there again"),
        (r"\(\?>", "it has an atomic group; write (?:...), nothing is ever tried again here"),
        (r"[*+?}]\+", "it has a possessive repeat; leave out its +, nothing is tried again here"),
        (r"\(\?\(", "it depends on a group; write both cases with |"),
        (r"\\Z", r"write \z for the end of the text"),
        (r"\\[uUN]", r"write the character itself, or its number as in \x{e9}"),
        (r"\(\?#", "it has a comment; write that behind the line"),
        (r"\(\?[aLux]", "only the flags i, m, s and U are known; leave out the others"),
    )
)
_REPEATS: Final = "repetition size"
"""How the engine speaks of repeats that it will not make."""
_SMALLER: Final = "repeats go up to 1000, also within each other; write smaller ones, or * or +"
_FAR_REPEAT: Final = re.compile(r"(?<!\\)\{[0-9,]*[0-9]{5,}[0-9,]*\}")
"""Beyond any number that the engine reads as a repeat: it would take these for plain text."""


class Expression:
    """A compiled regular expression; ValueError when it is none, saying what to write instead.

    Reading the library costs memory, so only users pay.
    """

    def __init__(self, source: str, *, groups: bool = False) -> None:
        import re2  # late: 4 MB that most workers never need

        options = re2.Options()
        options.log_errors, options.max_mem, options.never_capture = False, _MEMORY, not groups
        try:
            self._found: Any = re2.compile(source, options)
        except (re2.error, UnicodeEncodeError) as error:
            raise ValueError(_refusal(source, _words(error))) from error
        if _FAR_REPEAT.search(source):
            raise ValueError(_refusal(source, _REPEATS))
        if self._found.programsize > MOST_STEPS:
            raise ValueError(f"{_shown(source)} is too large; write fewer or smaller repeats")
        self.source = source

    def is_in(self, text: str) -> bool:
        """Whether it is found anywhere in the text."""
        return self._found.search(_encoded(text)) is not None

    def value_in(self, text: str) -> str | None:
        """What is found first: its first group when groups were asked for, else all of it."""
        match = self._found.search(_encoded(text))
        if match is None:
            return None
        value: bytes | None = match[1] if self._found.groups else match[0]
        return None if value is None else value.decode("utf-8", "replace")


def regular_expression(value: str) -> str:
    """The expression as it is; ValueError when it is none."""
    Expression(value, groups=True)
    return value


def instead_of(source: str) -> str | None:
    """What to write in place of what no linear engine knows; None when it has nothing of that."""
    return next((words for written, words in _INSTEAD if written.search(source)), None)


def _refusal(source: str, fault: str) -> str:
    instead = _SMALLER if _REPEATS in fault else instead_of(source)
    if instead is None:
        return f"{_shown(source)} is not a regular expression: {fault}"
    return f"{_shown(source)} is not a regular expression that Outscope searches: {instead}"


def _words(error: Exception) -> str:
    said = error.args[0]
    return said.decode("utf-8", "replace") if isinstance(said, bytes) else str(error)


def _encoded(text: str) -> bytes:
    return text.encode("utf-8", "replace")


def _shown(source: str) -> str:
    text = repr(source)
    return text if len(text) <= 80 else f"{text[:79]}…"


Pattern = Annotated[str, AfterValidator(regular_expression)]
