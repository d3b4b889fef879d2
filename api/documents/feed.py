"""Incidents as feeds, Atom (RFC 4287) and RSS 2.0 (rssboard.org/rss-specification): one entry a
line of a timeline; pure.
"""

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from email.utils import format_datetime
from html import escape
from typing import Any, Final
from xml.etree.ElementTree import Element, SubElement, register_namespace, tostring

from api.documents.incidents import IncidentView

ATOM: Final = "http://www.w3.org/2005/Atom"
MEDIA_TYPE: Final = "application/atom+xml"
RSS_MEDIA_TYPE: Final = "application/rss+xml"
_NO_XML: Final = re.compile("[\x00-\x08\x0b-\x1f\ud800-\udfff\ufffe\uffff]")
_NEVER: Final = "1970-01-01T00:00:00.000Z"


Story = tuple[IncidentView, Sequence[Mapping[str, Any]]]
"""An incident with the lines of its timeline, oldest first."""
Writer = Callable[["Channel", Iterable[Story]], bytes]


@dataclass(frozen=True, slots=True)
class Channel:
    """Whose incidents they are: of a service, or of a region."""

    name: str
    url: str
    """Where clients reach us."""
    path: str
    """Of this very feed."""
    names: Mapping[str, str]
    """The services by id."""
    page: str = ""
    """The path of the page that they are told on; empty: each has one of its own."""

    def title(self, line: Mapping[str, Any], found: IncidentView) -> str:
        """What happened, in a few words."""
        name = self.names.get(found["service"], found["service"])
        return f"{name}: {line['event']}, {line['scope'].replace('_', '-')}"

    def key(self, line: Mapping[str, Any], found: IncidentView) -> str:
        """The same for the same line, and of no other one."""
        return f"{self.link(found)}{'-' if self.page else '#'}{line['at']}-{line['event']}"

    def link(self, found: IncidentView, below: str = "/v1/incidents/") -> str:
        """Where an incident is told."""
        place = f"{self.page}#" if self.page else below
        return f"{self.url}{place}{found['id']}"


def atom(channel: Channel, stories: Iterable[Story]) -> bytes:
    """The newest line first. Text is text: nothing in it is markup."""
    lines = _newest_first(stories)
    feed = Element("feed", xmlns=ATOM)
    _text(feed, "title", f"{channel.name}: incidents")
    _text(feed, "id", f"{channel.url}{channel.path}")
    SubElement(feed, "link", rel="self", href=f"{channel.url}{channel.path}")
    _text(feed, "updated", lines[0][0]["at"] if lines else _NEVER)
    author = SubElement(feed, "author")
    _text(author, "name", "Outscope")
    for line, found in lines:
        entry = SubElement(feed, "entry")
        _text(entry, "title", channel.title(line, found))
        _text(entry, "id", channel.key(line, found))
        SubElement(entry, "link", href=channel.link(found))
        _text(entry, "published", line["at"])
        _text(entry, "updated", line["at"])
        _text(entry, "content", line["reason"])
    return _bytes(feed)


def rss(channel: Channel, stories: Iterable[Story]) -> bytes:
    """The same. Readers take a description for HTML, so what would be markup in it is escaped a
    second time.
    """
    lines = _newest_first(stories)
    register_namespace("atom", ATOM)
    root = Element("rss", version="2.0")
    top = SubElement(root, "channel")
    _text(top, "title", f"{channel.name}: incidents")
    _text(top, "link", f"{channel.url}/")
    _text(top, "description", "How far each one reaches, whenever that changes")
    itself = f"{channel.url}{channel.path}"
    SubElement(top, f"{{{ATOM}}}link", rel="self", type=RSS_MEDIA_TYPE, href=itself)
    if lines:
        _text(top, "lastBuildDate", _by_mail(lines[0][0]["at"]))
    for line, found in lines:
        item = SubElement(top, "item")
        _text(item, "title", channel.title(line, found))
        _text(item, "link", channel.link(found, "/incidents/"))
        SubElement(item, "guid", isPermaLink="false").text = channel.key(line, found)
        _text(item, "pubDate", _by_mail(line["at"]))
        _text(item, "description", escape(line["reason"], quote=False))
    return _bytes(root)


def printable(text: str) -> str:
    """The text without what neither XML nor a calendar can hold."""
    return _NO_XML.sub("", text)


def _newest_first(stories: Iterable[Story]) -> list[tuple[Mapping[str, Any], IncidentView]]:
    lines = list(_lines(stories))
    return sorted(lines, key=lambda one: (one[0]["at"], one[1]["id"]), reverse=True)


def _lines(stories: Iterable[Story]) -> Iterator[tuple[Mapping[str, Any], IncidentView]]:
    for found, timeline in stories:
        yield from ((line, found) for line in timeline)


def _by_mail(moment: str) -> str:
    """A moment as mails write it (RFC 5322), to the second."""
    return format_datetime(datetime.fromisoformat(moment).replace(microsecond=0), usegmt=True)


def _bytes(root: Element) -> bytes:
    found: bytes = tostring(root, encoding="utf-8", xml_declaration=True)
    return found


def _text(parent: Element, tag: str, text: str) -> None:
    """An element with text; what XML cannot hold is left out."""
    SubElement(parent, tag).text = printable(text)
