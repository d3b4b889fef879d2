"""A service as a badge: a small picture with the state in words, for a page of somebody else."""

from typing import Final
from xml.sax.saxutils import escape

from api.documents.services import ServiceLine

MEDIA_TYPE: Final = "image/svg+xml"
_COLOURS: Final = {"well": "#2d7d46", "degraded": "#9a6700", "bad": "#b3261e", "unknown": "#5f6368"}
"""Each has a contrast of at least 4.5 to white (WCAG 2.2)."""
_WORDS: Final = {
    "none": "well",
    "regional": "regional",
    "component": "one feature",
    "system_wide": "system-wide",
    "unknown": "regional or wider",
}
_WIDTH: Final = 7
_PADDING: Final = 12


def badge(line: ServiceLine) -> bytes:
    """An SVG of 20 pixels' height, readable by screen readers."""
    scope = line["verdict"]["scope"]
    says = "not judged" if line["state"] == "unknown" else _WORDS[scope]
    if line["state"] in ("bad", "degraded"):
        says = f"{says}: {line['verdict']['severity']}"
    name = "".join(letter for letter in line["name"] if letter.isprintable())
    left, right = (len(text) * _WIDTH + _PADDING for text in (name, says))
    label = escape(f"{name}: {says}", {'"': "&quot;"})
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{left + right}" height="20" role="img"'
        f' aria-label="{label}"><title>{label}</title>'
        f'<rect width="{left + right}" height="20" rx="3" fill="#3c4043"/>'
        f'<rect x="{left}" width="{right}" height="20" rx="3" fill="{_COLOURS[line["state"]]}"/>'
        '<g fill="#fff" text-anchor="middle" font-family="Verdana,DejaVu Sans,sans-serif"'
        f' font-size="11"><text x="{left / 2}" y="14">{escape(name)}</text>'
        f'<text x="{left + right / 2}" y="14">{escape(says)}</text></g></svg>'
    ).encode()
