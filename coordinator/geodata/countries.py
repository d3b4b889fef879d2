"""Where a country is: its continent and a principal place, by the time zone database."""

from dataclasses import dataclass
from functools import cache
from importlib.resources import files


@dataclass(frozen=True, slots=True)
class Centre:
    """A place that stands for a country: code of the continent, degrees north and east."""

    continent: str
    latitude: float
    longitude: float


def centre(country: str) -> Centre | None:
    """Where a country (ISO 3166, two letters) is; None when it is not known."""
    return _centres().get(country)


@cache
def _centres() -> dict[str, Centre]:
    text = files(__package__).joinpath("countries.csv").read_text(encoding="ascii")
    rows = (line.split(",") for line in text.splitlines())
    return {
        code: Centre(continent, float(north), float(east)) for code, continent, north, east in rows
    }
