"""How a file writes a public status page."""

import re
from typing import Annotated, Any, Final
from urllib.parse import urlsplit

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, model_validator

from coordinator.configuration.notifying.entries import SECRET, Address
from coordinator.configuration.publishing.logo import harmless
from coordinator.configuration.reading.names import Name
from worker.contract.message import IDENTIFIER

_TO: Final = re.compile(r"[?&](to|cc|bcc)=", re.IGNORECASE)
_COLOUR: Final = re.compile(r"#(?:[0-9A-Fa-f]{3}|[0-9A-Fa-f]{6})")


def _colour(text: str) -> str:
    if not _COLOUR.fullmatch(text):
        raise ValueError(f'{text[:40]!r} is not a colour; write one such as "#0b57d0", in quotes')
    digits = text[1:].lower()
    return f"#{''.join(2 * one for one in digits) if len(digits) == 3 else digits}"


def _home(text: str) -> str:
    try:
        parts = urlsplit(text)
        good = parts.scheme in ("http", "https") and bool(parts.hostname) and parts.port != 0
    except ValueError:
        good = False
    if not good or not text.isprintable() or " " in text or "@" in urlsplit(text).netloc:
        raise ValueError(f"{text[:60]!r} is not a web address; write https://www.example.com")
    return text


def _account(text: str) -> str:
    if SECRET.fullmatch(text):
        return text
    scheme, _, rest = text.partition("://")
    if scheme.lower() not in ("mailto", "mailtos") or _TO.search(rest):
        raise ValueError(
            "is no account to send mail from; write mailto://user:password@smtp.example.com"
            "?from=status@example.com, without `to`"
        )
    return text


Colour = Annotated[str, AfterValidator(_colour)]


class _Entry(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, use_attribute_docstrings=True)


class ColoursEntry(_Entry):
    """Colours of a page. Text upon them, and they as text, are made readable by themselves."""

    brand: Colour = "#1f4e79"
    """Of the bar at the top, links and buttons, such as `"#0b57d0"`."""
    brand_dark: Colour | None = None
    """The same for those who prefer dark pages; that of light pages when left out."""


class SubscribeEntry(_Entry):
    """How readers of a page may be told. Takes OUTSCOPE_PUBLIC_URL, to which their links lead."""

    mail: Annotated[Address, AfterValidator(_account)] | None = None
    """The account that mail is sent from, as in `notify` and without `to`:
    `mailto://user:password@smtp.example.com?from=status@example.com`, or
    `${env:OUTSCOPE_NOTIFY_NAME}`.
    """
    webhooks: bool = False
    """Whether webhooks may be asked for, at public addresses."""
    most: Annotated[int, Field(ge=1, le=100_000)] = 10_000
    """So many are told at most."""

    @model_validator(mode="after")
    def _tells(self) -> "SubscribeEntry":
        if self.mail is None and not self.webhooks:
            raise ValueError("tells nobody; write `mail`, `webhooks: true` or both")
        return self


class PublicPageEntry(_Entry):
    """A status page for everybody, at `/status/ID`. It shows what it names, and nothing else."""

    id: Annotated[str, Field(pattern=IDENTIFIER, max_length=60)]
    """Becomes part of its address."""
    title: Name | None = None
    """What stands at its top; the id when left out."""
    logo: Annotated[str, AfterValidator(harmless)] | None = None
    """A .svg, .png, .jpg or .webp file beside this one, or the image itself as `data:` URL; at most
    64 KiB.
    """
    home: Annotated[str, AfterValidator(_home), Field(max_length=300)] | None = None
    """Where the logo and the title lead: your own site."""
    colours: ColoursEntry = ColoursEntry()
    """Its colours."""
    services: (
        Annotated[tuple[Annotated[str, Field(pattern=IDENTIFIER)], ...], Field(min_length=1)] | None
    ) = None
    """Ids of the services that it shows to everybody, in this order; those that are `public: true`
    when left out.
    """
    regions: bool = True
    """Whether it lists the regions with what is wrong in each."""
    subscribe: SubscribeEntry | None = None
    """Who reads it may ask to be told of its incidents, in these ways; in none when left out."""


def canonical(entry: PublicPageEntry) -> dict[str, Any]:
    """The entry as the canonical document has it."""
    told = entry.model_dump(mode="json", exclude_none=True, exclude_defaults=True)
    return {**told, "id": entry.id, "title": entry.title or entry.id}
