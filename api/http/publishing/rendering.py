"""Writes status pages: templates that escape whatever they are given, a style sheet, a logo."""

import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from hashlib import blake2b
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from markupsafe import Markup

from api.documents.public_page.colours import DARK, LIGHT, as_text, upon
from api.documents.public_page.view import PageView, vars_of
from api.documents.public_page.words import STATES, VENDOR_SAYS
from api.http.answers.encoding import Document, ready
from coordinator.configuration.publishing.logo import decoded
from coordinator.configuration.publishing.pages import PublicPage
from coordinator.configuration.reading.names import TURNS

if TYPE_CHECKING:
    from jinja2 import Environment

HTML: Final = "text/html; charset=utf-8"
KEPT: Final = "public, max-age=10, stale-while-revalidate=60, stale-if-error=86400"
"""A cache asks us once in ten seconds however many readers it has, and shows what it has for a day
while we are away.
"""
FOR_GOOD: Final = "public, max-age=31536000, immutable"
POLICY: Final = (
    "default-src 'none'; style-src 'self'; img-src 'self'; form-action 'self'; base-uri 'none';"
    " frame-ancestors 'none'"
)
IMAGE_POLICY: Final = "default-src 'none'; style-src 'none'; sandbox"
_TEMPLATES: Final = Path(__file__).parent / "templates"
_COLOURS: Final = Path(__file__).parents[2] / "web" / "styles" / "colours.css"
_STYLE: Final = _COLOURS.read_text() + (_TEMPLATES / "page.css").read_text()
_ENDINGS: Final = {
    "image/svg+xml": "svg",
    "image/png": "png",
    "image/jpeg": "jpg",
    "image/webp": "webp",
}
_TOPS: Final = {"none": 0, "unknown": 12, "regional": 12, "component": 6, "system_wide": 0}
"""Of 28 pixels, how many are left free above a day: the farther an incident reached, the fewer."""


def plain(value: Any) -> Any:
    """Text without what controls a page or turns its direction; anything else as it is."""
    if not isinstance(value, str) or isinstance(value, Markup) or value.isprintable():
        return value
    return "".join(
        letter
        for letter in value
        if letter not in TURNS and unicodedata.category(letter) not in ("Cc", "Cs")
    )


@cache
def _environment() -> "Environment":
    from jinja2 import Environment, FileSystemLoader, StrictUndefined  # late: most show no page

    made = Environment(
        loader=FileSystemLoader(_TEMPLATES),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        finalize=plain,
    )
    made.globals |= {"tops": _TOPS, "words": STATES, "vendor_says": VENDOR_SAYS}
    return made


@dataclass(frozen=True, slots=True)
class Files:
    """What a page loads: each under a name that changes with what is in it, so it is kept for
    good.
    """

    style: str
    logo: str
    """Empty when there is none."""
    documents: Mapping[str, Document]


def files_of(page: PublicPage) -> Files:
    """The style sheet in the page's colours, and its logo."""
    sheet = f"{_colours(page)}\n{_STYLE}".encode()
    style = f"style-{_digest(sheet)}.css"
    found = {style: ready(sheet, "text/css; charset=utf-8", FOR_GOOD)}
    logo = ""
    if page.logo:
        media_type, image = decoded(page.logo)
        logo = f"logo-{_digest(image)}.{_ENDINGS[media_type]}"
        found[logo] = ready(image, media_type, FOR_GOOD)
    return Files(style, logo, found)


def written(page: PublicPage, view: PageView, files: Files, *, tells: bool) -> Document:
    """The page itself; `tells` where readers can ask to be told."""
    icon = view.state or "unknown"
    told = {"root": "..", "base": page.id, "icon": icon, "tells": tells, **vars_of(view)}
    return ready(rendered("page.html", page, files, **told), HTML, KEPT)


def rendered(template: str, page: PublicPage, files: Files, **told: Any) -> bytes:
    """A template of the page, as bytes."""
    given = {"page": page, "style": files.style, "logo": files.logo, **told}
    return _environment().get_template(template).render(given).encode()


def _digest(data: bytes) -> str:
    return blake2b(data, digest_size=8).hexdigest()


def _colours(page: PublicPage) -> str:
    """The page's colours as custom properties, readable in both themes."""
    light, dark = _theme(page.brand, LIGHT), _theme(page.brand_dark, DARK)
    return f":root{{{light}}}\n@media screen and (prefers-color-scheme: dark){{:root{{{dark}}}}}"


def _theme(brand: str, papers: tuple[str, ...]) -> str:
    text = as_text(brand, papers)
    told = {
        "brand": brand,
        "upon-brand": upon(brand),
        "brand-text": text,
        "upon-brand-text": upon(text),
    }
    return "".join(f"--{name}:{colour};" for name, colour in told.items())
