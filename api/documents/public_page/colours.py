"""Colours that a page is given, made readable: contrast by WCAG 2.2, of which 4.5 is enough for
text.
"""

from typing import Final

ENOUGH: Final = 4.5
LIGHT: Final = ("#f7f7f4", "#ffffff")
"""What text stands on where pages are light; as in the style sheet."""
DARK: Final = ("#121518", "#191d21")
_STEPS: Final = 100
_LINEAR: Final = 0.04045

Parts = tuple[float, ...]


def contrast(one: str, other: str) -> float:
    """From 1 to 21, of two colours as `#rrggbb`."""
    low, high = sorted((_luminance(_parts(one)), _luminance(_parts(other))))
    return (high + 0.05) / (low + 0.05)


def upon(colour: str) -> str:
    """Black or white, whichever is read better upon a colour: at least 4.58 of any."""
    return max("#ffffff", "#000000", key=lambda ink: contrast(ink, colour))


def as_text(colour: str, papers: tuple[str, ...]) -> str:
    """The colour, as little darker or lighter as makes it readable on each of these papers."""
    towards = upon(papers[0])
    mixed = (_mixed(colour, towards, step / _STEPS) for step in range(_STEPS + 1))
    return next(one for one in mixed if _is_readable(one, papers))


def _is_readable(colour: str, papers: tuple[str, ...]) -> bool:
    return min(contrast(colour, paper) for paper in papers) >= ENOUGH


def _mixed(colour: str, other: str, share: float) -> str:
    pairs = zip(_parts(colour), _parts(other), strict=True)
    return "#" + "".join(f"{round(255 * (a + (b - a) * share)):02x}" for a, b in pairs)


def _parts(colour: str) -> Parts:
    return tuple(int(colour[place : place + 2], 16) / 255 for place in (1, 3, 5))


def _luminance(parts: Parts) -> float:
    red, green, blue = map(_light, parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def _light(part: float) -> float:
    return part / 12.92 if part <= _LINEAR else ((part + 0.055) / 1.055) ** 2.4
