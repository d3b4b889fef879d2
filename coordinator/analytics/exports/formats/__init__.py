"""The formats: one file or one folder each, and nothing else lies here; listed nowhere.

A format is a module of this package with a `FORMAT`, named as the format is. None loads Arrow
before it writes: the command line and the API read this table when they start.
"""

from collections.abc import Mapping
from operator import itemgetter
from typing import Final

from coordinator.analytics.exports.format import Format
from worker.contract.listed import Listed

FORMATS: Final[Mapping[str, Format]] = Listed(__name__, __path__, "FORMAT")
"""Every format by its name, in alphabetical order."""
DEFAULT: Final = "ndjson"
"""What is written when nobody says how: what `outscope replay` reads."""


def named(name: str) -> Format | None:
    """The format of a file by how its name ends; None when that means nothing."""
    found = [
        (len(suffix), made)
        for made in FORMATS.values()
        for suffix in made.suffixes
        if name.endswith(suffix)
    ]
    return max(found, key=itemgetter(0))[1] if found else None
