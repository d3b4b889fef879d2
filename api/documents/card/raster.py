"""SVG to PNG, by resvg, with the fonts that lie beside it: the same on every machine."""

from pathlib import Path
from typing import Final

FONTS: Final = Path(__file__).parent / "fonts"


def png(text: str) -> bytes:
    """The picture in pixels. Takes a tenth of a second: not for the event loop."""
    from resvg_py import svg_to_bytes  # 3 MB that only pictures need

    return bytes(
        svg_to_bytes(
            svg_string=text,
            skip_system_fonts=True,
            font_files=[str(path) for path in sorted(FONTS.glob("*.ttf"))],
            font_family="DejaVu Sans",
        )
    )
