"""A banner: whether people are to be warned of a service, in one region or anywhere, in one
sentence; as JSON, and as a piece of HTML without script.
"""

import base64
from collections.abc import Sequence
from hashlib import sha256
from html import escape
from typing import Annotated, Final

from pydantic import Field
from typing_extensions import TypedDict

from api.documents.incidents import IncidentView
from api.documents.services import DisruptionLine, ServiceLine
from api.documents.words import StateWord, Time

MEDIA_TYPE: Final = "text/html; charset=utf-8"
_STYLE: Final = (
    ".outscope-banner{padding:.6em 1em;font:1em/1.4 system-ui,sans-serif;color:#fff;"
    "background:#5f6368}.outscope-banner[hidden]{display:none}"
    ".outscope-banner[data-state=degraded]{background:#9a6700}"
    ".outscope-banner[data-state=bad]{background:#b3261e}"
)
"""White on each colour has a contrast of at least 4.5 (WCAG 2.2)."""
_HASH: Final = base64.b64encode(sha256(_STYLE.encode()).digest()).decode()
_WORSE: Final[tuple[StateWord, ...]] = ("well", "unknown", "degraded", "bad")
_NOTHING: Final = {"well": "nothing is wrong there", "unknown": "not known"}
_WARNED: Final = frozenset({"degraded", "bad"})


class BannerView(TypedDict):
    """What a page shows of a service."""

    service: str
    region: Annotated[str | None, Field(description="the one that was asked for")]
    show: Annotated[bool, Field(description="whether people are to be warned")]
    state: StateWord
    text: Annotated[str, Field(description="one sentence, with the service's name")]
    since: Annotated[Time | None, Field(description="when it had begun at the latest")]
    maintenance: Annotated[
        str | None, Field(description="title of the announced maintenance that it began in")
    ]


def banner_of(
    line: ServiceLine, incidents: Sequence[IncidentView], region: str | None
) -> BannerView:
    """The banner of a service; of what reaches one region only, when one is given."""
    where = {region} if region else {*line["regions"]}
    disruptions = [one for one in line["disruptions"] if where.intersection(one["regions"])]
    mine = [one for one in incidents if one["service"] == line["id"]]
    open_there = [one for one in mine if where.intersection(one["regions"])]
    begun = [one["started_by"] for one in open_there]
    works = filter(None, (one.get("maintenance") for one in open_there))
    work = next(works, None)
    state, headline = _said(line, disruptions, region)
    show = state in _WARNED
    return {
        "service": line["id"],
        "region": region,
        "show": show,
        "state": state,
        "text": f"{line['name']}: {headline}",
        "since": min(begun, default=None) if show else None,
        "maintenance": work["title"] if work else None,
    }


def fragment(banner: BannerView) -> bytes:
    """The banner as HTML to embed; hidden while there is nothing to warn of."""
    hidden = "" if banner["show"] else " hidden"
    work = f" (announced maintenance: {banner['maintenance']})" if banner["maintenance"] else ""
    text = "".join(filter(str.isprintable, banner["text"] + work))
    return (
        f'<style>{_STYLE}</style><aside class="outscope-banner" role="status"'
        f' data-state="{escape(banner["state"])}"{hidden}>{escape(text)}</aside>\n'
    ).encode()


def policy(origins: Sequence[str]) -> str:
    """The Content-Security-Policy of the fragment: no script, its own style, and framed by pages of
    these origins and of our own only.
    """
    ancestors = "*" if "*" in origins else " ".join(("'self'", *origins))
    return (
        f"default-src 'none'; style-src 'sha256-{_HASH}'; base-uri 'none'; form-action 'none';"
        f" frame-ancestors {ancestors}"
    )


def _said(
    line: ServiceLine, found: Sequence[DisruptionLine], region: str | None
) -> tuple[StateWord, str]:
    """The state and the words: of the whole, or of the worst that reaches a region."""
    if region is None:
        return line["state"], line["headline"]
    if not found:
        state: StateWord = "unknown" if line["state"] == "unknown" else "well"
        return state, _NOTHING[state]
    worst = max(found, key=lambda one: _WORSE.index(one["state"]))
    return worst["state"], worst["headline"]
