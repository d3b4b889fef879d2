"""An incident as a picture of 1200 by 630 points: what, how far, since when, and the map."""

import textwrap
import unicodedata
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from html import escape
from typing import Any, Final

from api.documents.card import world
from api.explanation.words import Names
from coordinator.domain.model.topology import Region
from worker.contract.instant import parse_rfc3339, rfc3339

WIDTH: Final = 1200
HEIGHT: Final = 630
_MARGIN: Final = 48
_TITLE_LETTERS: Final = 42
_LINE_LETTERS: Final = 92
_LINES: Final = 2
_MAP_SHARE: Final = 0.86
_UNSEEN: Final = "\u2423"
_SCOPES: Final = {
    "regional": "regional disruption",
    "component": "a component is down everywhere",
    "system_wide": "system-wide disruption",
}
_COLOURS: Final = {"degraded": "#e3a01b", "outage": "#b9291c"}
_INK, _SOFT, _PAPER, _LAND, _OTHER = "#1b1f23", "#59616a", "#f7f7f4", "#dcded6", "#8b929a"


@dataclass(frozen=True, slots=True)
class Place:
    """A region on the map."""

    name: str
    longitude: float
    latitude: float
    reached: bool


@dataclass(frozen=True, slots=True)
class Card:
    """What the picture says."""

    title: str
    when: str
    reach: str
    colour: str
    places: Sequence[Place]

    @property
    def description(self) -> str:
        """All of it but the title, in one line."""
        return f"{self.when}. {self.reach}".strip()


def card_of(incident: Mapping[str, Any], names: Names, regions: Sequence[Region]) -> Card:
    """The card of an incident, at its widest. `names` are those of its service, `regions` all that
    are configured.
    """
    hit = {part["name"] for part in incident["parts"] if part["axis"] == "region"}
    hit |= set(incident["regions"])
    scope = _SCOPES.get(incident["peak"], "reach not known")
    places = [
        Place(region.name, region.longitude, region.latitude, region.id in hit)
        for region in regions
        if region.longitude is not None and region.latitude is not None
    ]
    reached = sorted(names.regions.get(one, one) for one in hit)
    reach = f"Seen from {', '.join(reached)}." if reached else ""
    if incident["withdrawn"]:
        reach = "Withdrawn: there was none, as far as we know."
    return Card(
        title=_seen(f"{names.service}: {scope}"),
        when=_when(incident),
        reach=_seen(reach),
        colour=_COLOURS.get(incident["severity"], _COLOURS["outage"]),
        places=places,
    )


def _when(incident: Mapping[str, Any]) -> str:
    """From when until when, in UTC."""
    begin, end = _minute(incident["started_by"]), incident["ended_by"] or incident["resolved_at"]
    if end is None:
        return f"Since {begin} UTC"
    ended = _minute(end)
    same = ended[:10] == begin[:10]
    return f"{begin} to {ended[11:] if same else ended} UTC"


def _minute(text: str) -> str:
    return rfc3339(parse_rfc3339(text))[:16].replace("T", " ")


def _seen(text: str) -> str:
    """Text in which nothing is hidden: what controls, or turns text around, is an open box."""
    return "".join(_UNSEEN if unicodedata.category(one)[0] == "C" else one for one in text)


def svg(card: Card) -> str:
    """The picture, which needs nothing else but a font."""
    return "\n".join(_parts(card))


def _parts(card: Card) -> Iterator[str]:
    yield (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}" width="{WIDTH}"'
        f' height="{HEIGHT}" font-family="DejaVu Sans, system-ui, sans-serif" role="img">'
    )
    yield f"<title>{escape(card.title)}</title>"
    yield f'<rect width="{WIDTH}" height="{HEIGHT}" fill="{_PAPER}"/>'
    yield f'<rect width="16" height="{HEIGHT}" fill="{card.colour}"/>'
    y = 84
    for line in _wrapped(card.title, _TITLE_LETTERS):
        yield _text(line, y, 42, _INK, "bold")
        y += 54
    yield _text(card.when, y, 24, _INK)
    for line in _wrapped(card.reach, _LINE_LETTERS):
        y += 34
        yield _text(line, y, 20, _SOFT)
    yield from _map(card, y + 20)
    yield (
        f'<text x="{WIDTH - _MARGIN}" y="{HEIGHT - 24}" font-size="18" font-weight="bold"'
        f' text-anchor="end" letter-spacing="2" fill="{_SOFT}">OUTSCOPE</text>'
    )
    yield "</svg>"


def _text(text: str, y: float, size: int, colour: str, weight: str = "normal") -> str:
    return (
        f'<text x="{_MARGIN}" y="{y}" font-size="{size}" font-weight="{weight}"'
        f' fill="{colour}">{escape(text)}</text>'
    )


def _wrapped(text: str, letters: int) -> list[str]:
    return textwrap.wrap(text, letters, max_lines=_LINES, placeholder=" …")


def _map(card: Card, top: float) -> Iterator[str]:
    """The map in what room is left, and each region by form and colour."""
    wide, high = world.size()
    scale = min(_MAP_SHARE, (HEIGHT - top - 16) / high)
    left = (WIDTH - wide * scale) / 2
    yield f'<g transform="translate({left:.1f} {top:.1f}) scale({scale:.4f})">'
    yield f'<path d="{world.land()}" fill="{_LAND}"/>'
    for place in sorted(card.places, key=lambda one: one.reached):
        x, y = world.project(place.longitude, place.latitude)
        yield f'<g transform="translate({x:.1f} {y:.1f})">{_mark(place.reached, card.colour)}</g>'
    yield "</g>"


def _mark(reached: bool, colour: str) -> str:
    if not reached:
        return f'<circle r="4.5" fill="{_PAPER}" stroke="{_OTHER}" stroke-width="2.5"/>'
    return (
        f'<rect x="-11" y="-11" width="22" height="22" rx="5" fill="{colour}" stroke="{_PAPER}"'
        ' stroke-width="1.5"/><path d="M-4.5 -4.5L4.5 4.5M4.5 -4.5L-4.5 4.5" stroke="#ffffff"'
        ' stroke-width="3" stroke-linecap="round"/>'
    )
