"""Redirects: where they lead, what may be told there, and what of an address may be shown. Pure."""

import re
from contextlib import suppress
from dataclasses import replace
from typing import Final
from urllib.parse import urljoin, urlsplit

from worker.contract.target import plain_host
from worker.probes.http.request import Answer, Request
from worker.probes.parameters.web_address import parts_of, plain

FOLLOWED: Final = frozenset(range(300, 400)) - {304}
"""Statuses that may lead elsewhere."""
_PLACE: Final = re.compile(rb"((?:[A-Za-z][A-Za-z0-9+.-]*:)?(?://)?)([^/?#\\]*)(.*)", re.S)
"""Scheme, place and all behind it; a backslash may stand for a slash."""
_WHOLE: Final = re.compile(r"(https?:)[/\\]{2,}", re.I)
"""How an address begins that is whole, with a host or without: browsers count no slashes."""
_UNWRITABLE: Final = re.compile(rb"[\x00-\x20\x7f-\xff\"<>`{}]")


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
        repeats=False,
        method="GET" if becomes_get else last.method,
        headers=first.headers if same else (),
        body=None if becomes_get or not same else last.body,
        client=first.client if same else None,
    )


def elsewhere(url: str, location: str) -> str:
    """The address that a `Location`, one character a byte, means where it was given (RFC 3986,
    section 5). One with a scheme and no host is none; Python would take it for the place where it
    was given.
    """
    if _WHOLE.match(location):
        return written_out(_WHOLE.sub(r"\1//", location, count=1).encode("latin-1"))
    with suppress(ValueError):  # such as [, which is told as it is
        location = urljoin(url, location)
    return written_out(location.encode("latin-1"))


def written_out(url: bytes) -> str:
    """The address that a redirect names, with what should have been encoded (blanks, control
    characters, letters beyond ASCII) encoded, and the host in punycode: as browsers and curl do.
    """
    before, place, behind = _PLACE.fullmatch(url).groups()  # type: ignore[union-attr]
    if not place.isascii():
        user, at, host = place.decode("utf-8", "replace").rpartition("@")
        name, colon, port = host.partition(":")
        place = f"{user}{at}{plain_host(name)}{colon}{port}".encode()
    encoded = _UNWRITABLE.sub(lambda found: b"%%%02X" % found[0][0], behind)
    return (before + place + encoded).decode("utf-8", "replace")


def followable(url: str) -> bool:
    """Whether a redirect leads to an HTTP address that can be read."""
    try:
        parts_of(plain(url), "http", "https")
    except ValueError:
        return False
    return True


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
