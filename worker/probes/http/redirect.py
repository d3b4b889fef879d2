"""Redirects: where they lead, what may be told there, and what of an address may be shown. Pure."""

from dataclasses import replace
from typing import Final
from urllib.parse import urlsplit

from worker.contract.target import plain_host
from worker.probes.http.request import Answer, Request
from worker.probes.parameters.web_address import parts_of

_LONGEST: Final = 4096
"""Characters of an address that a target may send us to."""


def redirected(first: Request, last: Request, answer: Answer) -> Request:
    """The request that a redirect asks for. What the user gave us goes to the origin that it was
    meant for only.
    """
    url = answer.redirect_url or last.url
    same = origin(url) == origin(first.url)
    becomes_get = last.method != "HEAD" and (
        answer.status == 303 or (answer.status in (301, 302) and last.method == "POST") or not same
    )
    return replace(
        last,
        url=url,
        led=True,
        method="GET" if becomes_get else last.method,
        headers=first.headers if same else (),
        body=None if becomes_get or not same else last.body,
        client=first.client if same else None,
    )


def followable(url: str) -> bool:
    """Whether a redirect leads to an HTTP address that can be read."""
    try:
        parts_of(url, "http", "https")
    except ValueError:
        return False
    return url.isascii() and len(url) <= _LONGEST


def origin(url: str) -> tuple[str, str | None, int | None]:
    """Scheme, host in its one spelling, and port of a URL."""
    parts = urlsplit(url)
    host = None if parts.hostname is None else plain_host(parts.hostname)
    return parts.scheme, host, parts.port or {"http": 80, "https": 443}.get(parts.scheme)


def shown(url: str) -> str:
    """A URL as it may be shown: without user, query and fragment, where secrets live."""
    try:
        parts = urlsplit(url)
    except ValueError:
        return "an address that cannot be read"
    return f"{parts.scheme}://{parts.netloc.rpartition('@')[2]}{parts.path}"[:200]
