"""The map of the page, for pictures: its land, and where a place is on it."""

import re
from functools import cache
from math import radians
from pathlib import Path
from typing import Final

_FILE: Final = Path(__file__).parents[2] / "web" / "vendor" / "world.js"
_CONSTANT: Final = re.compile(r"^export const ([A-Z]+) = (.+);$", re.MULTILINE)


@cache
def constants() -> dict[str, str]:
    """What the module of the page says, by its names."""
    return dict(_CONSTANT.findall(_FILE.read_text()))


def land() -> str:
    """The outline of all land, as the `d` of a path."""
    return constants()["LAND"].strip('"')


def size() -> tuple[float, float]:
    """Width and height of the map."""
    found = constants()
    return float(found["WIDTH"]), float(found["HEIGHT"])


def project(longitude: float, latitude: float) -> tuple[float, float]:
    """The point of a place in degrees, by the projection of the page."""
    found = constants()
    scale, equator = float(found["SCALE"]), float(found["EQUATOR"])
    turn, phi = radians(longitude), radians(latitude)
    two = phi * phi
    four = two * two
    x = turn * (
        0.8707 - 0.131979 * two + four * (-0.013791 + four * (0.003971 * two - 0.001529 * four))
    )
    y = phi * (1.007226 + two * (0.015085 + four * (-0.044475 + 0.028874 * two - 0.005916 * four)))
    return size()[0] / 2 + scale * x, equator - scale * y
