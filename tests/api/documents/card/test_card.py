"""Pictures of incidents: drawn as the page draws, whatever is written in them."""

import json
import re
from collections.abc import Mapping
from typing import Any
from xml.etree import ElementTree

import pytest

from api.documents.card import world
from api.documents.card.card import HEIGHT, WIDTH, card_of, svg
from api.documents.card.raster import png
from api.explanation.words import Names
from coordinator.domain.model.topology import Region

PNG = b"\x89PNG\r\n\x1a\n"
REGIONS = (Region("eu", "Ireland", latitude=53.3, longitude=-6.3), Region("nowhere", "Nowhere"))
INCIDENT: Mapping[str, Any] = {
    "service": "claude",
    "severity": "outage",
    "peak": "regional",
    "regions": ["eu"],
    "parts": [],
    "started_by": "2026-03-01T14:32:07.000Z",
    "ended_by": None,
    "resolved_at": None,
    "withdrawn": False,
}


def picture(service: str = "Claude", **changes: Any) -> str:
    names = Names(service, {}, {"eu": "Ireland"}, {})
    return svg(card_of({**INCIDENT, **changes}, names, REGIONS))


def words(text: str) -> list[str]:
    return [element.text or "" for element in ElementTree.fromstring(text).iter() if element.text]


def test_it_says_what_since_when_and_from_where() -> None:
    found = words(picture())
    assert "Claude: regional disruption" in found
    assert "Since 2026-03-01 14:32 UTC" in found
    assert "Seen from Ireland." in found
    assert any(
        text.startswith("Withdrawn: there was none") for text in words(picture(withdrawn=True))
    )
    over = words(picture(ended_by="2026-03-01T15:10:00.000Z"))
    assert "2026-03-01 14:32 to 15:10 UTC" in over


@pytest.mark.parametrize(
    "name",
    [
        '<image href="file:///etc/passwd"/>',
        "a\x00b\x1b[31m\u202e",
        "&lt;" * 40,
        "Ə" * 200,
        "名" * 80,
    ],
)
def test_names_are_text_whatever_is_in_them(name: str) -> None:
    text = picture(name)
    assert "<image" not in text
    assert not set(text) & set("\x00\x1b\u202e")
    data = png(text)
    assert data.startswith(PNG)
    assert (int.from_bytes(data[16:20]), int.from_bytes(data[20:24])) == (WIDTH, HEIGHT)


def test_letters_are_drawn_with_fonts_of_our_own() -> None:
    blank = png(re.sub(r"<text.*?</text>", "", picture()))
    assert len(png(picture())) > len(blank) + 2_000


def test_points_lie_where_the_page_has_them() -> None:
    proof = json.loads(world.constants()["PROOF"])
    assert len(proof) == 3
    for longitude, latitude, x, y in proof:
        assert world.project(longitude, latitude) == pytest.approx((x, y), abs=0.2)
