"""Names that people give to things: shown to everybody, so they control nothing."""

import unicodedata
from typing import Annotated, Final

from pydantic import AfterValidator, Field

TURNS: Final = frozenset("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")
"""What turns the direction of all text that follows."""


def _readable(name: str) -> str:
    """ValueError for what would control a terminal or a page, or is not to be seen."""
    for letter in name:
        if unicodedata.category(letter) in ("Cc", "Cs", "Zl", "Zp") or letter in TURNS:
            raise ValueError(f"holds the control character U+{ord(letter):04X}; leave it out")
    if not name.strip():
        raise ValueError("is blank; write what people call it")
    return name


Name = Annotated[str, Field(min_length=1, max_length=100), AfterValidator(_readable)]
