"""A reliability diagram as SVG: the share that was right over the confidence that was stated."""

from collections.abc import Iterator, Sequence
from html import escape
from math import log10

from tests.verdicts.calibration import Bin

SIDE, LEFT, TOP, BOTTOM = 360, 64, 44, 56
WIDTH, HEIGHT = LEFT + SIDE + 24, TOP + SIDE + BOTTOM
TICKS = (0.0, 0.2, 0.4, 0.6, 0.8, 1.0)
SMALLEST, LARGER = 3.0, 1.6
"""The radius of a dot, and how much it grows with each tenfold number of samples."""
STYLE = """
  .back { fill: #ffffff } .ink { fill: #1f2430 } .soft { fill: #5b6472 }
  .grid { stroke: #d9dde3 } .ideal { stroke: #8a93a0; stroke-dasharray: 5 4 }
  .line { stroke: #0b62c4; fill: none; stroke-width: 2 } .dot { fill: #0b62c4; stroke: #ffffff }
  text { font: 13px system-ui, sans-serif }
  @media (prefers-color-scheme: dark) {
    .back { fill: #14171c } .ink { fill: #e8ebef } .soft { fill: #a3acb8 }
    .grid { stroke: #30363f } .ideal { stroke: #7d8794 }
    .line { stroke: #6db3ff } .dot { fill: #6db3ff; stroke: #14171c }
  }
"""


def reliability(found: Sequence[Bin], title: str) -> str:
    """The diagram. Dots are larger the more samples they stand for; on the dashed line confidence
    is honest.
    """
    return "\n".join([*_head(title, found), *_axes(), *_curve(found), "</svg>", ""])


def _head(title: str, found: Sequence[Bin]) -> Iterator[str]:
    told = "; ".join(f"stated {one.confidence:.2f}, right {one.right:.2f}" for one in found)
    yield f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}" role="img">'
    yield f"<title>{escape(title)}</title>"
    yield f"<desc>{told}.</desc>"
    yield f"<style>{STYLE}</style>"
    yield f'<rect class="back" width="{WIDTH}" height="{HEIGHT}" rx="8"/>'
    yield f'<text class="ink" x="{LEFT}" y="27">{escape(title)}</text>'


def _axes() -> Iterator[str]:
    for tick in TICKS:
        x, y = _x(tick), _y(tick)
        yield f'<path class="grid" d="M{x} {TOP}V{TOP + SIDE}M{LEFT} {y}H{LEFT + SIDE}"/>'
        yield (
            f'<text class="soft" x="{x}" y="{TOP + SIDE + 20}"'
            f' text-anchor="middle">{tick:.1f}</text>'
        )
        yield f'<text class="soft" x="{LEFT - 10}" y="{y + 4}" text-anchor="end">{tick:.1f}</text>'
    yield f'<path class="ideal" d="M{_x(0)} {_y(0)}L{_x(1)} {_y(1)}"/>'
    yield (
        f'<text class="soft" x="{LEFT + SIDE / 2}" y="{HEIGHT - 12}"'
        ' text-anchor="middle">confidence stated</text>'
    )
    middle = TOP + SIDE / 2
    turned = f"rotate(-90 18 {middle})"
    yield (
        f'<text class="soft" transform="{turned}" x="18" y="{middle}"'
        ' text-anchor="middle">right</text>'
    )


def _curve(found: Sequence[Bin]) -> Iterator[str]:
    points = [(_x(one.confidence), _y(one.right)) for one in found]
    if points:
        yield f'<path class="line" d="M{"L".join(f"{x} {y}" for x, y in points)}"/>'
    for (x, y), one in zip(points, found, strict=True):
        radius = round(SMALLEST + LARGER * log10(one.samples), 1)
        yield (
            f'<circle class="dot" cx="{x}" cy="{y}" r="{radius}"><title>{one.samples}'
            " samples</title></circle>"
        )


def _x(share: float) -> float:
    return round(LEFT + SIDE * share, 1)


def _y(share: float) -> float:
    return round(TOP + SIDE * (1 - share), 1)
