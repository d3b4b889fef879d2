"""RSS 2.0 and Atom feeds of status pages: an item is an incident, or one word on it."""

import re
from dataclasses import replace
from typing import Final

from worker.probes.kinds.vendor_status.incident import (
    UnheardError,
    VendorIncident,
    earliest,
    moment,
    names,
    plain,
)
from worker.probes.kinds.vendor_status.xml import Element, XmlError, parse

_STATES: Final = (
    "resolved|completed|mitigated|monitoring|identified|investigating|in progress|scheduled"
)
_TITLE: Final = re.compile(rf"^\W*({_STATES})\b|\b(?:is )?(operating normally)", re.I)
_TEXT: Final = re.compile(rf"\b({_STATES})\b", re.I)
_HEAD: Final = 120
"""A status that a text tells stands at its beginning, after a date."""


def read(
    body: bytes, *, may_be_empty: bool, otherwise: str = "", content_type: str = ""
) -> list[VendorIncident]:
    """The items of a feed; `otherwise` is the status of those that tell none. An empty one may have
    to say nothing.
    """
    if not body.strip():
        raise UnheardError("the answer is empty")
    try:
        root = parse(body, content_type)
    except XmlError as error:
        raise UnheardError(f"the answer is no feed: {error}") from error
    if root.name == "rss":
        channel = next(root.all("channel"), None)
        if channel is None:
            raise UnheardError("the feed has no channel")
        incidents = [_item(item) for item in channel.all("item")]
    elif root.name == "feed":
        incidents = [_entry(entry) for entry in root.all("entry")]
    else:
        raise UnheardError(f"the answer is no feed: it begins with <{root.name[:20]}>")
    if not incidents and not may_be_empty:
        raise UnheardError(
            "the feed is empty, which says neither that all is well nor that anything is wrong"
        )
    return [
        incident if incident.status else replace(incident, status=otherwise)
        for incident in incidents
    ]


def _item(item: Element) -> VendorIncident:
    published = moment(item.first("pubDate", "date"))
    return _incident(
        item, item.first("link"), item.first("description", "encoded"), published, published
    )


def _entry(entry: Element) -> VendorIncident:
    link = next((part.attributes.get("href", "") for part in entry.all("link")), "")
    published, updated = moment(entry.first("published")), moment(entry.first("updated"))
    return _incident(
        entry, link, entry.first("content", "summary"), earliest([published, updated]), updated
    )


def _incident(
    element: Element, link: str, text: str, published: int | None, updated: int | None
) -> VendorIncident:
    title = element.first("title")
    categories = names(part.attributes.get("term") or part.text for part in element.all("category"))
    status = _status(title, plain(text), categories)
    return VendorIncident(
        id=element.first("guid", "id") or link or title,
        title=title,
        status=status,
        published_at=published,
        updated_at=updated,
        resolved_at=updated if status == "resolved" else None,
        updates=1,
        latest=text,
        components=tuple(name for name in categories if not re.fullmatch(_STATES, name, re.I)),
        url=link,
    )


def _status(title: str, text: str, categories: tuple[str, ...]) -> str:
    """The status that an item tells in its title, a category, or at the beginning of its text;
    empty when in none.
    """
    for category in categories:
        if re.fullmatch(_STATES, category, re.I):
            return category.lower()
    found = _TITLE.search(title) or _TEXT.search(text[:_HEAD])
    if found is None:
        return ""
    word = next(group for group in found.groups() if group).lower()
    return "resolved" if word in ("operating normally", "completed") else word
