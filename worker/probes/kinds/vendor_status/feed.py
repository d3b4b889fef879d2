"""RSS 2.0 and Atom feeds of status pages: an item is an incident, or one word on it."""

from dataclasses import replace
from typing import Final

from worker.contract.instant import Instant
from worker.probes.kinds.vendor_status.incident import (
    UnheardError,
    VendorIncident,
    earliest,
    moment,
    names,
    plain,
)
from worker.probes.kinds.vendor_status.words.saying import (
    announced,
    label_of_title,
    labelled,
    over,
    said,
)
from worker.probes.kinds.vendor_status.words.updates import newest_status
from worker.probes.kinds.vendor_status.xml import Element, XmlError, parse

_WORDS: Final = 2
"""A category that is a status, such as `in progress`, has no more."""
_TITLE: Final = 1_000
"""Characters of a title that are read for its status."""
_HEAD: Final = 280
"""What a text without labels says of its status stands at its beginning."""


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
    status = _status(title[:_TITLE], text, categories, updated or published or 0)
    return VendorIncident(
        id=element.first("guid", "id") or link or title,
        title=title,
        status=status,
        published_at=published,
        updated_at=updated,
        resolved_at=updated if status == "resolved" else None,
        updates=1,
        latest=text,
        components=tuple(name for name in categories if not _category(name)),
        url=link,
    )


def _status(title: str, text: str, categories: tuple[str, ...], near: Instant) -> str:
    """The status that an item tells; empty when it tells none. What says that it is over comes
    first, then the newest of its updates, the title's label, sentences, and the title's words.
    """
    told = (
        *(label for label in map(_category, categories) if label != "scheduled"),
        over(label_of_title(title)),
        newest_status(text, near),
        over(said(plain(text)[:_HEAD])),
        label_of_title(title),
        said(plain(text)[:_HEAD]),
        over(said(title)),
        announced(title),
        said(title),
        *map(_category, categories),
    )
    return next(filter(None, told), "")


def _category(name: str) -> str:
    """The status that a category is; empty for others."""
    return labelled(name) if len(name.split()) <= _WORDS else ""
